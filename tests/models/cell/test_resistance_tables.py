"""Resistances at several temperatures: the law at and between the tables, the ledger, ports, and both flavours."""

import numpy as np
import pytest
from fmpy.validation import validate_fmu
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.instance import Instance
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.python.fmu import build_python_fmu
from packfmu.models.bms import bms
from packfmu.models.cell import circuit, ecm, resistance_tables
from packfmu.models.cell.figures import figures, from_figures
from packfmu.models.cell.resistance_tables import law
from packfmu.models.numerics.arrhenius import GAS_CONSTANT
from tests.fmi.python.host import Host
from tests.later import Later
from tests.models.cell.warm_cells import OWN, REFERENCE, TEMPERATURES, tabulated
from tests.models.cells import SOC, invented_cell, started

PLAIN = Later(lambda: started(invented_cell()))
SAME = Later(lambda: started(tabulated()))
DIFFERING = Later(lambda: started(tabulated(energy=OWN)))


def resistances(cell, soc, temperature):
    """Return R0 and those of the pairs of a cell [Ohm]."""
    x, p = cell.x, cell.p
    circuit.start_at(x, p, 0, temperature)
    place = circuit.locate(p, soc)
    return np.array([circuit.ohmic(x, p, 0, place), *(circuit.pair(x, p, 0, j, place)[0] for j in range(2))])


@given(st.integers(0, 1000), st.integers(240, 340))
def test_tables_that_follow_a_law_meet_it_at_every_temperature(thousandths, kelvin):
    soc, temperature = thousandths / 1000.0, kelvin + 0.4
    expected = resistances(PLAIN, soc, temperature)
    np.testing.assert_allclose(resistances(SAME, soc, temperature), expected, rtol=1e-13)


@pytest.mark.parametrize("row", range(len(TEMPERATURES)))
def test_a_table_is_met_at_its_own_temperature(row):
    kind = tabulated(energy=OWN)
    found = [resistances(DIFFERING, soc, TEMPERATURES[row])[0] for soc in SOC]
    np.testing.assert_allclose(found, kind.ohmic_resistance[row], rtol=1e-13)


@given(st.integers(0, 20), st.integers(2632, 3181))
def test_between_tables_the_error_of_another_energy_is_as_stated(node, tenths):
    kind, temperature = tabulated(energy=OWN), tenths / 10.0
    true = kind.ohmic_resistance[2, node] * law(OWN[node], temperature, REFERENCE)
    off = abs(resistances(DIFFERING, SOC[node], temperature)[0] / true - 1.0)
    row = min(np.searchsorted(TEMPERATURES, temperature, side="right") - 1, 2)
    width = 1.0 / TEMPERATURES[row] - 1.0 / TEMPERATURES[row + 1]
    energy = OWN[node] - kind.ohmic_activation_energy
    assert off <= 1.1 * (energy / GAS_CONSTANT * width) ** 2 / 8.0 + 1e-12
    assert round(off, 3) <= 3e-3  # the 0.3 % of the docstring, which has one digit


def test_beyond_the_tables_the_law_goes_on():
    for end, beyond in ((TEMPERATURES[0], 250.0), (TEMPERATURES[-1], 340.0)):
        ratio = resistances(DIFFERING, 0.3, beyond)[0] / resistances(DIFFERING, 0.3, end)[0]
        assert ratio == pytest.approx(float(law(2e4, beyond, end)), rel=1e-12)


@pytest.mark.parametrize("temperature", [250.0, 270.0, REFERENCE, 300.0, 340.0])
def test_the_kind_of_cell_tells_what_the_kernels_compute(temperature):
    kind = tabulated(energy=OWN)
    expected = [resistances(DIFFERING, soc, temperature) for soc in SOC]
    np.testing.assert_allclose(kind.resistances(temperature).T, expected, rtol=1e-12)
    assert kind.immediate_resistance(0.4) == pytest.approx(float(resistances(DIFFERING, 0.4, REFERENCE)[0]), rel=1e-12)


def test_one_temperature_is_the_table_itself():
    kind = invented_cell()
    assert np.array_equal(kind.resistances(), [kind.ohmic_resistance, *kind.polarisation_resistance])
    declared = ecm.declare(1, kind)
    assert np.array_equal(declared.variable("ohmic_resistance").start_values(), kind.ohmic_resistance)
    assert np.array_equal(declared.variable("table_temperature").start_values(), [REFERENCE])


def test_the_ledger_closes_while_the_temperature_sweeps_across_the_tables():
    cell = started(tabulated(energy=OWN), initial_soc=0.6)
    throughput, off = 0.0, 0.0
    for n, temperature in enumerate(np.linspace(255.0, 330.0, 400)):
        cell.u["current"], cell.u["temperature"] = 15.0 * np.sin(n / 9.0) - 2.0, temperature
        cell.advance(10.0 * n, 10.0)
        throughput += abs(float(cell.y["electrical_energy"]))
        off += float(cell.y["electrical_energy"] - cell.y["stored_energy"] - cell.y["heat"])
    assert abs(off) < 1e-9 * throughput
    assert cell.y["heat"] > 0.0


def test_vector_equals_scalar():
    kind = tabulated(energy=OWN)
    start = {"initial_soc": [0.2, 0.5, 0.8], "temperature": [255.0, 290.0, 330.0], "current": [-30.0, 5.0, 25.0]}
    together = started(kind, cells=3, **start)
    together.advance(0.0, 7.0)
    for k in range(3):
        alone = started(kind, **{name: values[k] for name, values in start.items()})
        alone.advance(0.0, 7.0)
        for name in ("voltage", "soc", "emf", "resistance", "heat_rate"):
            assert together.y[name][k] == alone.y[name][0]


@pytest.mark.parametrize("temperature", [255.0, 290.0, 310.0])
def test_the_sensitivity_to_temperature_is_that_of_the_settled_voltage(temperature):
    kind = tabulated(energy=OWN, hysteresis_bound=0.0)
    cell = started(kind, initial_soc=0.5, temperature=temperature, self_discharge_current=0.0)
    cell.p["lookahead"] = 0.0
    cell.u["current"] = -20.0
    cell.advance(0.0, 1e-6)

    def settled(at):
        rise = (at - REFERENCE) * np.interp(0.5, SOC, kind.entropic_coefficient)
        return rise - 20.0 * sum(np.interp(0.5, SOC, table) for table in kind.resistances(at))

    slope = (settled(temperature + 0.01) - settled(temperature - 0.01)) / 0.02
    assert cell.y["sensitivity_temperature"] == pytest.approx(abs(slope), rel=1e-5)


@pytest.mark.parametrize("place", [-1e300, -1.0, 2.5, 17.0, 1e300, np.inf, -np.inf, np.nan])
def test_whatever_place_is_restored_a_table_is_read(place):
    cell = started(tabulated())
    cell.x["table_place"] = place
    found = circuit.ohmic(cell.x, cell.p, 0, circuit.locate(cell.p, 0.5))
    assert 1e-4 < found < 1e-1


@pytest.mark.parametrize("temperatures", [(300.0, 300.0), (310.0, 290.0), (300.0,)])
def test_temperatures_that_do_not_rise_are_refused(temperatures):
    with pytest.raises(ValueError, match=r"table_temperatures = \(.*\) must be two or more, rising"):
        tabulated(temperatures=temperatures)


def test_temperatures_that_are_set_equal_divide_nothing_by_0():
    cell = started(tabulated(), temperature=290.0, table_temperature=[300.0] * 4)
    assert np.isfinite(cell.memory).all()
    assert resistance_tables.freed_energy(cell.p, 1.5, cell.p["ohmic_resistance"], (3, 0.5)) == 0.0


def test_estimation_by_tables_that_follow_a_law_is_that_by_the_law():
    told = []
    for kind in (invented_cell(), tabulated()):
        management = Instance(bms.declare(2, 1, kind).with_start({"temperature": 285.0, "group_voltage": 3.7}))
        management.initialize()
        for n in range(30):
            management.u["pack_current"] = 15.0 * np.sin(n)
            management.u["group_voltage"] = 3.7 + 0.03 * np.sin(n)
            management.advance(10.0 * n, 10.0)
        told.append({name: np.copy(management.y[name]) for name in ("group_soc", "soh_resistance", "discharge_power")})
    for name, values in told[0].items():
        np.testing.assert_allclose(told[1][name], values, rtol=1e-9, err_msg=name)


def test_both_flavours_give_the_same_bits_and_are_valid(tmp_path):
    given_ = figures(tabulated(energy=OWN))
    assert figures(from_figures(given_)) == given_
    arguments = {"cells": 2, "parameters": given_}
    build_native_fmu(tmp_path / "native.fmu", "cell", arguments, platforms=(host_platform(),))
    build_python_fmu(tmp_path / "python.fmu", "cell", arguments)
    assert validate_fmu(str(tmp_path / "native.fmu")) == validate_fmu(str(tmp_path / "python.fmu")) == []
    with Host(tmp_path / "native.fmu") as native, Host(tmp_path / "python.fmu") as python:
        for host in (native, python):
            host.initialize()
        for step in range(40):
            for host in (native, python):
                host["current[2]"], host["temperature[2]"] = 20.0 * np.sin(step), 255.0 + 2.0 * step
                host.step(step * 2.0, 2.0)
            assert native.outputs() == python.outputs()
