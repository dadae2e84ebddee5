"""Plating in parallel cells: which of two negative electrodes is lower under charge.

Both poles of two cells in parallel are at one voltage, and the cell of the lower series resistance (contacts, foils,
links) takes more of the current. Its electrode is loaded more, lower, and plates first. Where the low resistance is the
negative electrode's own, by faster kinetics or smaller particles, the cell takes more of the current too, but the
overpotential of that electrode is what is low: its potential is the higher one.
"""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS

from ..netlists import strings_in_parallel
from .coupled import pack_of

SIDE_BY_SIDE = strings_in_parallel(2, 1, link=0.0)
STEP, STEPS, CURRENT = 10.0, 80, 20.0
"""2C for 800 s from SOC 0.3, at 25 degC; plating begins within them."""

EARLY = 10
"""Steps until states of charge differ, which turns the currents round."""

PHYSICS = [
    Physics.SPM,
    pytest.param(Physics.SPME, marks=pytest.mark.campaign),
    pytest.param(Physics.DFN, marks=pytest.mark.campaign),
]


def fast_kinetics(material):
    """Return a material of four times the exchange current."""
    return replace(material, exchange_current=4.0 * material.exchange_current)


def small_particles(material):
    return replace(material, radius=0.5 * material.radius)


def with_negative(kind, change):
    """Return cells whose negative electrode is of another material."""
    (material,) = kind.negative.materials
    return replace(kind, negative=replace(kind.negative, materials=(change(material),)))


def charged(physics, first, contact=0.0):
    """Charge a cell and the usual one in parallel; return currents [A] and electrodes' potentials [V] in time."""
    kinds = [replace(kind, physics=physics, mesh=Mesh()) for kind in (first, PARAMETERS)]
    models = [kind.declare(1).with_start({"initial_soc": 0.3}) for kind in kinds]
    pack = pack_of(SIDE_BY_SIDE, *models, contact=contact)
    pack.look_ahead(0.5 * STEP)
    found = []
    for _ in range(STEPS):
        currents = pack.step(CURRENT, STEP)
        found.append((currents, [cells.y["anode_potential"][0] for cells in pack.kinds]))
    return np.array(found).transpose(1, 2, 0)


def first_below(potentials, limit):
    """Return the step at which each comes below a limit."""
    assert (potentials.min(axis=1) < limit).all()
    return np.argmax(potentials < limit, axis=1)


@pytest.mark.parametrize("physics", PHYSICS)
def test_the_cell_of_lower_series_resistance_has_the_lower_electrode_and_plates_first(physics):
    currents, potentials = charged(physics, PARAMETERS, contact=np.array([1e-3, 6e-3]))
    assert (currents[0, :EARLY] > currents[1, :EARLY]).all()
    first, second = first_below(potentials, 0.0)
    assert first < second
    assert (potentials[0, : second + 1] < potentials[1, : second + 1]).all()


@pytest.mark.parametrize("physics", PHYSICS)
def test_the_contact_of_a_cell_counts_as_what_joins_it(physics):
    worse = charged(physics, replace(PARAMETERS, contact_resistance=PARAMETERS.contact_resistance + 5e-3))
    joined = charged(physics, PARAMETERS, contact=np.array([5e-3, 0.0]))
    assert worse == pytest.approx(joined, rel=1e-9)


@pytest.mark.parametrize("physics", PHYSICS)
@pytest.mark.parametrize("change", [fast_kinetics, small_particles])
def test_where_the_low_resistance_is_the_electrodes_own_it_does_not_follow(physics, change):
    currents, potentials = charged(physics, with_negative(PARAMETERS, change))
    assert (currents[0, :EARLY] > currents[1, :EARLY]).all()
    assert (potentials[0, 1:] > potentials[1, 1:]).all()  # the ports of the first step are those at rest
