"""Virtual tests of a cell: what they hold is what a cycler would have measured."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.models.parameters.chen_2020 import PARAMETERS as CHEN
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.records.record import read_record, write_record
from packfmu.studies.identification.simulation import simulate_held
from packfmu.studies.identification.steps import cut
from packfmu.studies.identification.virtual_tests import PULSES, SLOW, Stage, take

WARM = 298.15


@pytest.fixture(scope="module")
def slow():
    return take(CHEN, SLOW, WARM)


def test_a_slow_discharge_goes_from_full_to_the_lower_limit_along_the_rest_voltage(slow):
    assert slow.voltage[0] == pytest.approx(4.2, abs=1e-6)
    assert np.sum(slow.voltage[slow.current < 0.0] < CHEN.limits.minimum_voltage) == 1  # the row that passed it
    given = -np.cumsum(slow.current[1:] * np.diff(slow.time))
    assert given[-1] == pytest.approx(CHEN.capacity, rel=0.01)
    middle = np.searchsorted(given, 0.5 * CHEN.capacity)
    loss = CHEN.capacity / 3600.0 / 20.0 * CHEN.settled_resistance(0.5)
    assert slow.voltage[1:][middle] == pytest.approx(CHEN.open_circuit(0.5) - loss, abs=2e-3)


def test_a_circuit_gives_the_voltages_of_its_own_simulation():
    """That which a fit compares with; the kernel of the pack and that of the fit are of one model."""
    record = take(LEAF, PULSES, WARM, initial_soc=0.6)
    steps = cut("pulses", record, WARM)
    simulated = simulate_held(steps, LEAF, 0.6, steps.temperature).voltage[steps.last]
    np.testing.assert_allclose(record.voltage, simulated, atol=1e-9, rtol=0.0)


def test_a_record_is_read_as_it_was_written(slow, tmp_path):
    write_record(slow, tmp_path / "slow.csv")
    read = read_record(tmp_path / "slow.csv")
    np.testing.assert_allclose(read.voltage, slow.voltage, rtol=1e-9)
    np.testing.assert_allclose(read.current, slow.current, rtol=1e-9)
    assert read.ambient[0] == pytest.approx(WARM)


def test_what_the_model_refuses_ends_a_test():
    with pytest.raises(InputError, match="a virtual test ends after"):
        take(CHEN, (Stage(-1.0, 20 * 3600.0, 20 * 3600.0),), WARM)
