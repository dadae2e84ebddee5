"""The salt of an electrolyte under uniform reactions: against scipy's matrix exponential, order, conservation."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry import salt
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT
from packfmu.models.parameters.chen_2020 import PARAMETERS

MESH = Mesh(negative=10, separator=5, positive=12)
KIND = replace(PARAMETERS, physics=Physics.SPME, mesh=MESH)
COUNTS = MESH.negative, MESH.separator, MESH.positive


def started(**start):
    cell = Instance(KIND.declare(1).with_start(start))
    cell.initialize()
    return cell


def system():
    """Return what the volumes hold, the matrix of their exchange, and their gain per current density, all dense."""
    layers, electrolyte = (KIND.negative, KIND.separator, KIND.positive), KIND.electrolyte
    diffusivity = float(electrolyte.diffusivity(electrolyte.concentration))
    held = np.repeat(
        [FARADAY_CONSTANT * e.porosity * e.thickness / n for e, n in zip(layers, COUNTS, strict=True)], COUNTS
    )
    half = np.repeat(
        [
            0.5 * e.thickness / n / (FARADAY_CONSTANT * e.transport_efficiency * diffusivity)
            for e, n in zip(layers, COUNTS, strict=True)
        ],
        COUNTS,
    )
    across = np.diff(np.eye(len(held)), axis=0)
    exchange = across.T @ np.diag(1.0 / (half[1:] + half[:-1])) @ across
    share = (1.0 - electrolyte.transference) / electrolyte.concentration
    gain = np.repeat([-share / COUNTS[0], 0.0, share / COUNTS[2]], COUNTS)
    return held, exchange, gain


def exact(density, time):
    """Return the departure after a time under a current density from rest."""
    held, exchange, gain = system()
    size = len(held)
    augmented = np.zeros((size + 1, size + 1))
    augmented[:size, :size] = -exchange / held[:, np.newaxis]
    augmented[:size, size] = density * gain / held
    return expm(augmented * time)[:size, size]


def after(density, time, steps, cell=None):
    cell = cell or started()
    for _ in range(steps):
        salt.advance(cell.x, cell.p, 0, density, time / steps)
    return cell.x["salt"][0].copy()


def test_second_order_in_the_step():
    goal = exact(-50.0, 60.0)
    errors = [np.abs(after(-50.0, 60.0, steps) - goal).max() for steps in (5, 10, 20, 40)]
    np.testing.assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), 2.0, atol=0.2)
    assert errors[-1] < 1e-3 * np.abs(goal).max()


def test_a_long_step_settles():
    np.testing.assert_allclose(after(-50.0, 1e6, 1), exact(-50.0, 1e4), rtol=1e-2)  # damped as the square of the step


def test_salt_is_conserved():
    cell, random = started(), np.random.default_rng(4)
    held, _, _ = system()
    for _ in range(1500):
        salt.advance(cell.x, cell.p, 0, 50.0 * random.standard_normal(), random.choice([0.1, 1.0, 30.0]))
    assert abs(held @ cell.x["salt"][0]) < 1e-12 * held.sum()
    assert np.abs(cell.x["salt"]).max() > 0.05


def test_activity_is_the_mean_of_the_root():
    cell = started()
    departure = after(-50.0, 100.0, 10, cell)
    negative, positive = departure[: COUNTS[0]], departure[-COUNTS[2] :]
    assert cell.x["salt_mean"][0] == pytest.approx([negative.mean(), positive.mean()], rel=1e-13)
    roots = np.sqrt(1.0 + negative).mean(), np.sqrt(1.0 + positive).mean()
    assert cell.x["salt_activity"][0] == pytest.approx(roots, rel=1e-13)


def test_a_cell_of_another_geometry_takes_a_matrix_of_its_own():
    """Cells share a matrix in turn: alone each must come to the same."""
    scale = np.array([[1.0, 1.0], [1.2, 0.9], [1.0, 1.0]])
    together = Instance(KIND.declare(3).with_start({"thickness_scale": scale, "porosity_scale": scale[:, ::-1]}))
    together.initialize()
    together.u["current"] = [-5.0, -4.0, 3.0]
    for n in range(5):
        together.advance(float(n), 1.0)
    for k, current in enumerate(together.u["current"]):
        alone = started(thickness_scale=scale[[k]], porosity_scale=scale[[k], ::-1])
        alone.u["current"] = current
        for n in range(5):
            alone.advance(float(n), 1.0)
        assert np.array_equal(alone.x["salt"][0], together.x["salt"][k])
        assert alone.y["voltage"][0] == together.y["voltage"][k]
