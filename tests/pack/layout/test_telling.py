"""What `packfmu check` tells of heat and runaway."""

import pytest

from packfmu.pack.layout.telling import heat_told
from tests.pack.layout.graphs import CYLINDER, PRISM, pack_of


def told(**tables):
    pack = pack_of(**tables)
    lines = heat_told(pack.heat_setup, pack.thermal_graph, pack.runaway)
    return {line[:11].strip(): line[11:] for line in lines}


def test_a_row_of_the_chain():
    found = told(layout={}, thermal={"heat_capacity": 700.0})
    assert found["heat"].startswith("row, 1 row of 12; 13 nodes, 24 paths")
    assert found["neighbours"] == "1 W/K in a row (11)"
    assert found["cells"] == "700 J/K each, 0.3 W/K to the air, time constants 304 to 538 s between held neighbours"
    assert "runaway" not in found


def test_pouches_in_blocks_with_a_case_and_plates():
    layout = {**PRISM, "shape": "pouch", "cell_nodes": 2, "arrangement": "grid", "columns": 2, "layers": 2}
    found = told(modules=2, layout=layout, casing={}, plate=[{"channels": "parallel", "conductance": 0.8}])
    assert found["heat"].startswith("grid of pouches, 2 rows of 2 in 2 layers, 2 blocks")
    assert "between layers (6)" in found["neighbours"]
    assert "0.1 of it at the surface behind 3.12 W/K" in found["cells"]
    assert found["plate 1"] == "bottom, 0.8 W/K from each of 6 cells, channels 4, 100 W/K of coolant"


def test_listed_paths():
    assert told(layout={"arrangement": "listed"})["heat"].startswith("paths as listed, 12 cells")


@pytest.mark.parametrize(
    ("figures", "separator"),
    [
        ({}, "melts at 165 degC without a short"),
        ({"separator_short": 4.0, "short_energy_share": 0.7}, "melts at 165 degC, then 4 S until 0.7 of"),
    ],
)
def test_what_may_react_and_what_is_assumed(figures, separator):
    found = told(layout={**CYLINDER, "diameter": 0.018, "height": 0.065}, runaway=figures)
    assert found["runaway"].startswith("hatchard_kim_2007: 20.5 kJ a cell of 16.54 cm3 react (film 0.389, anode 13")
    assert found["separator"].startswith(separator)
    assert found["vent"].startswith("opens at 160 degC, 0 of the heat capacity")
