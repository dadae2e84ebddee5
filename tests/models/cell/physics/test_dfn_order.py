"""Cells as porous electrodes: errors and orders in time and space."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Mesh
from tests.models.cell.physics.porous_cells import ONE_C, TIGHT, instance, porous, random_currents, rms, run


def test_the_order_in_time_is_two_with_jumps_on_step_boundaries():
    currents = random_currents(20, ONE_C)
    fine = run(instance(tolerance=TIGHT), currents, 20.0, 0.0625)
    ends = fine[round(20.0 / 0.0625) - 1 :: round(20.0 / 0.0625)]
    errors = []
    for h in (4.0, 2.0, 1.0, 0.5):
        found = run(instance(tolerance=TIGHT), currents, 20.0, h)
        errors.append(rms(found[round(20.0 / h) - 1 :: round(20.0 / h)] - ends))
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert np.all((orders > 1.8) & (orders < 2.2)), orders


@pytest.mark.parametrize(("h", "greatest"), [(1.0, 1.5e-4), (10.0, 5e-4)])
def test_a_new_random_current_every_ten_seconds_is_followed(h, greatest):
    currents = random_currents(60, 2.0 * ONE_C)
    fine = run(instance(tolerance=TIGHT), currents, 10.0, 0.125)
    found = run(instance(), currents, 10.0, h)
    assert rms(found - fine[round(h / 0.125) - 1 :: round(h / 0.125)]) < 0.4 * greatest


def discharge(mesh):
    """Return the voltage of a 1C discharge of 50 minutes on a mesh."""
    return run(instance(kind=porous(mesh), soc=1.0, tolerance=TIGHT), [-ONE_C], 3000.0, 10.0)


def test_the_order_in_space_is_two_and_meshes_are_near_the_converged_voltage():
    meshes = [Mesh(negative=10 * n, separator=4 * n, positive=10 * n) for n in (1, 2, 4)]
    coarse, middle, fine = (discharge(mesh) for mesh in meshes)
    converged = fine + (fine - middle) / 3.0
    order = np.log2(rms(coarse - middle) / rms(middle - fine))
    assert 1.8 < order < 2.2
    usual = discharge(Mesh(negative=20, separator=6, positive=20))
    modes = discharge(Mesh(negative=40, separator=16, positive=40, modes=12)) - fine
    assert rms(coarse - converged - modes) < 1e-3
    assert rms(usual - converged - modes) < 5e-4


def parallel(h, until=320.0):
    """Return the states of charge of two cells in parallel after a swing of their current."""
    cells = instance(2, soc=0.6, tolerance=TIGHT, lookahead=0.5 * h, diffusivity_scale=[[1.0, 1.0], [0.5, 2.0]])
    cells.u.temperature[:] = [290.0, 305.0]
    cells.initialize()
    turn = 2.0 * np.pi / until
    for step in range(round(until / h)):
        total = 3.0 * ONE_C * (np.cos(turn * step * h) - np.cos(turn * (step + 1) * h)) / (turn * h)
        emf, resistance = np.array(cells.y.emf), np.array(cells.y.resistance)
        voltage = (total + np.sum(emf / resistance)) / np.sum(1.0 / resistance)
        cells.u.current[:] = (voltage - emf) / resistance
        assert cells.advance(step * h, h) == 0
    return np.array(cells.y.soc)


def test_two_cells_in_parallel_are_of_second_order():
    fine = parallel(0.25)
    errors = [np.abs(parallel(h) - fine).max() for h in (8.0, 4.0, 2.0, 1.0)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert np.all((orders > 1.8) & (orders < 2.2)), (errors, orders)


def test_the_port_is_the_tangent_of_the_voltage_ahead():
    cells = instance(tolerance=TIGHT, contact_resistance=1e-3)
    run(cells, [-ONE_C, ONE_C, 0.5 * ONE_C], 10.0, 1.0)
    held, slopes, anodes = cells.memory.copy(), [], []
    resistance, fall, at = cells.y.resistance[0], cells.y.anode_resistance[0], cells.x.current[0]
    for change in (1e-3, -1e-3):
        cells.memory[:] = held
        cells.x.current[0] = at + change
        cells.update_outputs()
        slopes.append(cells.y.emf[0] + cells.y.resistance[0] * (at + change))
        anodes.append(cells.y.anode_emf[0] - cells.y.anode_resistance[0] * (at + change))
    assert (slopes[0] - slopes[1]) / 2e-3 == pytest.approx(resistance, rel=1e-6)
    assert (anodes[0] - anodes[1]) / 2e-3 == pytest.approx(-fall, rel=1e-6)


def network(cells):
    """Return the resistance of the cell at rest at once, of its resistors between nodes [Ohm], by a dense solution."""
    x, p = cells.x, cells.p
    n, s, m = len(p.negative_width), len(p.separator_width), len(p.positive_width)
    count, ends = n + s + m, (0, n + s + m - 1)
    total = np.zeros((2 * count, 2 * count))

    def connect(a, b, resistance):
        for i, j in ((a, a), (b, b)):
            total[i, j] += 1.0 / resistance
        for i, j in ((a, b), (b, a)):
            total[i, j] -= 1.0 / resistance

    for i in range(count - 1):
        connect(count + i, count + i + 1, x.conduction_resistance[i] + x.conduction_resistance[i + 1])
        if i not in (*range(n - 1, n + s),):
            connect(i, i + 1, x.node_solid[i] + x.node_solid[i + 1])
    for particle, i in enumerate([*range(n), *range(n + s, count)]):
        connect(i, count + i, x.reaction_resistance[particle])
    used = [*range(n), *range(n + s, 2 * count)]
    ground = used.index(ends[0])
    matrix = total[np.ix_(used, used)]
    matrix[ground, ground] += 1.0
    current = np.zeros(len(used))
    current[used.index(ends[1])], current[ground] = 1.0, -1.0
    found = np.linalg.solve(matrix, current)
    return found[used.index(ends[1])] - found[ground] + x.node_solid[0] + x.node_solid[ends[1]]


def test_a_port_of_no_time_is_a_network_of_resistors():
    cells = instance(tolerance=TIGHT, lookahead=0.0, soc=0.4)
    assert cells.y.resistance[0] == pytest.approx(network(cells), rel=1e-8)


def test_a_fine_mesh_of_one_volume_a_layer_works():
    coarse = instance(kind=porous(Mesh(negative=1, separator=1, positive=1)))
    found = run(coarse, [-ONE_C], 10.0, 1.0)
    assert np.all(np.isfinite(found))
    assert np.all(np.diff(found) < 0.0)


def test_a_blend_of_one_material_twice_is_that_material():
    kind = porous()
    half = replace(kind.negative.materials[0], active_fraction=0.5 * kind.negative.materials[0].active_fraction)
    blend = replace(kind, negative=replace(kind.negative, materials=(half, half)))
    expected = run(instance(), random_currents(6, ONE_C), 10.0, 1.0)
    np.testing.assert_allclose(run(instance(kind=blend), random_currents(6, ONE_C), 10.0, 1.0), expected, atol=1e-6)
