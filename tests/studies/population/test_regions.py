import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.fmi.registry import load_definition
from packfmu.models.network.loads import LoadMode
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.studies.population.cells import pack_of
from packfmu.studies.population.population import parse_population
from packfmu.studies.population.regions import in_regions
from tests.interpreted import InterpretedInstance

pytest.importorskip("openturns", reason="needs the extra studies")

CURRENT, SECONDS = 4.85, 4


def pack(**tables):
    cell = {"parameters": "chen_2020", "model": "spme", "initial_soc": 0.7}
    busbar = {"contact_resistance": 0.0, "segment_resistance": 0.0}
    return parse_pack({"pack": {"series": 1, "parallel": 1}, "cell": cell, "busbar": busbar, **tables}, "pack")


def charged(given):
    """Return the cells of a pack and its network after some seconds of charging."""
    found = {part.name: part for part in parts(given)}
    cells, network = (
        InterpretedInstance(load_definition(part.component, part.arguments, part.start).model)
        for part in (found["Cell"], found["PackNetwork"])
    )
    network.memory[network.model.offsets()["load_mode"]] = LoadMode.CURRENT
    network.memory[network.model.offsets()["pack_current"]] = CURRENT
    for instance in (cells, network):
        instance.initialize()
    for second in range(SECONDS):
        network.u.emf[:], network.u.resistance[:] = cells.y.emf, cells.y.resistance
        network.advance(float(second), 1.0)
        cells.u.current[:] = network.y.current
        cells.advance(float(second), 1.0)
    return cells, network


def test_a_field_within_a_cell_lowers_its_least_anode_potential():
    porosity = {"distribution": "normal", "cv": 0.2, "within": 1.0, "low": 0.1}
    population = parse_population({"negative": {"porosity": porosity}, "within": {"regions": 8}}, "population")
    regions, network = charged(pack_of(population, pack(), 4))
    whole, _ = charged(pack())
    local, mean = np.asarray(regions.y.anode_potential), float(whole.y.anode_potential[0])
    assert network.y.current.sum() == pytest.approx(CURRENT, rel=1e-12)
    assert np.ptp(regions.y.voltage) < 2e-3  # at the end of a step; the network joins them in the middle of it
    assert local.min() < 0.0 < mean  # lithium plates in a region of a cell that shows none in the mean
    assert local.max() > mean
    assert local.mean() == pytest.approx(mean, abs=0.3 * (mean - local.min()))


def test_regions_that_are_alike_are_the_cell():
    plain, whole = in_regions(pack(), 8), pack()
    alike = plain.differing({"capacity": np.full(8, 1.0 / 8.0)})
    regions, network = charged(alike)
    cell, own = charged(whole)
    assert network.y.current == pytest.approx(CURRENT / 8.0, rel=1e-9)
    assert regions.y.voltage == pytest.approx(cell.y.voltage[0], abs=1e-9)
    assert regions.y.anode_potential == pytest.approx(cell.y.anode_potential[0], abs=1e-9)
    assert float(np.sum(regions.y.heat_rate)) == pytest.approx(float(cell.y.heat_rate[0]), rel=1e-9)
    assert network.y.pack_voltage == pytest.approx(float(own.y.pack_voltage), abs=1e-9)


@pytest.mark.parametrize(("tables", "name"), [({"aging": {"parameters": "graphite_film_aging"}}, "aging")])
def test_packs_that_cannot_be_resolved_are_refused(tables, name):
    with pytest.raises(InputError, match=f"leave {name} out"):
        in_regions(pack(**tables), 8)
