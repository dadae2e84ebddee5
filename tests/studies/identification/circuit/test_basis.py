"""The columns that the voltage is linear in, against the Cell model that they stand for."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.studies.identification.circuit.basis import columns, reached_soc
from packfmu.studies.identification.circuit.unknowns import Dynamics, Unknowns
from packfmu.studies.identification.simulation import simulate_held
from packfmu.studies.identification.steps import cut

from ..simulated import CAPACITY, PAIR, SETTINGS, TRUTH, hppc, simulate

ENTROPIC = np.array([-1e-4, 2e-4, 3e-4])
LAYOUT = Unknowns(SETTINGS, 1)
START = 0.99


def linear(pair, hysteresis):
    tables = [TRUTH.open_circuit_voltage, TRUTH.ohmic_resistance[::5], pair, ENTROPIC]
    return np.concatenate([*tables, [hysteresis], np.zeros(2)])


def kind(pair, hysteresis):
    grid = np.linspace(0.0, 1.0, SETTINGS.nodes)
    resistance = np.interp(grid, np.linspace(0.0, 1.0, 3), pair)[np.newaxis]
    return replace(
        TRUTH, polarisation_resistance=resistance, polarisation_capacitance=40.0 / resistance,
        entropic_coefficient=np.interp(grid, np.linspace(0.0, 1.0, 3), ENTROPIC), hysteresis_bound=hysteresis,
    )  # fmt: skip


@pytest.mark.parametrize(("pair", "off"), [(np.full(3, 0.012), 1e-9), (PAIR, 1e-4)])
def test_columns_agree_with_the_cell(pair, off):
    record = simulate(hppc())
    steps = cut("a", replace(record, ambient=290.0 + 10.0 * np.sin(record.time / 9e3)), 298.15)
    dynamics = Dynamics(CAPACITY, np.array([START]), np.array([40.0]), np.array([25e3, 35e3]))
    by_columns = columns(steps, np.arange(len(record.time)), dynamics, LAYOUT, 0) @ linear(pair, 0.01)
    by_cell = simulate_held(steps, kind(pair, 0.01), START, steps.temperature).voltage[steps.last]
    # between nodes both R and C of the Cell are linear, and R C exceeds the time constant by up to (d ln R)^2 / 4: 2e-3
    # between the first nodes, 1 / e of it in the voltage of a pair of up to 0.1 V
    assert by_cell == pytest.approx(by_columns, abs=off)


def test_charge_is_counted_as_the_cell_does():
    steps = cut("a", simulate(hppc()), 298.15)
    by_cell = simulate_held(steps, TRUTH, START, steps.temperature).soc
    assert reached_soc(steps, SETTINGS, CAPACITY, START)[1:] == pytest.approx(by_cell, abs=1e-12)


def test_what_the_cell_brings_into_a_record_decays():
    steps = cut("a", simulate(hppc()), 298.15)
    dynamics = Dynamics(CAPACITY, np.array([START]), np.array([40.0]), np.array([25e3, 35e3]))
    pair, hysteresis = columns(steps, np.arange(len(steps.record.time)), dynamics, LAYOUT, 0)[:, LAYOUT.start(0)].T
    assert pair == pytest.approx(np.exp(-steps.record.time / 40.0), abs=1e-4)  # 1 ms passes in the first row
    passed = np.cumsum(np.abs(steps.record.current) * np.diff(steps.record.time, prepend=0.0)) / CAPACITY
    assert hysteresis == pytest.approx(np.exp(-SETTINGS.hysteresis_rate * passed), abs=1e-9)
