"""Fuses: when they melt and when their arcs go out, by closed forms; what forces a current through an arc."""

import numpy as np
import pytest
from scipy.optimize import brentq

from packfmu.core.bounds import LARGE
from packfmu.core.errors import InputError
from packfmu.core.model import DONE
from packfmu.models.network.loads import LoadMode
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist

from .fused import CABLE, EMF, RESISTANCE, begin, fused_cable, fused_strings, run, unbalanced

STEPS = [1e-4, 1e-3, 1e-2, 1.0]
INDUCTANCE = 1e-4
SHORT = 1e3
TOTAL = RESISTANCE + CABLE + 1.0 / SHORT
CURRENT = EMF / TOTAL
"""Of the short in the end [A]."""
CONSTANT = INDUCTANCE / TOTAL
"""L/R of the short [s]."""


@pytest.fixture(scope="module")
def resistive():
    return fused_cable()


@pytest.fixture(scope="module")
def inductive():
    return fused_cable(INDUCTANCE)


def set_fuse(pack, integral=1e4, least=0.0, arc=600.0):
    pack.p["fuse_melting_integral"], pack.p["fuse_minimum_melting_current"] = integral, least
    pack.p["fuse_arc_voltage"] = arc
    return pack


@pytest.mark.parametrize("h", STEPS)
def test_a_constant_current_melts_a_fuse_by_its_square(resistive, h):
    begin(set_fuse(resistive), pack_current=-1000.0)
    run(resistive, 1.0 if h == 1.0 else 0.02, h)
    assert resistive.y["fuse_melting_time"] == pytest.approx(1e4 / 1000.0**2, rel=1e-10)


@pytest.mark.parametrize("h", STEPS)
def test_a_leak_makes_it_later_by_a_logarithm(resistive, h):
    """M = i^2 tau (1 - exp(-t/tau)) comes to I2t."""
    begin(set_fuse(resistive, least=800.0), pack_current=-1000.0)
    run(resistive, 1.0 if h == 1.0 else 0.03, h)
    melting = -1e4 / 800.0**2 * np.log(1.0 - (800.0 / 1000.0) ** 2)
    assert resistive.y["fuse_melting_time"] == pytest.approx(melting, rel=1e-10)


def test_a_current_that_a_fuse_carries_for_ever_does_not_melt_it(resistive):
    begin(set_fuse(resistive, least=800.0), pack_current=800.0)
    run(resistive, 1e5, 1e3)
    assert (resistive.y["melted_share"], resistive.y["fuse_melting_time"]) == (pytest.approx(1.0, rel=1e-9), LARGE)


def test_a_fuse_cools_without_current(resistive):
    begin(set_fuse(resistive, least=800.0), pack_current=-1000.0)
    run(resistive, 0.01, 0.01)
    warm = float(resistive.y["melted_share"][0])
    resistive.u["pack_current"] = 0.0
    run(resistive, 0.03, 0.02, 0.01)
    assert resistive.y["melted_share"] == pytest.approx(warm * np.exp(-0.02 * 800.0**2 / 1e4), rel=1e-12)


def melting_of_a_short(integral=1e4):
    """Time at which I^2 (t - 2 T (1 - exp(-t/T)) + T/2 (1 - exp(-2 t/T))) is the melting integral."""

    def beyond(t):
        return CURRENT**2 * (
            t + 2.0 * CONSTANT * np.expm1(-t / CONSTANT) - 0.5 * CONSTANT * np.expm1(-2.0 * t / CONSTANT)
        ) - (integral)

    return brentq(beyond, 1e-6, 1.0, rtol=1e-14)


@pytest.mark.parametrize("h", STEPS)
def test_the_melting_of_a_short_is_the_same_for_steps_of_any_length(inductive, h):
    begin(set_fuse(inductive), external_short=SHORT)
    run(inductive, 1.0 if h == 1.0 else 0.02, h)
    assert inductive.y["fuse_melting_time"] == pytest.approx(melting_of_a_short(), rel=1e-5)
    assert inductive.y["melted_share"] == pytest.approx(1.0, rel=1e-11)


@pytest.mark.parametrize("h", STEPS)
def test_an_arc_goes_out_after_a_time_of_l_over_r_and_its_voltages(inductive, h):
    begin(set_fuse(inductive), external_short=SHORT)
    sums = run(inductive, 1.0 if h == 1.0 else 0.02, h)
    melted = CURRENT * -np.expm1(-melting_of_a_short() / CONSTANT)
    end = (EMF - 600.0) / TOTAL
    burning = CONSTANT * np.log((melted - end) / -end)
    charge = CONSTANT * melted + end * burning
    y = inductive.y
    assert y["fuse_clearing_time"] - y["fuse_melting_time"] == pytest.approx(burning, rel=1e-4)
    assert sums["arc_energy"] == pytest.approx(600.0 * charge, rel=1e-4)
    assert (y["fuse_blown"], y["fuse_arcing"], y["open_circuit"]) == (1.0, 0.0, 1.0)
    assert (y["pack_voltage"], y["conductor_current"]) == (0.0, 0.0)


def test_without_inductance_an_arc_above_its_source_is_out_at_once(resistive):
    """The charge of the step is that until the fuse has melted; what the terminals carry is its mean."""
    begin(set_fuse(resistive), external_short=SHORT)
    assert resistive.advance(0.0, 2.0) == DONE
    y, melting = resistive.y, 1e4 / CURRENT**2
    assert y["fuse_clearing_time"] == pytest.approx(melting, rel=1e-10)
    assert y["pack_charge"] == pytest.approx(-CURRENT * melting, rel=1e-10)
    assert y["pack_current_actual"] == pytest.approx(-CURRENT * melting / 2.0, rel=1e-10)
    assert y["external_short_current"] == pytest.approx(CURRENT * melting / 2.0, rel=1e-10)
    assert y["arc_energy"] == 0.0
    assert unbalanced(y) < 1e-12


def test_an_arc_below_its_source_burns_on(inductive):
    begin(set_fuse(inductive, arc=100.0), external_short=SHORT)
    run(inductive, 2.0, 1.0)
    assert (inductive.y["fuse_blown"], inductive.y["fuse_arcing"]) == (0.0, 1.0)
    assert inductive.y["conductor_current"] == pytest.approx(-(EMF - 100.0) / TOTAL, rel=1e-12)
    assert inductive.y["arc_energy"] == pytest.approx(100.0 * (EMF - 100.0) / TOTAL, rel=1e-9)


@pytest.mark.parametrize("following", [0.0, 50.0])
def test_a_current_that_the_load_prescribes_holds_an_arc_until_it_ends_or_turns(resistive, following):
    begin(set_fuse(resistive), pack_current=-1000.0)
    y = (run(resistive, 0.1, 0.05), resistive.y)[1]
    assert (y["fuse_arcing"], y["pack_current_actual"]) == (1.0, pytest.approx(-1000.0, rel=1e-12))
    assert y["pack_voltage"] == pytest.approx(EMF - 1000.0 * (RESISTANCE + CABLE) - 600.0, rel=1e-12)
    resistive.u["pack_current"] = following
    run(resistive, 0.15, 0.05, 0.1)
    assert (y["fuse_arcing"], y["fuse_blown"], y["open_circuit"]) == (0.0, 1.0, 1.0)
    assert y["fuse_clearing_time"] == pytest.approx(0.1, rel=1e-12)
    assert (y["pack_current_actual"], y["pack_charge"], y["conductor_current"]) == (0.0, 0.0, 0.0)
    resistive.u["pack_current"] = -1000.0
    run(resistive, 0.2, 0.05, 0.15)
    assert (y["pack_current_actual"], y["current"]) == (0.0, 0.0)


def test_a_power_that_an_arc_leaves_no_current_for_is_given_up(resistive):
    begin(set_fuse(resistive), load_mode=LoadMode.POWER, pack_power=-300e3)
    run(resistive, 0.2, 0.1)
    assert (resistive.y["fuse_blown"], resistive.y["pack_current_actual"]) == (1.0, 0.0)


def test_a_fuse_without_arc_voltage_breaks_its_current(inductive):
    """What the field held at the melting is lost."""
    begin(set_fuse(inductive, arc=0.0), external_short=SHORT)
    sums = run(inductive, 0.02, 0.01)
    melted = CURRENT * -np.expm1(-melting_of_a_short() / CONSTANT)
    assert inductive.y["fuse_blown"] == 1.0
    assert sums["method_loss"] == pytest.approx(0.5 * INDUCTANCE * melted**2, rel=1e-4)


@pytest.mark.parametrize("inductance", [0.0, 1e-5])
def test_the_fuse_of_a_string_clears_what_the_other_strings_feed(inductance):
    strings = begin(fused_strings(inductance), cell_short=[1e3, 0.0, 0.0])
    sums = run(strings, 1.0, 1.0)
    y = strings.y
    assert list(y["fuse_blown"]) == [1.0, 0.0, 0.0, 0.0]
    assert (y["open_circuit"], y["conductor_current"]) == (0.0, pytest.approx(0.0, abs=1e-9))
    assert y["fuse_clearing_time"][0] < 0.02
    assert abs(sums["pack_charge"]) < 1e-12
    assert unbalanced(y) < 1e-9
    strings.u["pack_current"] = -20.0
    run(strings, 2.0, 1.0, 1.0)
    assert y["conductor_current"] == pytest.approx([0.0, -10.0, -10.0, -20.0], rel=1e-9)
    assert y["stranded_charge"] > 0.0


def test_a_fuse_needs_a_resistance():
    cell, group = CellPlace("a", "low", "a"), GroupPlace("a", "low", "a")
    fuse = Conductor("fuse", "a", "high", 0.0, 1e-6, melting_integral=1e4)
    with pytest.raises(InputError, match="conductor fuse"):
        network.declare(Netlist("low", "high", (cell,), (fuse,), (group,)), 2)
