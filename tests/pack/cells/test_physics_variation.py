"""Cells of physics that differ: draws of each electrode, the capacity and the voltage that follow, what is refused."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.fmi.registry import load_definition
from packfmu.models.parameters.chen_2020 import PARAMETERS
from packfmu.pack.cells.bpx.file import read_bpx
from packfmu.pack.cells.drawn import draw_cells
from packfmu.pack.cells.physics_variation import PHYSICS_SPREADS, Inventory, capacities, draw_electrodes
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.variation import Spread
from tests.records_folder import RECORDS

POUCH = RECORDS.parent / "nmc_pouch" / "nmc_pouch_cell_BPX.json"
SPREAD = Spread(**dict.fromkeys(PHYSICS_SPREADS.values(), 0.05))


def pack_of(**variation):
    cell = {"parameters": "chen_2020", "initial_soc": 0.6}
    return parse_pack({"pack": {"series": 3, "parallel": 2}, "cell": cell, "variation": variation}, "pack.toml")


@pytest.mark.skipif(not POUCH.is_file(), reason=f"{POUCH} is missing: About-Energy-BPX-Parameterisation at 8efd45a")
def test_a_thicker_positive_electrode_of_the_nmc_pouch():
    """+1 %: the capacity is 0.98 % more where the lithium comes along, and 0.73 % less where it is held."""
    kind, scale = read_bpx(POUCH).kind, np.array([[1.0, 1.0], [1.0, 1.01], [1.0, 1.01]])
    drawn = {"thickness_scale": scale, "lithium_scale": np.array([1.0, 1.0, 1.0 / 1.01])}
    more = capacities(kind, drawn, np.full(3, kind.capacity)) / kind.capacity - 1.0
    assert more == pytest.approx([0.0, 0.0098, -0.0073], abs=5e-5)


def test_draws_have_the_mean_and_the_spread_that_is_asked_for():
    cells = 20_000
    drawn = draw_electrodes(SPREAD, 3, cells, Inventory.NEW)
    assert set(drawn) == set(PHYSICS_SPREADS)
    for values in drawn.values():
        assert values.shape == (cells, 2)
        assert values.mean(axis=0) == pytest.approx([1.0, 1.0], abs=5 * 0.05 / cells**0.5)
        assert values.std(axis=0) == pytest.approx([0.05, 0.05], rel=0.03)
        assert abs(np.corrcoef(values.T)[0, 1]) < 5 / cells**0.5


def test_a_draw_is_that_of_a_seed_a_quantity_and_a_cell():
    whole, few = (draw_electrodes(SPREAD, 3, cells, Inventory.NEW) for cells in (10, 4))
    alone = draw_electrodes(Spread(diffusivity_cv=0.05), 3, 10, Inventory.NEW)
    assert set(alone) == {"diffusivity_scale"}
    np.testing.assert_array_equal(alone["diffusivity_scale"], whole["diffusivity_scale"])
    for name, values in whole.items():
        np.testing.assert_array_equal(few[name], values[:4])
    assert draw_electrodes(Spread(capacity_cv=0.1), 3, 4, Inventory.HELD) == {}


def test_a_held_inventory_is_that_of_the_nominal_cell():
    drawn = draw_electrodes(SPREAD, 3, 5, Inventory.HELD)
    brought = drawn["thickness_scale"][:, 1] * drawn["active_fraction_scale"][:, 1]
    np.testing.assert_allclose(drawn["lithium_scale"] * brought, 1.0, rtol=1e-15)
    assert "lithium_scale" not in draw_electrodes(Spread(particle_radius_cv=0.1), 3, 5, Inventory.HELD)


def test_what_holds_no_lithium_leaves_the_capacity():
    nominal = np.full(4, PARAMETERS.capacity)
    drawn = draw_electrodes(Spread(particle_radius_cv=0.2, porosity_cv=0.1), 3, 4, Inventory.NEW)
    assert capacities(PARAMETERS, drawn, nominal) is nominal


@pytest.mark.parametrize("inventory", ["new", "held"])
def test_cell_and_network_agree_on_capacity_and_rest_voltage(inventory):
    pack = pack_of(seed=2, thickness_cv=0.03, active_fraction_cv=0.02, capacity_cv=0.01, inventory=inventory)
    planned = {part.component: part for part in parts(pack)}
    cells = Instance(load_definition("cell", planned["cell"].arguments, planned["cell"].start).model)
    cells.initialize()
    network = planned["pack_network"].start
    np.testing.assert_allclose(cells.x.capacity, network["capacity"], rtol=1e-12)
    np.testing.assert_allclose(cells.y.voltage, network["emf"], rtol=1e-12)
    assert np.ptp(network["capacity"]) > 0.01 * PARAMETERS.capacity


def test_the_area_is_that_of_the_spread_of_capacity_alone():
    """The charge that fills the electrodes of a cell is its area times its own thickness."""
    pack = pack_of(seed=2, thickness_cv=0.03)
    drawn = draw_cells(pack)
    part = parts(pack)[0]
    cells = Instance(load_definition("cell", part.arguments, part.start).model)
    cells.initialize()
    area = cells.x.material_charge / drawn["thickness_scale"]
    np.testing.assert_allclose(area, np.broadcast_to(area[0], area.shape), rtol=1e-9)


def test_an_equivalent_circuit_has_no_electrodes_to_vary():
    contents = {"pack": {"series": 1, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013"}}
    pack = parse_pack(contents | {"variation": {"thickness_cv": 0.1}}, "pack.toml")
    with pytest.raises(InputError, match=r"\[variation\] thickness_cv: nissan_leaf_2013 is no cell of physics"):
        parts(pack)
