"""Transport between the volumes of porous electrodes: how long a current lasts until the salt is gone at a wall."""

from dataclasses import replace

import numpy as np
from scipy.linalg import solve_banded

from packfmu.models.electrochemistry.kind import Mesh
from packfmu.models.electrochemistry.porous import stage, transport
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT
from packfmu.models.numerics.curves import constant
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cell.physics.porous_cells import instance, porous

DIFFUSIVITY, LENGTH, TIME = 3e-10, 4e-4, 20.0
"""D_e [m2/s], the length of the layer [m], and the time that the current is chosen for [s]."""


def layer(volumes):
    """Return a cell whose volumes are all of one separator, without reactions: walls stand for the electrodes."""
    curve = PARAMETERS.electrolyte.diffusivity
    flat = replace(PARAMETERS.electrolyte, diffusivity=constant(DIFFUSIVITY, curve.low, curve.high))
    separator = replace(PARAMETERS.separator, thickness=LENGTH * (volumes - 2) / volumes)
    mesh = Mesh(negative=1, separator=volumes - 2, positive=1)
    cells = instance(kind=porous(mesh, replace(PARAMETERS, electrolyte=flat, separator=separator)))
    x = cells.x
    stage.prepare(x, cells.p, 0)
    for name in ("node_capacity", "node_diffusion", "node_conduction"):
        values = getattr(x, name)
        values[0] = values[volumes - 1] = values[1]
    x.node_reaction[:] = 0.0
    return cells


def euler(cells, before, current, h):
    """Return the concentrations after a step of Euler's backward method, from the equations that are assembled."""
    x, p = cells.x, cells.p
    x.before[:] = x.iterate[:] = before
    transport.evaluate(x, p, 0)
    transport.assemble(x, p, 0, current)
    source = np.zeros(len(before))
    source[0], source[-1] = current, -current
    known = np.array(x.known_c) + (1.0 - p.transference) * source
    right, left = np.roll(np.array(x.right_cc), 1), np.roll(np.array(x.left_cc), -1)
    return before + solve_banded((1, 1), [right, np.array(x.own_cc) + np.array(x.node_capacity) / h, left], known)


def lasting(volumes, steps):
    """Return how long the current lasts [s] over the time by Sand."""
    cells, kind = layer(volumes), PARAMETERS.electrolyte
    porosity, effective = PARAMETERS.separator.porosity, PARAMETERS.separator.transport_efficiency * DIFFUSIVITY
    anion = 1.0 - kind.transference
    density = FARADAY_CONSTANT * kind.concentration / (2.0 * anion) * np.sqrt(np.pi * porosity * effective / TIME)
    h, c, walls = TIME / steps, np.full(volumes, kind.concentration), [kind.concentration]
    fall = anion * density / (FARADAY_CONSTANT * effective) * 0.5 * LENGTH / volumes
    while walls[-1] > 0.0:
        current = density * cells.x.electrode_area[0]
        half = euler(cells, euler(cells, c, current, 0.5 * h), current, 0.5 * h)
        c = 2.0 * half - euler(cells, c, current, h)
        walls.append(c[-1] - fall)
    return (len(walls) - 2 + walls[-2] / (walls[-2] - walls[-1])) / steps


def test_the_salt_at_a_wall_is_gone_after_the_time_by_sand():
    """``t = pi eps D_eff (F c_0 / (2 (1 - t+) i))^2`` while the layer is long against the depletion.

    H. J. S. Sand, Philos. Mag. 1 (1901) 45, doi:10.1080/14786440109462590.
    """
    errors = [abs(lasting(volumes, steps) - 1.0) for volumes, steps in ((100, 50), (200, 100), (800, 400))]
    assert errors[2] < 1e-4
    assert errors[2] < 0.5 * errors[1] < 0.25 * errors[0]
