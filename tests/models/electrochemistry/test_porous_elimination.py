"""The linear equations of porous electrodes against a dense solution."""

import numpy as np

from packfmu.models.electrochemistry.porous import elimination, mesh, transport
from tests.models.cell.physics.porous_cells import ONE_C, instance, porous, run


def test_the_layers_have_as_many_volumes_and_particles_as_the_mesh_says():
    cells = instance()
    assert mesh.nodes(porous()) == len(cells.x.iterate) == 24
    assert mesh.particles(porous()) == len(cells.x.reaction) == 20
    assert set(transport.ROW) <= {state.name for state in cells.model.states}
    assert np.array(cells.x.kept).shape == (elimination.SYSTEMS * 24, elimination.KEPT)


def test_the_elimination_solves_what_a_dense_solution_does():
    cells = instance()
    run(cells, [-ONE_C], 20.0, 1.0)
    x, count, anion = cells.x, len(cells.x.iterate), 1.0 - cells.p.transference
    held = np.array(x.node_capacity) / 0.5
    for i in range(10, 14):
        assert x.node_conductance[i] == x.node_coupling[i] == 0.0
    dense, known = np.zeros((2 * count, 2 * count)), np.zeros(2 * count)
    for i in range(count):
        c, p = 2 * i, 2 * i + 1
        reacting, coupling = x.node_conductance[i], x.node_coupling[i]
        dense[c, c], dense[c, p] = x.own_cc[i] + held[i] + anion * coupling, -anion * reacting
        dense[p, c], dense[p, p] = x.own_pc[i] + coupling, x.own_pp[i] - reacting
        if i > 0:
            dense[c, c - 2], dense[p, c - 2], dense[p, p - 2] = x.left_cc[i], x.left_pc[i], x.left_pp[i]
        if i < count - 1:
            dense[c, c + 2], dense[p, c + 2], dense[p, p + 2] = x.right_cc[i], x.right_pc[i], x.right_pp[i]
        if 10 <= i < 14:
            dense[p, :], dense[p, p] = 0.0, 1.0
            dense[c, p] = 0.0
    known[2 * 9 + 1], known[2 * 14 + 1] = -1.0, 1.0
    for start, end in ((0, 9), (14, 23)):
        for i in range(start, end):
            driven = x.face_conductance[i] * (x.node_solid[i] + x.node_solid[i + 1])
            known[2 * i + 1] -= driven
            known[2 * i + 3] += driven
    found = np.linalg.solve(dense, known)[0::2]
    np.testing.assert_allclose(np.array(x.change), found, rtol=1e-9, atol=1e-12 * np.abs(found).max())
