"""Equal cells on two busbars: the closed form of their currents, with tabs at one end and at both.

N cells of resistance R, segments of r between neighbours on either busbar, a current I; A_k flows past rung k in the
positive busbar, and ``c_k = A_(k-1) - A_k`` into cell k. Around the mesh between rungs k and k + 1::

    R (c_k - c_(k+1)) = r A_k + r (what flows back past rung k in the negative busbar)

Tabs at one end: the same flows back, ``A_0 = I`` and ``A_N = 0``. With ``cosh theta = 1 + r / R``::

    A_(k-1) - 2 cosh(theta) A_k + A_(k+1) = 0,   A_k = I sinh((N - k) theta) / sinh(N theta)
    c_k = 2 I sinh(theta / 2) cosh((N - k + 1/2) theta) / sinh(N theta)

One tab at each end: ``I - A_k`` flows on in the negative busbar, so that ``B_k = A_k - I / 2`` obeys the same equation
between ``B_0 = I / 2`` and ``B_N = -I / 2``::

    B_k = I / 2 sinh((N / 2 - k) theta) / sinh(N theta / 2)
    c_k = I sinh(theta / 2) cosh(((N + 1) / 2 - k) theta) / sinh(N theta / 2)

Both tabs at both ends: half of I enters the positive busbar at either end, and what flows past a rung flows back in the
negative one. ``A_0 = I / 2``, ``A_N = -I / 2`` and the equation are those of B: the currents are the same.
"""

import numpy as np


def one_end(cells, ratio, current):
    """Return the currents with both tabs at the first cell, for r / R."""
    theta, k = np.arccosh(1.0 + ratio), np.arange(1, cells + 1)
    return 2.0 * current * np.sinh(0.5 * theta) * np.cosh((cells - k + 0.5) * theta) / np.sinh(cells * theta)


def both_ends(cells, ratio, current):
    """Return the currents with a tab at each end, for r / R."""
    theta, k = np.arccosh(1.0 + ratio), np.arange(1, cells + 1)
    return current * np.sinh(0.5 * theta) * np.cosh((0.5 * (cells + 1) - k) * theta) / np.sinh(0.5 * cells * theta)
