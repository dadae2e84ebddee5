"""BPX files: the cell of Chen 2020 by the format is that of the shipped set; versions, models, blends, hysteresis."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS
from packfmu.pack.cells.bpx.file import read_bpx
from tests.pack.cells.bpx import files
from tests.records_folder import RECORDS

POUCH = RECORDS.parent / "nmc_pouch" / "nmc_pouch_cell_BPX.json"
SOC = np.linspace(0.0, 1.0, 21)
ELECTRODES = (("Negative electrode", 0), ("Positive electrode", 1))


def read(folder, contents):
    return read_bpx(files.written(folder, contents))


def assert_same_cell(kind, like=PARAMETERS, off=1e-6):
    assert kind.capacity == pytest.approx(like.capacity, rel=1e-12)
    np.testing.assert_allclose(kind.open_circuit(SOC), like.open_circuit(SOC), atol=off)
    np.testing.assert_allclose(kind.immediate_resistance(SOC), like.immediate_resistance(SOC), rtol=2e-5)
    np.testing.assert_allclose(kind.settled_resistance(SOC), like.settled_resistance(SOC), rtol=1e-3)
    for made, shipped in zip(kind.materials, like.materials, strict=True):
        for name in ("radius", "active_fraction", "exchange_current", "exchange_current_activation_energy"):
            assert getattr(made, name) == pytest.approx(getattr(shipped, name), rel=1e-13)


def test_chen_2020_by_the_format_is_the_shipped_set(tmp_path):
    given = read(tmp_path, files.CONTENTS)
    assert_same_cell(given.kind, replace(PARAMETERS, physics=Physics.DFN))
    assert given.models == tuple(Physics)
    assert given.kind.physics is Physics.DFN
    assert given.kind.area == pytest.approx(PARAMETERS.area, rel=1e-15)
    assert given.kind.mass == pytest.approx(2.42e-5 * 2800.0, rel=1e-14)
    assert given.kind.heat_capacity == pytest.approx(2.42e-5 * 2800.0 * 900.0, rel=1e-14)
    assert given.kind.convection == pytest.approx(0.0531, rel=1e-14)
    at = np.linspace(0.0, 4000.0, 777)
    for name in ("conductivity", "diffusivity"):
        made, shipped = (getattr(kind.electrolyte, name)(at) for kind in (given.kind, PARAMETERS))
        np.testing.assert_allclose(made, shipped, atol=6e-5 * shipped.max())


def test_an_old_version_is_converted_and_that_is_a_note(tmp_path):
    """The run of the tests makes a warning of Python an error."""
    given = read(tmp_path, files.as_version_0(files.CONTENTS))
    assert_same_cell(given.kind, replace(PARAMETERS, physics=Physics.DFN))
    assert given.notes[0].startswith("the file is of BPX 0.4; it is converted to BPX 1")
    assert not any("starts at SOC" in note for note in given.notes)
    assert any("starts at SOC 0.8" in note for note in read(tmp_path, files.CONTENTS).notes)


def test_a_file_of_single_particles_suffices_for_them_alone(tmp_path):
    given = read(tmp_path, files.of_single_particles())
    assert given.models == (Physics.SPM,)
    assert_same_cell(given.kind, replace(PARAMETERS, physics=Physics.SPM))


def test_a_blend_of_two_alike_is_one_material(tmp_path):
    given = read(tmp_path, files.blended(0.7)).kind
    assert [m.name for m in given.negative.materials] == ["graphite", "silicon"]
    assert sum(m.active_fraction for m in given.negative.materials) == pytest.approx(0.75, rel=1e-14)
    assert given.capacity == pytest.approx(PARAMETERS.capacity, rel=1e-12)
    np.testing.assert_allclose(given.open_circuit(SOC), PARAMETERS.open_circuit(SOC), atol=2e-5)


@pytest.mark.parametrize(("electrode", "number"), ELECTRODES)
def test_a_table_is_read_as_straight_lines_of_stated_error(tmp_path, electrode, number):
    curve = PARAMETERS.materials[number].open_circuit_potential
    x = np.linspace(0.01, 0.99, 180)
    table = {"x": x.tolist(), "y": curve(x).tolist()}
    made = read(tmp_path, files.changed((("Parameterisation", electrode, "OCP [V]"), table))).kind
    potential = made.materials[number].open_circuit_potential
    at = np.linspace(0.01, 0.99, 10_007)
    off = np.abs(potential(at) - np.interp(at, x, curve(x)))
    assert off.max() <= 1.05 * potential.error
    assert potential.error < 5e-4  # a step of the slope by 20 V, between nodes 1/4096 apart
    ends = (potential(0.0), potential(1.0))
    slopes = np.diff(table["y"])[[0, -1]] / np.diff(x)[[0, -1]]
    assert ends == pytest.approx((table["y"][0] - 0.01 * slopes[0], table["y"][-1] + 0.01 * slopes[1]), abs=2e-4)


def test_diffusivity_of_the_stoichiometry_is_a_curve(tmp_path):
    key = ("Parameterisation", "Negative electrode", "Diffusivity [m2.s-1]")
    made = read(tmp_path, files.changed((key, "1e-14 * (0.2 + (x - 0.5) ** 2)"))).kind.materials[0]
    assert not made.diffusivity.constant
    x = np.linspace(0.0, 1.0, 101)
    np.testing.assert_allclose(made.diffusivity(x), 1e-14 * (0.2 + (x - 0.5) ** 2), rtol=1e-4)


def test_hysteresis_is_told_and_the_mean_curve_used(tmp_path):
    place = ("Parameterisation", "Negative electrode")
    contents = files.changed(
        ((*place, "OCP (lithiation) [V]"), f"{files.NEGATIVE} - 0.02"),
        ((*place, "OCP (delithiation) [V]"), f"{files.NEGATIVE} + 0.03"),
        ((*place, "OCP hysteresis decay constant"), 0.1),
    )
    given = read(tmp_path, contents)
    assert_same_cell(given.kind, replace(PARAMETERS, physics=Physics.DFN))
    (told,) = [note for note in given.notes if "hysteresis" in note]
    assert "the mean curve is used" in told
    assert "differ from it by up to 30 mV" in told


def test_what_is_assumed_and_what_is_not_used_is_told(tmp_path):
    contents = files.changed(
        (("Parameterisation", "Cell", "Density [kg.m-3]"), files.REMOVED),
        (("Parameterisation", "User-defined"), {"Tab width [m]": 0.01}),
    )
    notes = read(tmp_path, contents).notes
    assert "user-defined fields are not used: Tab width [m]" in notes
    assert any("5 A while charging and 15 A while discharging are assumed" in note for note in notes)
    assert any(note.startswith("the file has no density; the cell is assumed to have 0.0557 kg") for note in notes)


@pytest.mark.skipif(not POUCH.is_file(), reason=f"{POUCH} is missing: About-Energy-BPX-Parameterisation at 8efd45a")
def test_the_nmc_pouch_tells_its_rest_voltages_and_both_capacities():
    given = read_bpx(POUCH)
    assert given.kind.open_circuit(np.array([0.0, 1.0])) == pytest.approx([2.69997, 4.20176], abs=5e-6)
    assert given.kind.capacity / 3600.0 == pytest.approx(13.187, abs=5e-4)
    told = "\n".join(given.notes)
    assert "2.69997 V at SOC 0 and 4.20176 V at SOC 1" in told
    assert "13.187 A.h, between rest at the cut-offs 13.171 A.h; the nominal capacity of 12.5 A.h" in told
    assert "the file is of BPX 0.1" in told
