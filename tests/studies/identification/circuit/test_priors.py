"""What is known of any cell before its records are read."""

import numpy as np
import pytest

from packfmu.studies.identification.circuit.priors import SET, Scales, entropic_deviation, prior
from packfmu.studies.identification.circuit.unknowns import Unknowns

from ..simulated import AT_KNOTS, SETTINGS, TRUTH

LAYOUT = Unknowns(SETTINGS, 2)
SCALES = Scales(3.0, 4.2, 0.02)


def known(hysteresis=False, axis_set=True, entropic=None, rested=(True, False)):
    return prior(LAYOUT, SCALES, rested, hysteresis, axis_set, entropic)


def deviations(**given):
    matrix = known(**given).matrix
    return np.sqrt(np.diag(np.linalg.inv(matrix.T @ matrix + 1e-12 * np.eye(LAYOUT.count))))


def test_ends_of_the_voltage_are_held_where_the_axis_is_set():
    ends = [LAYOUT.table(0).start, LAYOUT.table(0).stop - 1]
    assert deviations()[ends] == pytest.approx([SET, SET], rel=1e-3)
    assert deviations(axis_set=False)[ends].min() > 1.0


def test_a_cell_brings_polarisation_only_into_records_that_begin_under_current():
    rested, driven = (deviations()[LAYOUT.start(number)][0] for number in (0, 1))
    assert rested == pytest.approx(SET)
    assert driven > 0.05


def test_heat_narrows_entropic_coefficients():
    before = deviations()[LAYOUT.table(-1)]
    assert before == pytest.approx(entropic_deviation(LAYOUT), rel=1e-6)
    after = deviations(entropic=(np.array([1e-4, 2e-4, 3e-4]), np.diag(np.full(3, 1e-5**2))))[LAYOUT.table(-1)]
    assert after.max() < 1.01e-5 < before.min()


def test_the_true_cell_is_no_surprise():
    truth = np.zeros(LAYOUT.count)
    for number, table in enumerate(
        (TRUTH.open_circuit_voltage, TRUTH.ohmic_resistance, TRUTH.polarisation_resistance[0])
    ):
        place = LAYOUT.table(number)
        truth[place] = np.interp(np.linspace(0.0, 1.0, place.stop - place.start), np.linspace(0.0, 1.0, 11), table)
    what = known()
    assert np.abs(what.matrix @ truth - what.right).max() < 2.0  # in deviations
    assert len(AT_KNOTS) == LAYOUT.table(1).stop - LAYOUT.table(1).start
