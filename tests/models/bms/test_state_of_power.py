"""Limits of current and power against the true cell, which carries them for as long as the limits are meant for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.bms import filter_states, group_port, state_of_power
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network.loads import power_current

from ..cells import invented_cell
from .limits import KINDS, UNBOUND, WAYS, blocks, limits_of, warm

STEP = 0.1
"""Step of the true cell [s]; the error of the port is second order in it, some 1e-5 V here."""


def driven_cell(kind, soc, temperature, current, duration=40):
    """Return a cell that has carried a current [A] for a while and is then as it is."""
    cell = Instance(cell_ecm.declare(1, kind).with_start({"initial_soc": soc, "temperature": temperature}))
    cell.p["lookahead"] = 0.5 * STEP
    cell.initialize()
    cell.u["current"] = current
    for n in range(duration):
        assert cell.advance(float(n), 1.0) == DONE
    return cell


def copy(x, cell):
    """Let the estimate of group 0 be the true state."""
    pairs = cell.x["polarisation_voltage"].shape[1]
    x.estimate[0] = 0.0
    x.estimate[0, 0] = cell.x["soc"][0]
    x.estimate[0, 1 : pairs + 1] = cell.x["polarisation_voltage"][0]
    x.estimate[0, pairs + 1] = cell.x["hysteresis_voltage"][0]


def carry(cell, power, horizon):
    """Let the cell carry a power [W] through its port; return the voltage at the end."""
    cell.update_outputs()
    for n in range(round(horizon / STEP)):
        cell.u["current"] = power_current(power, cell.y["emf"][0], cell.y["resistance"][0])
        assert cell.advance(n * STEP, STEP) == DONE
    return cell.y["voltage"][0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("horizon", state_of_power.HORIZONS)
@pytest.mark.parametrize("name", KINDS)
def test_power_meets_the_voltage_limit(name, horizon, way):
    """At SOC from 5 to 95 %, from 0 to 40 degC, after a charge and after a discharge: within 2 % of the limit.

    Where the SOC comes to its limit first, it ends there, on the inner side of the voltage limit.
    """
    kind, sign = KINDS[name], WAYS[way]
    x, p = blocks(kind, **UNBOUND, minimum_charge_temperature=230.0, minimum_discharge_temperature=230.0)
    limit = p.maximum_voltage if sign > 0.0 else p.minimum_voltage
    place = list(WAYS).index(way), state_of_power.HORIZONS.index(horizon)
    misses = []
    for soc in (0.05, 0.2, 0.5, 0.8, 0.95):
        for temperature in (273.15, 298.15, 313.15):
            for rate in (-0.5, 0.5):
                cell = driven_cell(kind, soc, temperature, rate * kind.capacity / 3600.0)
                copy(x, cell)
                warm(x, p, temperature)
                power = limits_of(x, p)[1][place]
                assert power > 0.0
                miss = sign * (carry(cell, sign * power, horizon) / limit - 1.0)
                if min(cell.x["soc"][0], 1.0 - cell.x["soc"][0]) > 1e-3:
                    misses.append(miss)
                else:
                    assert miss < 0.02
    assert np.abs(misses).max() < 0.02
    assert len(misses) >= 24


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_port_is_that_of_the_cell(sign):
    """At the same state, current and horizon as a cell's own port, to rounding."""
    kind = invented_cell()
    x, p = blocks(kind)
    cell = driven_cell(kind, 0.45, 290.0, sign * 7.0)
    copy(x, cell)
    warm(x, p, 290.0)
    cell.p["lookahead"] = 10.0
    cell.update_outputs()
    emf, resistance = group_port.port(x, p, 0, cell.x["current"][0], 1.0, 10.0)
    assert emf == pytest.approx(cell.y["emf"][0], rel=1e-12)
    assert resistance == pytest.approx(cell.y["resistance"][0], rel=1e-9)


def test_ohmic_limit_in_closed_form():
    """A level open-circuit voltage U and R0 alone: I = (limit - U) / R0, as long as nothing else is met."""
    kind = invented_cell(
        open_circuit_voltage=np.full(21, 3.6),
        entropic_coefficient=np.zeros(21),
        ohmic_resistance=np.full(21, 5e-3),
        polarisation_resistance=np.full((2, 21), 1e-9),
        hysteresis_bound=0.0,
        ohmic_activation_energy=0.0,
    )
    x, p = blocks(kind, **UNBOUND)
    current, power = limits_of(x, p)
    # CLOSE over R0; the charge moves the current by what self-discharge does
    assert current[0] == pytest.approx((4.2 - 3.6) / 5e-3, rel=2e-5)
    assert current[1] == pytest.approx((3.6 - 2.8) / 5e-3, rel=2e-5)
    assert power[1] == pytest.approx(160.0 * 2.8, rel=2e-5)
    _, p = blocks(kind)
    current, _ = limits_of(x, p)
    assert list(current[0]) == [kind.maximum_charge_current] * 3
    assert list(current[1]) == [kind.maximum_discharge_current] * 3


def test_soc_limit_in_closed_form():
    kind = invented_cell()
    x, p = blocks(kind, **UNBOUND, minimum_soc=0.2, maximum_soc=0.8)
    x.estimate[0, 0] = 0.799
    expected = 0.001 * kind.capacity / (30.0 * kind.coulombic_efficiency)
    assert limits_of(x, p)[0][0, 2] == pytest.approx(expected, rel=1e-12)
    x.estimate[0, 0] = 0.201
    assert limits_of(x, p)[0][1, 2] == pytest.approx(0.001 * kind.capacity / 30.0, rel=1e-12)
    for soc, way in ((0.8, 0), (0.9, 0), (0.2, 1), (0.1, 1)):
        x.estimate[0, 0] = soc
        current, power = limits_of(x, p)
        assert not current[way].any()
        assert not power[way].any()


@pytest.mark.parametrize(
    ("temperature", "charge", "discharge"),
    [(298.15, 1.0, 1.0), (278.15, 0.5, 1.0), (273.15, 0.0, 1.0), (258.15, 0.0, 0.5), (250.0, 0.0, 0.0),
     (323.15, 0.5, 0.5), (328.15, 0.0, 0.0), (340.0, 0.0, 0.0)],
)  # fmt: skip
def test_temperature_derates(temperature, charge, discharge):
    x, p = blocks(invented_cell())
    x.reading_temperature[:] = temperature
    assert state_of_power.pack_limit(x, p, 1.0) == pytest.approx(charge * 20.0, abs=1e-9)
    assert state_of_power.pack_limit(x, p, -1.0) == pytest.approx(discharge * 40.0, abs=1e-9)


def test_beyond_the_limit_there_is_no_current():
    x, p = blocks(invented_cell(), **UNBOUND)
    x.estimate[0, filter_states.error_place(p)] = 0.8
    current, power = limits_of(x, p)
    assert not current[0].any()
    assert not power[0].any()
    assert (current[1] > 0.0).all()


estimates = st.lists(st.floats(-0.3, 0.3), min_size=3, max_size=3)


@settings(max_examples=200)
@given(
    soc=st.floats(0.0, 1.0),
    voltages=estimates,
    temperature=st.floats(240.0, 330.0),
    sign=st.sampled_from([1.0, -1.0]),
    horizon=st.sampled_from(state_of_power.HORIZONS),
)
def test_keeps_the_limit_from_any_state(soc, voltages, temperature, sign, horizon):
    """What is found keeps every limit, and is on one of them, unless even no current would keep them."""
    x, p = STORE.setdefault("blocks", blocks(invented_cell(), **UNBOUND))
    x.estimate[0], x.estimate[0, 0], x.estimate[0, 1:4] = 0.0, soc, voltages
    warm(x, p, temperature)
    found, reported = state_of_power.greatest_current(x, p, 0, sign, 1e4, 1.0, horizon)
    excess, _ = group_port.excess_ahead(x, p, 0, sign, found, 1.0, horizon)
    at_rest, _ = group_port.excess_ahead(x, p, 0, sign, 0.0, 1.0, horizon)
    assert 0.0 <= found <= 1e4
    assert found == 0.0 or reported == excess
    if at_rest > state_of_power.CLOSE:
        assert found == 0.0 or excess <= state_of_power.CLOSE
    else:
        assert abs(excess) <= state_of_power.CLOSE


STORE = {}
