"""Notes on a BPX file: rest voltages, capacities and unbalanced electrodes as they are by hand."""

import numpy as np
import pytest

from packfmu.pack.cells.bpx import notes
from packfmu.pack.cells.bpx.contents import read_contents
from packfmu.pack.cells.bpx.file import read_bpx
from tests.pack.cells.bpx import files

CELL, POSITIVE = ("Parameterisation", "Cell"), ("Parameterisation", "Positive electrode")


def told(folder, *changes):
    return read_bpx(files.written(folder, files.changed(*changes)))


def test_a_rest_voltage_at_the_cutoffs_is_not_told(tmp_path):
    assert not any("rest voltage" in note for note in told(tmp_path).notes)


def test_rest_voltages_beside_the_cutoffs_are_told_with_both_capacities(tmp_path):
    given = told(tmp_path, ((*CELL, "Upper voltage cut-off [V]"), 4.1), ((*CELL, "Lower voltage cut-off [V]"), 2.6))
    first, second = given.notes[:2]
    assert "is 2.50000 V at SOC 0 and 4.20000 V at SOC 1" in first
    assert "its cut-offs are 2.6 and 4.1 V" in first
    soc = np.linspace(0.0, 1.0, 100_001)
    ends = np.interp([2.6, 4.1], given.kind.open_circuit(soc), soc)
    within = (ends[1] - ends[0]) * given.kind.capacity / 3600.0
    assert f"between SOC 0 and 1 lie 5.1532 A.h, between rest at the cut-offs {within:.5g} A.h" in second


def test_electrodes_that_do_not_fit_each_other_are_told(tmp_path):
    (found,) = [
        note for note in told(tmp_path, ((*POSITIVE, "Thickness [m]"), 76.356e-6)).notes if "positive electrode" in note
    ]
    assert "takes +1.000% against what the negative one gives" in found


def test_convection_needs_a_surface_and_a_coefficient(tmp_path):
    whole = read_contents(files.written(tmp_path, files.CONTENTS)).checked
    assert notes.convection(whole) == pytest.approx(0.0531, rel=1e-14)
    bare = files.changed(((*CELL, "External surface area [m2]"), files.REMOVED))
    assert notes.convection(read_contents(files.written(tmp_path, bare)).checked) == 0.0
    assert notes.conditions(whole).initial_soc == 0.8


def test_degradation_is_told(tmp_path):
    worn = {"LLI": 0.1, "LAM: Positive electrode": 0.0, "LAM: Negative electrode": 0.0}
    assert any("degradation" in note for note in told(tmp_path, (("State", "Degradation"), worn)).notes)
