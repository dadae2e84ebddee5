"""Porous electrodes whose particles' diffusivity depends on the stoichiometry: order, lithium, a converged run.

Their kernels compile for 40 s, which is for the campaign; the interpreter runs a small mesh.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry.kind import Mesh, Physics
from tests.interpreted import InterpretedInstance
from tests.models.cell.physics.porous_cells import ONE_C, TIGHT, instance, porous, random_currents, rms, run
from tests.models.electrochemistry.particles import with_diffusivity


def factor(x):
    """Return by how much the diffusivity differs from that of Chen 2020: up to three times, both ways."""
    return 10.0 ** (0.5 * np.cos(6.0 * x))


def varying(form=factor, volumes=20, mesh=None):
    """Return the cell as porous electrodes with a diffusivity of a form."""
    return replace(with_diffusivity(form), physics=Physics.DFN, mesh=mesh or Mesh(volumes=volumes))


SMALL = varying(mesh=Mesh(negative=2, separator=1, positive=2, volumes=6))
BOTH = pytest.mark.parametrize(
    ("by", "kind", "steps"),
    [
        pytest.param(InterpretedInstance, SMALL, 15, id="interpreted"),
        pytest.param(Instance, varying(), 150, id="compiled", marks=pytest.mark.campaign),
    ],
)
"""Who runs the kernels, on which mesh, and for how many steps."""


@pytest.mark.campaign
def test_the_order_in_time_is_two_with_jumps_on_step_boundaries():
    currents = random_currents(10, ONE_C)
    fine = run(instance(kind=varying(), tolerance=TIGHT), currents, 20.0, 0.125)[159::160]
    errors = []
    for h in (4.0, 2.0, 1.0):
        found = run(instance(kind=varying(), tolerance=TIGHT), currents, 20.0, h)
        errors.append(rms(found[round(20.0 / h) - 1 :: round(20.0 / h)] - fine))
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert np.all((orders > 1.8) & (orders < 2.2)), (errors, orders)
    assert errors[2] < 5e-6  # V


def smooth(h, until=100.0):
    """Return the profiles of all particles after a wave of the current, in steps of h [s] at its means."""
    cells, turn = instance(kind=varying(), tolerance=TIGHT, lookahead=0.5 * h), 2.0 * np.pi / until
    for n in range(round(until / h)):
        rise = np.sin(turn * (n + 1) * h) - np.sin(turn * n * h)
        cells.u.current[:] = -2.0 * ONE_C * (1.0 - rise / (turn * h))
        assert cells.advance(n * h, h) == 0
    return np.array(cells.x.profile[0])


@pytest.mark.campaign
def test_profiles_are_of_second_order():
    found = [smooth(h) for h in (10.0, 5.0, 2.5, 1.25)]
    differences = [np.abs(after - before).max() for before, after in pairwise(found)]
    np.testing.assert_allclose(np.log2(np.divide(differences[:-1], differences[1:])), 2.0, atol=0.35)


@BOTH
def test_lithium_is_conserved(by, kind, steps):
    """The means take what the current brings; no profile has a mean of its own."""
    cells, total = instance(kind=kind, by=by), 0.0
    n, m = len(cells.p.negative_width), len(cells.p.positive_width)
    charge = np.repeat(np.array(cells.x.material_charge)[0] / [n, m], [n, m])
    before, salt = np.array(cells.x.mean_stoichiometry)[0], np.array(cells.x.concentration)[0]
    for current in random_currents(steps, 2.0 * ONE_C):
        run(cells, [current], 10.0, 10.0)
        total += 10.0 * current
    gained = charge * (np.array(cells.x.mean_stoichiometry)[0] - before)
    assert [gained[:n].sum(), gained[n:].sum()] == pytest.approx([total, -total], abs=1e-12 * charge.sum())
    held = np.array(cells.x.node_capacity)
    assert held @ np.array(cells.x.concentration)[0] == pytest.approx(held @ salt, rel=1e-12)
    profiles = np.array(cells.x.profile)[0].reshape(n + m, -1)
    assert np.abs(profiles @ np.array(cells.p.volume_share)).max() < 1e-15
    assert np.abs(profiles).max() > 5e-3  # no trivial case


@BOTH
def test_the_parts_of_the_heat_close_the_ledger(by, kind, steps):
    cells, parts = instance(kind=kind, by=by), ("reaction", "contact", "solid", "electrolyte", "reversible", "mixing")
    for current in random_currents(min(steps, 20), 2.0 * ONE_C, seed=3):
        run(cells, [current], 10.0, 10.0)
        y = cells.y
        assert y.heat == pytest.approx(sum(getattr(y, f"heat_{part}") for part in parts), rel=1e-12)
        assert abs(y.electrical_energy - y.stored_energy - y.heat) < 1e-9 * abs(y.electrical_energy)


@pytest.mark.campaign
def test_a_discharge_is_near_a_converged_one():
    """Against four times as many volumes in a particle and an eighth of the step, 1C for 20 minutes."""
    fine = run(instance(kind=varying(volumes=80), soc=0.9, tolerance=TIGHT), [-ONE_C], 1200.0, 1.25)[7::8]
    usual = run(instance(kind=varying(), soc=0.9), [-ONE_C], 1200.0, 10.0)
    assert rms(usual - fine) < 4e-4  # V, most of it of the volumes


@pytest.mark.campaign
def test_a_diffusivity_that_hardly_varies_leads_to_what_modes_do():
    nearly = run(instance(kind=varying(lambda x: 1.0 + 1e-9 * x, 80)), [-ONE_C, ONE_C], 100.0, 1.0)
    modes = run(instance(kind=porous(Mesh(modes=24))), [-ONE_C, ONE_C], 100.0, 1.0)
    assert rms(nearly - modes) < 1e-4  # V, most of it of the step after each jump
