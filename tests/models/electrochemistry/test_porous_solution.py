"""Stages of porous electrodes and their extrapolation: residuals, harmonic faces, order, lithium."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.electrochemistry import electrolyte, particles
from packfmu.models.electrochemistry.porous import continuation, extrapolation, reaction, solution, stage, transport
from packfmu.models.numerics.curves import constant
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cell.physics.porous_cells import ONE_C, TIGHT, instance, porous, run

LOAD = 2.0 * ONE_C
"""I_x of the stages [A]."""


def ready(h, kind=None):
    """Return a cell that has been under `LOAD` for a minute, whose stages of h [s] under it are prepared."""
    cells = instance(kind=kind, tolerance=TIGHT)
    run(cells, [-LOAD], 60.0, 4.0)
    stage.prepare(cells.x, cells.p, 0)
    particles.prepare(cells.x, cells.p, 0, h)
    stage.recall(cells.x, 0, LOAD)
    return cells


def faces(values):
    """Return the sums of neighbours."""
    return values[1:] + values[:-1]


def follow(cells):
    """Let electrolyte and particles follow the solution of a stage."""
    x, p, n = cells.x, cells.p, len(cells.p.negative_width)
    x.concentration[0, :] = np.array(x.iterate)
    for particle, reaction_current in enumerate(np.array(x.reaction)):
        m, widths, i = (0, p.negative_width, particle) if particle < n else (1, p.positive_width, particle - n)
        particles.follow(x, p, 0, particle, m, -reaction_current / (widths[i] * x.material_charge[0, m]))


def test_a_stage_solves_the_equations_of_its_volumes():
    """The residuals of `transport` and `reaction`, from the curves of the kind."""
    cells, h = ready(5.0), 5.0
    assert stage.find(cells.x, cells.p, 0, LOAD, h) == solution.CONVERGED
    reaction.linearise(cells.x, cells.p, 0)
    x, kind, c = cells.x, PARAMETERS.electrolyte, np.array(cells.x.iterate)
    n, s = len(cells.p.negative_width), len(cells.p.separator_width)
    reacting = np.concatenate([np.array(x.reaction)[:n], np.zeros(s), np.array(x.reaction)[n:]])
    assert np.sum(reacting[:n]) == pytest.approx(LOAD, rel=1e-14)
    assert np.sum(reacting[n:]) == pytest.approx(-LOAD, rel=1e-14)
    flux = -np.diff(c) / faces(np.array(x.node_diffusion) / kind.diffusivity(c))
    flux = np.concatenate([[0.0], flux, [0.0]])
    held = np.array(x.node_capacity) * (c - np.array(x.before)) / h
    source = (1.0 - kind.transference) * reacting
    np.testing.assert_allclose(held + np.diff(flux) - source, 0.0, atol=1e-7 * LOAD)
    flowing = np.cumsum(reacting)[:-1]
    drop = faces(kind.thermodynamic_factor(c)) * 0.5 * np.diff(np.log(c)) * electrolyte.diffusion_voltage(x, cells.p, 0)
    ionic = drop - flowing * faces(np.array(x.node_conduction) / kind.conductivity(c))
    solid = -(LOAD - flowing) * faces(np.array(x.node_solid))
    phi = np.concatenate([np.array(x.reaction_potential)[:n], np.zeros(s), np.array(x.reaction_potential)[n:]])
    for inner in (slice(0, n - 1), slice(n + s, len(c) - 1)):
        np.testing.assert_allclose(np.diff(phi)[inner], (solid - ionic)[inner], atol=1e-7)
    ends = LOAD * (x.node_solid[0] + x.node_solid[len(c) - 1])
    along = solid[: n - 1].sum() - phi[n - 1] + ionic[n - 1 : n + s].sum() + phi[n + s] + solid[n + s :].sum() - ends
    assert solution.voltage(x, cells.p, LOAD) == pytest.approx(along, abs=1e-7)


def test_a_stage_conserves_the_salt():
    cells = ready(5.0)
    held = np.array(cells.x.node_capacity)
    before = held @ np.array(cells.x.concentration)[0]
    for _ in range(20):
        assert stage.find(cells.x, cells.p, 0, LOAD, 5.0) == solution.CONVERGED
        follow(cells)
    assert held @ np.array(cells.x.concentration)[0] == pytest.approx(before, rel=1e-13)
    assert np.ptp(np.array(cells.x.concentration)[0]) > 500.0


def test_faces_are_harmonic():
    """A steady flux through layers of different porosity, constant D_e: exact at the middles, so none accumulates."""
    chemistry = PARAMETERS.electrolyte
    flat = replace(chemistry, diffusivity=constant(3e-10, chemistry.diffusivity.low, chemistry.diffusivity.high))
    cells = instance(kind=porous(kind=replace(PARAMETERS, electrolyte=flat)))
    x, kind, flux = cells.x, cells.p, 0.3
    layers = PARAMETERS.negative, PARAMETERS.separator, PARAMETERS.positive
    counts = [len(kind.negative_width), len(kind.separator_width), len(kind.positive_width)]
    c, steps = 1500.0, []
    for layer, count in zip(layers, counts, strict=True):
        width = layer.thickness / count
        fall = flux * width / (96485.33212331 * x.electrode_area[0] * layer.transport_efficiency * 3e-10)
        for _ in range(count):
            steps.append(c - 0.5 * fall)
            c -= fall
    stage.prepare(x, kind, 0)
    x.iterate[:] = steps
    transport.evaluate(x, kind, 0)
    transport.diffuse(x)
    np.testing.assert_allclose(np.array(x.known_c), [-flux, *[0.0] * (len(steps) - 2), flux], atol=1e-9 * flux)


def staged(h, until=32.0):
    """Return concentration and means after stages of h [s]."""
    cells = ready(h)
    for _ in range(round(until / h)):
        assert stage.find(cells.x, cells.p, 0, LOAD, h) == solution.CONVERGED
        follow(cells)
    return state_of(cells)


def extrapolated(h, until=32.0):
    """Return the same after steps of h [s]."""
    cells = instance(tolerance=TIGHT)
    run(cells, [-LOAD], 60.0, 4.0)
    run(cells, [-LOAD], until, h)
    return state_of(cells)


def state_of(cells):
    return np.concatenate([np.array(cells.x.concentration)[0] / 1000.0, np.array(cells.x.mean_stoichiometry)[0]])


@pytest.mark.parametrize(("takes", "order"), [(staged, 1.0), (extrapolated, 2.0)])
def test_order_of_stages_and_of_steps(takes, order):
    fine = extrapolated(0.0625)
    errors = [np.abs(takes(h) - fine).max() for h in (4.0, 2.0, 1.0)]
    np.testing.assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), order, atol=0.2)


def halves(h):
    """Return a cell after both halves of a step of h [s], and its whole stage as the extrapolation finds it."""
    cells = ready(0.5 * h)
    x, p = cells.x, cells.p
    extrapolation.begin(x, p, 0)
    assert stage.find(x, p, 0, LOAD, 0.5 * h) == solution.CONVERGED
    extrapolation.note_first(x)
    assert continuation.second(x, p, 0, LOAD, 0.5 * h) == solution.CONVERGED
    extrapolation.note_second(x)
    extrapolation.solve_whole(x, p, 0, LOAD, h)
    return cells


def test_the_whole_stage_is_that_of_an_iteration_to_fourth_order():
    errors = []
    for h in (16.0, 8.0, 4.0):
        whole = ready(h)
        assert stage.find(whole.x, whole.p, 0, LOAD, h) == solution.CONVERGED
        errors.append(np.abs(np.array(halves(h).x.iterate) - np.array(whole.x.iterate)).max())
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 4.0, atol=0.5)


def test_the_extrapolation_moves_no_lithium():
    """What leaves the negative electrode enters the positive one, as the current asks for, whatever the halves took."""
    h, cells = 30.0, halves(30.0)
    x, p = cells.x, cells.p
    before = np.array(x.mean_before)
    salt = np.array(x.node_capacity) @ np.array(x.concentration)[0]
    assert extrapolation.extrapolate(x, p, 0) > 0.0
    n, m = len(p.negative_width), len(p.positive_width)
    charge = np.repeat(np.array(x.material_charge)[0] / [n, m], [n, m])
    gained = charge * (np.array(x.mean_stoichiometry)[0] - before)
    assert gained[:n].sum() == pytest.approx(-h * LOAD, rel=1e-12)
    assert gained[n:].sum() == pytest.approx(h * LOAD, rel=1e-12)
    assert np.array(x.node_capacity) @ np.array(x.concentration)[0] == pytest.approx(salt, rel=1e-12)
