"""The stored Leaf cell, and the one that the general identification finds, against the measured tests."""

import identify_cell
import numpy as np
import pytest
import validate_cell
from leaf_records import UNRECORDED, cell_records, read_hppc

from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS
from packfmu.studies.identification.fit import fit_cell
from tests.records_folder import RECORDS, needs_records

WINDOWS = [
    ("HPPC 25 °C", "from the rest after the full charge", 2.0),
    ("HPPC 10 °C", "from the rest after the full charge", 4.0),
    ("HPPC 10 °C", "whole record", 4.0),
    ("1C discharges", "95 to 20 % SOC", 15.0),
    ("1C discharges", "95 to 10 % SOC", 35.0),
    ("1C test", "temperature", 0.1),
]


@pytest.fixture(scope="module")
def comparisons():
    return validate_cell.validate(RECORDS, PARAMETERS)


@pytest.fixture(scope="module")
def hppc():
    return read_hppc(RECORDS, 25)


def rms(comparisons):
    windows = [window for comparison in comparisons for window in comparison.windows]
    return {(window.test, window.part): window.rms for window in windows}


@needs_records
@pytest.mark.parametrize(("test", "part", "target"), WINDOWS)
def test_measured_against_simulated(comparisons, test, part, target):
    windows = [window for comparison in comparisons for window in comparison.windows]
    (window,) = (window for window in windows if (window.test, window.part) == (test, part))
    assert window.target == target
    assert window.rms <= target
    assert len(window.residuals) > 100  # the window is not empty, nor a corner of the test


@needs_records
def test_table_and_figures_tell_every_test(comparisons, tmp_path):
    assert len(validate_cell.table(comparisons).splitlines()) == 2 + 7
    for comparison in comparisons:
        validate_cell.draw(comparison, tmp_path / f"{comparison.record.name}.png")
    assert len(list(tmp_path.iterdir())) == 3


@needs_records
def test_records_lose_no_time_and_charge_at_constant_current(hppc):
    recorded = hppc.time[-1] - hppc.time[0] + 1.0
    assert hppc.duration.sum() == pytest.approx(recorded + UNRECORDED, rel=1e-12)
    assert hppc.ends[hppc.last_steps] == pytest.approx(hppc.time, abs=1e-6)
    discharging = hppc.phase == "DCHG9"
    assert np.array_equal(hppc.applied[hppc.last_steps][discharging], hppc.current[discharging])
    assert hppc.voltage[hppc.full] == pytest.approx(4.2, abs=2e-3)  # the cycler holds it so well


@needs_records
def test_unrecorded_charge_closes_the_balance(hppc):
    # it begins where a discharge at 10 A to 3.000 V ended, and ends with one
    assert (hppc.current[-1], hppc.voltage[-1]) == (-10.0, 3.0)
    share = np.where(hppc.applied > 0.0, PARAMETERS.coulombic_efficiency, 1.0)
    stored = np.sum(hppc.duration * (share * hppc.applied - PARAMETERS.self_discharge_current))
    assert stored == pytest.approx(0.0, abs=10.0)  # UNRECORDED is rounded to 1 s of 10 A


def test_tables_are_physical():
    assert np.all(np.diff(PARAMETERS.open_circuit_voltage) > 0.0)
    assert PARAMETERS.open_circuit_voltage[[0, -1]] == pytest.approx([3.0, 4.2], abs=1e-3)  # as SOC is defined
    for name in ("ohmic_resistance", "polarisation_resistance", "polarisation_capacitance"):
        assert np.all(getattr(PARAMETERS, name) > 0.0)
    constants = PARAMETERS.polarisation_resistance * PARAMETERS.polarisation_capacitance
    assert constants == pytest.approx(np.broadcast_to(constants[:, :1], constants.shape), rel=1e-12)


@pytest.mark.parametrize("main", [identify_cell.main, validate_cell.main])
def test_a_folder_without_records_is_named(main, tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert str(tmp_path / "nowhere") in capsys.readouterr().err


@needs_records
@pytest.mark.campaign
def test_the_identified_cell_is_no_worse_than_the_stored_one(comparisons):
    fitted = fit_cell(cell_records(RECORDS), identify_cell.SETTINGS)
    found, stored = rms(validate_cell.validate(RECORDS, fitted.kind)), rms(comparisons)
    for test, part, target in WINDOWS[:-1]:
        assert found[test, part] <= stored[test, part], (test, part)
        assert found[test, part] <= target
    assert found["1C test", "temperature"] <= WINDOWS[-1][2]
    assert fitted.estimate("capacity").value == pytest.approx(PARAMETERS.capacity, rel=0.02)
