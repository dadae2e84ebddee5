"""Covariances as factors, which stay positive definite whatever is rounded.

A covariance P of n states is stored as ``P = U D U'`` with U upper triangular, ones on its diagonal, and D diagonal and
positive. The factors lie in one vector of ``n (n + 1) / 2``: column by column the upper triangle of U, with D in the
place of the ones; `at` returns the place.

* A scalar measurement ``H x + noise`` updates the factors by G. J. Bierman's method (Factorization Methods for Discrete
  Sequential Estimation, Academic Press 1977, section V.3): every D is multiplied by a ratio of two positive numbers.
* A step follows C. L. Thornton and G. J. Bierman (Int. J. Control 25 (1977) 243): for ``P = W diag(d) W'``, with W of
  any width, modified weighted Gram-Schmidt orthogonalisation of the rows of W gives the factors, each D a weighted sum
  of squares. Where most states only decay, most of W is 0, and these zeros are left out.
* ``x = U e`` with independent e: D of the last state is its variance, and the last column of U is the regression of the
  others on it. Another variance of the last state replaces D alone; the others given the last state stay the same.
"""

from __future__ import annotations

import math

from ...core.kernel import Block, kernel


@kernel
def at(row: int, column: int) -> int:
    """Place of an element of the upper triangle, ``row <= column``, in the vector of factors."""
    return column * (column + 1) // 2 + row


@kernel
def clear(factors: Block) -> None:
    """Set all factors to 0: a covariance without correlations, once the variances are set at ``at(i, i)``."""
    for place in range(factors.shape[0]):
        factors[place] = 0.0


@kernel
def element(factors: Block, states: int, row: int, column: int) -> float:
    """Return P[row, column], ``row <= column``."""
    diagonal = factors[at(column, column)]
    total = diagonal if row == column else factors[at(row, column)] * diagonal
    for j in range(column + 1, states):
        total += factors[at(row, j)] * factors[at(j, j)] * factors[at(column, j)]
    return total


@kernel
def measure(factors: Block, gain: Block, sensitivity: Block, noise: float) -> float:
    """Take in a scalar measurement: P becomes ``P - P H' H P / s``.

    Parameters
    ----------
    factors : (n (n + 1) / 2,) array
        P, in place.
    gain : (n,) array
        Receives ``P H' / s``, the correction of the states per unit of innovation.
    sensitivity : (n,) array
        H.
    noise : float
        Variance of the measurement's own noise, > 0.

    Returns
    -------
    float
        s, the variance of the innovation: ``H P H' + noise``.
    """
    total = noise
    for j in range(gain.shape[0]):
        seen = sensitivity[j]
        for i in range(j):
            seen += factors[at(i, j)] * sensitivity[i]
        before, own = total, factors[at(j, j)] * seen
        total += seen * own
        factors[at(j, j)] *= before / total
        gain[j] = own
        for i in range(j):
            upper = factors[at(i, j)]
            factors[at(i, j)] = upper - gain[i] * seen / before
            gain[i] += own * upper
    for j in range(gain.shape[0]):
        gain[j] /= total
    return total


@kernel
def carry(factors: Block, keep: Block, by_last: Block, by_next: Block, rows: Block, weights: Block) -> None:
    """Write ``W`` and ``d`` of a step, ``P = W diag(d) W'``.

    The transition is ``diag(keep)`` with two columns more: the last state acts on all others, by `by_last`, and the one
    before it on those before, by `by_next`. The noises of these two arrive all through the step: the share ``1 / (1 +
    keep)`` of what the state does in a step is its noise's, half of it for a walk, and all that the noises of a step do
    together for a state that decays exponentially. A noise that acts like the last state, such as that of a measured
    input, comes on top.

    Parameters
    ----------
    factors : (n (n + 1) / 2,) array
        P before the step.
    keep, by_last, by_next : (n,) array
        The transition's diagonal, >= 0, and its last column and the one before but for the diagonal; what they have
        there and below counts as 0, and ``by_last[n - 1]`` is 0.
    rows : (n, 2 n + 1) array
        Receives W; column 2 i belongs to state i and column 2 i + 1 to its noise. What lies left of column 2 i in row
        i is 0 and is not written.
    weights : (2 n + 1,) array
        Receives d at even places; those of the noises are the caller's, the last one that of the input.
    """
    states = keep.shape[0]
    last, following = states - 1, states - 2
    for m in range(states):
        weights[2 * m] = factors[at(m, m)]
        for i in range(m):
            rows[i, 2 * m] = keep[i] * factors[at(i, m)]
            rows[i, 2 * m + 1] = 0.0
        rows[m, 2 * m], rows[m, 2 * m + 1] = keep[m], 1.0
    share, correlated = 1.0 / (1.0 + keep[following]), factors[at(following, last)]
    for i in range(following):
        rows[i, 2 * following] += by_next[i]
        rows[i, 2 * last] += by_next[i] * correlated
        rows[i, 2 * following + 1] = share * by_next[i]
    for i in range(states):
        if i < last:
            rows[i, 2 * last] += by_last[i]
            rows[i, 2 * last + 1] = 0.5 * by_last[i]
        rows[i, 2 * states] = by_last[i]


@kernel
def factorise(factors: Block, rows: Block, weights: Block, weighted: Block) -> None:
    """Make the factors of ``W diag(d) W'``.

    Parameters
    ----------
    factors : (n (n + 1) / 2,) array
        Receives them.
    rows : (n, 2 n + 1) array
        W, of rank n; what lies left of column 2 i in row i counts as 0. Overwritten.
    weights : (2 n + 1,) array
        d, >= 0.
    weighted : (2 n + 1,) array
        Work.
    """
    states, columns = rows.shape
    last = columns - 1
    for back in range(states):
        j = states - 1 - back
        square, column = 0.0, at(0, j)
        for m in range(2 * j, columns):
            weighted[m] = weights[m] * rows[j, m]
            square += weighted[m] * rows[j, m]
        factors[column + j] = square
        inverse = 1.0 / square
        for i in range(j):
            even = odd = 0.0  # two sums, which need not wait for each other
            for m in range(j, states):
                even += weighted[2 * m] * rows[i, 2 * m]
                odd += weighted[2 * m + 1] * rows[i, 2 * m + 1]
            share = (even + odd + weighted[last] * rows[i, last]) * inverse
            factors[column + i] = share
            for m in range(2 * j, columns):
                rows[i, m] -= share * rows[j, m]


@kernel
def replace_last(factors: Block, states: int, variance: float) -> None:
    """Give the last state another variance, what the others are when it is known unchanged."""
    factors[at(states - 1, states - 1)] = variance


@kernel
def limit(factors: Block, states: int, i: int, sigma: float) -> None:
    """Bring the standard deviation of state i down to `sigma` if it is above, its correlations unchanged."""
    variance = element(factors, states, i, i)
    if variance > sigma * sigma:
        scale = sigma / math.sqrt(variance)
        for row in range(i):
            factors[at(row, i)] /= scale
        factors[at(i, i)] *= scale * scale
        for column in range(i + 1, states):
            factors[at(i, column)] *= scale


@kernel
def limit_all(factors: Block, sigmas: Block) -> None:
    """Bring the standard deviation of every state i down to ``sigmas[i]`` if it is above."""
    for i in range(sigmas.shape[0]):
        limit(factors, sigmas.shape[0], i, sigmas[i])


@kernel
def project(states: Block, factors: Block, i: int, value: float) -> None:
    """Set state i to a value, and move the others in proportion to their covariance with it."""
    count = states.shape[0]
    step = (value - states[i]) / element(factors, count, i, i)
    for j in range(count):
        states[j] += step * element(factors, count, min(i, j), max(i, j))
    states[i] = value
