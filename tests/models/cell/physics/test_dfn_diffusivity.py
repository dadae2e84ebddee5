"""Porous electrodes whose particles' diffusivity depends on the stoichiometry: order, lithium, a converged run."""

from dataclasses import replace

import numpy as np

from packfmu.models.electrochemistry.kind import Mesh, Physics
from tests.models.cell.physics.porous_cells import ONE_C, TIGHT, instance, random_currents, rms, run
from tests.models.electrochemistry.particles import with_diffusivity


def factor(x):
    """Return by how much the diffusivity differs from that of Chen 2020: up to three times, both ways."""
    return 10.0 ** (0.5 * np.cos(6.0 * x))


def varying(volumes=20, form=factor):
    """Return the cell as porous electrodes with a diffusivity of a form."""
    mesh = Mesh(volumes=volumes, modes=24)
    return replace(with_diffusivity(form, volumes), physics=Physics.DFN, mesh=mesh)


def waves(h, until=200.0, kind=None):
    """Return voltages every 20 s of a current that begins without a jump, in steps of h [s] at the mean current."""
    cells, voltages = instance(kind=kind or varying(), tolerance=TIGHT, lookahead=0.5 * h), []
    for n in range(round(until / h)):
        turn = 2.0 * np.pi / 100.0
        rise = np.sin(turn * (n + 1) * h) - np.sin(turn * n * h)
        cells.u.current[:] = -ONE_C * (1.0 - rise / (turn * h))
        assert cells.advance(n * h, h) == 0
        if abs((n + 1) * h % 20.0) < 1e-9:
            voltages.append(cells.y.emf[0] + cells.y.resistance[0] * 0.0)
    return np.array(voltages), np.array(cells.x.profile[0])


def test_the_order_in_time_is_two():
    currents = random_currents(10, ONE_C)
    fine = run(instance(kind=varying(), tolerance=TIGHT), currents, 20.0, 0.125)[159::160]
    errors = []
    for h in (4.0, 2.0, 1.0):
        found = run(instance(kind=varying(), tolerance=TIGHT), currents, 20.0, h)
        errors.append(rms(found[round(20.0 / h) - 1 :: round(20.0 / h)] - fine))
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    print(errors, orders)
    assert np.all((orders > 1.8) & (orders < 2.2)), (errors, orders)
