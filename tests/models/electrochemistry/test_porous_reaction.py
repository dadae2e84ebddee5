"""Reactions of porous electrodes: derivatives by differences, several materials of a volume, their films."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.electrochemistry import particles
from packfmu.models.electrochemistry.porous import elimination, reaction, solution, stage
from tests.models.cell.physics.porous_cells import ONE_C, instance, porous, random_currents, run
from tests.models.cell.physics.single import with_all_effects
from tests.models.electrochemistry.blends import divided

LINEAR = "reaction_potential", "rest_potential"


@pytest.fixture(scope="module")
def cells():
    """Return a cell of two materials in the negative electrode, of any transfer coefficient, with films, under load."""
    kind = replace(with_all_effects(), self_discharge_current=0.0)
    cells = instance(kind=porous(kind=replace(kind, negative=divided(kind.negative, 0.3))))
    run(cells, random_currents(5, ONE_C), 10.0, 1.0)
    stage.prepare(cells.x, cells.p, 0)
    particles.prepare(cells.x, cells.p, 0, 5.0)
    reaction.respond(cells.x, cells.p, 0)
    reaction.linearise(cells.x, cells.p, 0)
    return cells


def differences(cells, name, change):
    """Return how the potentials follow the reaction currents or the concentrations, by central differences."""
    values, found = getattr(cells.x, name), []
    held = np.array(values)
    for sign in (1.0, -1.0):
        values[:] = held + sign * change
        reaction.linearise(cells.x, cells.p, 0)
        found.append([np.array(getattr(cells.x, of)) for of in LINEAR])
    values[:] = held
    reaction.linearise(cells.x, cells.p, 0)
    return (np.array(found[0]) - np.array(found[1])) / (2.0 * change)


def test_potentials_follow_the_reaction_currents(cells):
    potential, rest = differences(cells, "reaction", 1e-5)
    np.testing.assert_allclose(np.array(cells.x.reaction_resistance), potential, rtol=1e-6)
    slope = -np.array(cells.x.rest_by_surface) * np.array(cells.x.response_slope)
    np.testing.assert_allclose(slope, rest, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(np.array(cells.x.conductance)[: len(potential)], 1.0 / potential, rtol=1e-6)


def test_potentials_follow_the_concentration(cells):
    potential, rest = differences(cells, "iterate", 0.01)
    np.testing.assert_allclose(np.array(cells.x.reaction_by_concentration), potential, rtol=1e-4, atol=1e-11)
    assert not rest.any()


def test_potentials_follow_the_surface(cells):
    potential, rest = differences(cells, "response_level", 1e-6)
    np.testing.assert_allclose(np.array(cells.x.reaction_by_surface), potential, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(np.array(cells.x.rest_by_surface), rest, rtol=1e-5, atol=1e-7)


def test_the_potential_is_the_sum_of_its_parts(cells):
    x = cells.x
    total = np.array(x.rest_potential) + x.overpotential + np.array(x.film) * x.reaction
    np.testing.assert_allclose(np.array(x.reaction_potential), total, rtol=1e-14)
    surface = [reaction.surface(x, i) for i in range(len(x.reaction))]
    np.testing.assert_allclose(surface, np.array(x.response_level) - np.array(x.response_slope) * x.reaction)


def test_a_volume_gathers_what_its_materials_take_at_one_potential(cells):
    """Both follow their own lines ``I = I* + (Phi - Phi* - P dc)/R``; the volume follows their sum."""
    solution.load(cells.x, cells.p, elimination.HALF, 5.0)
    x = cells.x
    for i in range(len(cells.p.negative_width)):
        for potential, change in ((0.1, 0.0), (0.1, 20.0), (0.3, -20.0)):
            taken = 0.0
            for j in (2 * i, 2 * i + 1):
                line = potential - x.reaction_potential[j] - x.reaction_by_concentration[j] * change
                taken += x.reaction[j] + line / x.reaction_resistance[j]
            found = x.node_conductance[i] * potential - x.node_coupling[i] * change
            assert x.potential[i] - x.known_p[i] + found == pytest.approx(taken, rel=1e-9, abs=1e-11)


def test_films_are_of_one_thickness_on_all_particles(cells):
    """The films of all particles in parallel have the resistance of the electrode's film."""
    x, n = cells.x, 2 * len(cells.p.negative_width)
    together = [1.0 / np.sum(1.0 / np.array(x.film)[:n]), 1.0 / np.sum(1.0 / np.array(x.film)[n:])]
    np.testing.assert_allclose(together, np.array(x.film_resistance)[0], rtol=1e-12)
    material = np.array(x.material_surface)[0]
    np.testing.assert_allclose(np.array(x.film)[0:n:2] / np.array(x.film)[1:n:2], material[1] / material[0], rtol=1e-12)
    assert len(np.array(x.film)[n:]) == len(cells.p.positive_width)


@pytest.mark.parametrize("transfer", [0.3, 0.5])
@pytest.mark.parametrize("concentration", [10.0, 1000.0, 2000.0])
def test_the_exchange_current_follows_a_power_of_the_concentration(cells, transfer, concentration):
    found = reaction.relative_concentration(cells.p, concentration, transfer)
    assert found == pytest.approx((concentration / cells.p.electrolyte_concentration) ** transfer, rel=1e-14)
