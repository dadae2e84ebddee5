"""Known factors on the cells of packs whose heat flows along a graph."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.models.thermal.graph.nodes import AMBIENT
from packfmu.pack.parts import parts
from tests.pack.layout.graphs import CYLINDER, pack_of

FACTORS = np.linspace(0.8, 1.3, 12)


def heat_of(pack, **factors):
    return next(part.start for part in parts(pack.differing(factors)) if part.name == "Thermal")


@pytest.mark.parametrize("tables", [{}, {"casing": {"gap": 0.005}}, {"thermal": {"convection": 0.05}}])
def test_cooling_acts_where_a_cell_meets_the_air_or_its_case(tables):
    pack = pack_of(layout={**CYLINDER, "gap": 0.003, "emissivity": 0.8, "cell_nodes": 2}, plate=[{}], **tables)
    graph, start = pack.thermal_graph, heat_of(pack, convection=FACTORS)
    around = "casing" if "casing" in tables else AMBIENT
    for links, values, nominal in (
        (graph.paths, start["path_conductance"], "conductance"),
        (graph.radiations, start["radiating_area"], "area"),
    ):
        seen = set()
        for link, value in zip(links, values, strict=True):
            cells = [int(end.split()[1]) for end in (link.first, link.second) if end.startswith(("cell", "core"))]
            own = around in (link.first, link.second) and cells
            seen |= {cells[0]} if own else set()
            assert value == pytest.approx(getattr(link, nominal) * (FACTORS[cells[0] - 1] if own else 1.0), rel=1e-15)
        assert seen == set(range(1, 13))


def test_cells_that_no_air_cools_have_no_factor_on_it():
    pack = pack_of(layout={}, thermal={"convection": 0.0}, plate=[{"conductance": 2.0}])
    with pytest.raises(InputError, match="convection: nothing joins cell 1 to the air or a case"):
        heat_of(pack, convection=FACTORS)


def test_heat_of_reactions_is_in_proportion_to_their_volume():
    pack = pack_of(layout=CYLINDER, runaway={})
    plain, differing = heat_of(pack), heat_of(pack, reaction_heat=FACTORS)
    assert differing["reacting_volume"] == pytest.approx(plain["reacting_volume"] * FACTORS, rel=1e-15)
    with pytest.raises(InputError, match=r"reaction_heat needs the table \[runaway\]"):
        pack_of().differing({"reaction_heat": FACTORS})
