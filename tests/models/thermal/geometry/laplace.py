"""Heat between cylinders by finite differences, for tests of closed forms."""

import math

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve


def flux_to_neighbour(diameter, half, cold, volumes=150):
    """Return the flux of a hot cylinder to cold ones, for a length and a conductivity of 1, of twice a symmetric wedge.

    The wedge has the angle `half`; `cold` are distance and angle of the axes of cold cylinders in it. The Laplace
    equation is the same in the logarithm of the radius.
    """
    radius = 0.5 * diameter
    reach = math.log(max(distance for distance, _ in cold) / radius)
    rings = int(volumes * reach / half)
    step, turn = reach / rings, half / volumes
    r, angle = np.meshgrid(
        radius * np.exp(step * np.arange(rings + 1)), turn * (np.arange(volumes) + 0.5), indexing="ij"
    )
    known = np.zeros(r.shape, bool)
    for distance, at in cold:
        x, y = r * np.cos(angle) - distance * math.cos(at), r * np.sin(angle) - distance * math.sin(at)
        known |= np.hypot(x, y) <= radius
    known[0] = known[-1] = True
    number = np.arange(r.size).reshape(r.shape)
    pairs = (number[:-1], number[1:], turn / step), (number[:, :-1], number[:, 1:], step / turn)
    first, second = (np.concatenate([pair[end].ravel() for pair in pairs]) for end in (0, 1))
    conductance = np.concatenate([np.full(a.size, g) for a, _, g in pairs])
    rows, columns = np.concatenate([first, second]), np.concatenate([second, first])
    joined = sparse.csr_matrix((np.tile(conductance, 2), (rows, columns)), shape=(r.size, r.size))
    laplacian = sparse.diags(np.asarray(joined.sum(axis=1)).ravel()) - joined
    value, free = np.zeros(r.size), ~known.ravel()
    value[number[0]] = 1.0
    value[free] = spsolve(laplacian[free][:, free].tocsc(), -(laplacian[free] @ value))
    return 2.0 * float((laplacian @ value)[number[0]].sum())
