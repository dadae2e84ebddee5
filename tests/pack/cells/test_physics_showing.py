"""A cell of physics as text and as a figure."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.front.cells import show_cell
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS
from packfmu.pack.cells.physics_showing import describe_physics, draw_physics
from packfmu.pack.cells.showing import find_cell
from tests.pack.cells.bpx import files

POROUS = replace(PARAMETERS, physics=Physics.DFN)


def test_text_tells_what_the_cell_is():
    lines = describe_physics(POROUS, ["a note"]).splitlines()
    text = "\n".join(lines)
    assert lines[0] == PARAMETERS.name
    assert "NMC 811 against graphite and silicon" in text
    assert "5.1532 A.h between SOC 0 and 1; nominal 5 A.h" in text
    assert "2.50000 to 4.20000 V" in text
    assert "radius 5.22 um, 66.5% of the volume, stoichiometry 0.2638 to 0.8540, D_s 4e-15 m2/s (R2/D 6812 s)" in text
    assert "10 / 4 / 10 volumes, 6 modes a particle" in text
    assert lines[-1] == "note: a note"


def test_resistances_are_those_of_the_cell():
    (line,) = [line for line in describe_physics(POROUS).splitlines() if line.startswith("mOhm settled")]
    expected = 1e3 * POROUS.settled_resistance(np.array([0.1, 0.5, 0.9]))
    assert [float(value) for value in line.split()[2:]] == pytest.approx(expected, rel=1e-3)


def test_single_particles_have_no_electrolyte():
    assert "kappa" not in describe_physics(PARAMETERS)
    assert "kappa 0.949 S/m" in describe_physics(POROUS)


def test_a_figure_has_a_panel_for_each_function():
    titles = [axes.get_title() for axes in draw_physics(POROUS).axes]
    assert titles == [
        "Open-circuit potential of the negative electrode",
        "Open-circuit potential of the positive electrode",
        "Open-circuit voltage",
        "Resistance under a small current",
        "Conductivity of the electrolyte",
        "Diffusivity of the electrolyte",
    ]
    assert len(draw_physics(PARAMETERS).axes) == 4
    voltage = draw_physics(POROUS).axes[2].lines[0].get_ydata()
    assert (voltage[0], voltage[-1]) == pytest.approx((2.5, 4.2), abs=1e-9)


def test_the_command_shows_a_bpx_file_with_its_notes(tmp_path):
    path, picture = files.written(tmp_path, files.blended(0.9)), tmp_path / "cell.png"
    text = show_cell(str(path), picture, None)
    assert picture.stat().st_size > 10_000
    assert "active material against graphite and silicon" in text
    assert "note: a BPX file has no current limits" in text
    with pytest.raises(InputError, match="is a cell of physics; a cell file keeps equivalent circuits"):
        show_cell(str(path), None, tmp_path / "cell.toml")


def test_shipped_cells_of_physics_are_found():
    assert find_cell("chen_2020") == (PARAMETERS, ())
