"""What does not fit in layouts, casings and plates is told by table and key."""

import pytest

from packfmu.core.errors import InputError
from packfmu.pack.parts import parts
from tests.pack.layout.graphs import CYLINDER, PRISM, pack_of

NO_WIDTH = {name: value for name, value in PRISM.items() if name != "width"}


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"layout": {"shape": "cylinder", "diameter": 0.02}}, "[layout]: height is missing"),
        ({"layout": NO_WIDTH}, "[layout]: width is missing; shape = \"prism\" needs thickness, width, height"),
        ({"layout": {**CYLINDER, "width": 0.1}}, "[layout]: width is no size of cylinder"),
        ({"layout": {"diameter": 0.1}}, "[layout]: diameter is no size of a layout without shape"),
        ({"layout": {**PRISM, "arrangement": "hexagonal"}}, '[layout]: arrangement = "hexagonal" is for cylinders'),
        ({"layout": {"emissivity": 0.5}}, "[layout]: emissivity needs the key shape"),
        ({"layout": {"gap": 0.5}}, "[layout]: gap needs the key shape"),
        ({"layout": {"surface_share": 0.5}}, "[layout]: surface_share needs cell_nodes = 2"),
        ({"layout": {**PRISM, "row_gap": 0.01}}, '[layout]: row_gap needs arrangement = "grid"'),
        ({"layout": {**PRISM, "gap": 1e-6, "cell_nodes": 2, "gap_conductivity": 5000.0}},
         "[layout]: path cell 1 to cell 2: conductance = "),
        ({"busbar": {"convection": 0.1}}, '[busbar]: convection does nothing without losses = "bodies"'),
        ({"layout": {"cell_nodes": 2}}, "[layout]: cell_nodes = 2 needs core_conductance, or the key shape"),
        ({"layout": {"cell_nodes": 1, "core_conductance": 1.0}}, "[layout]: core_conductance needs cell_nodes = 2"),
        ({"layout": {"blocks": 5}}, "[layout]: blocks = 5: 12 cells cannot be shared equally"),
        ({"layout": {"layers": 13}}, "[layout]: layers = 13: a block has 12 cells only"),
        ({"layout": {"columns": 3}}, '[layout]: columns = 3 needs arrangement = "grid" or "hexagonal"'),
        ({"layout": {"board_cells": [13]}}, "[layout]: board_cells: cell 13 is none of the 12 cells"),
        ({"layout": {"board_cells": [1]}}, "[layout]: board_cells needs board_conductance of [thermal]"),
        ({"layout": {"paths": [{"between": [1, 13], "conductance": 1.0}]}},
         '[layout]: paths: there is no body "cell 13"; the pack has 12 cells'),
        ({"layout": {"paths": [{"between": [1, "bord"], "conductance": 1.0}]}},
         '[layout]: paths: there is no body "bord"; did you mean "board"?'),
        ({"layout": {"paths": [{"between": [1, 1], "conductance": 1.0}]}}, '[layout]: paths: "cell 1" is joined to'),
        ({"layout": {"bodies": [{"name": "board", "heat_capacity": 1.0}]}}, '[layout]: bodies: "board" is the name of'),
        ({"casing": {}}, "[casing]: heat_capacity is missing; [layout] has no shape"),
        ({"casing": {}, "layout": PRISM, "thermal": {"convection": 1.0}}, "[casing]: convection of [thermal] joins"),
        ({"plate": [{}]}, "[plate]: conductance is missing; it needs the key shape of [layout]"),
        ({"plate": [{"conductance": 1.0, "thickness": 0.003}]}, "[plate]: thickness needs the key shape of [layout]"),
        ({"plate": [{"conductance": 1.0, "order": [[13]]}]}, "[plate]: order: cell 13 is none of the 12 cells"),
        ({"plate": [{"conductance": 1.0}], "thermal": {"plate_conductance": 1.0}},
         "[plate]: plate_conductance of [thermal] is one plate"),
        ({"plate": [{"sid": "top"}]}, '[plate.1] sid = "top" is not a known key; did you mean "side"?'),
        ({"bms": {"temperature_sensors": [13]}}, "[bms]: temperature_sensors: cell 13 is none of the 12 cells"),
        ({"bms": {"temperature_sensors": [3, 3]}}, "[bms]: temperature_sensors: cell 3 is named twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_table_and_key(tables, message):
    with pytest.raises(InputError) as caught:
        pack_of(**tables)
    assert str(caught.value).startswith(f"pack.toml: {message}")


def test_sensors_reach_the_bms():
    part = next(part for part in parts(pack_of(bms={"temperature_sensors": [5, 1]})) if part.name == "Bms")
    assert part.arguments["sensors"] == [4, 0]
    assert "sensors" not in next(p for p in parts(pack_of(bms={})) if p.name == "Bms").arguments
