"""A small dense system of equations, solved in place."""

from __future__ import annotations

from ...core.kernel import Block, kernel


@kernel
def solve(matrix: Block, vector: Block) -> None:
    """Solve a system of n equations by Gauss's elimination with row pivots; a part without a solution becomes 0.

    Parameters
    ----------
    matrix : array of n * n
        Row by row; it is overwritten.
    vector : array of n
        The right side, which becomes the solution.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 3.4: partial pivoting.
    """
    n = vector.shape[0]
    for j in range(n):
        take_pivot(matrix, vector, j)
        pivot = matrix[j * n + j]
        for r in range(j + 1, n):
            share = matrix[r * n + j] / pivot if pivot != 0.0 else 0.0
            vector[r] -= share * vector[j]
            for k in range(j, n):
                matrix[r * n + k] -= share * matrix[j * n + k]
    for j in range(n - 1, -1, -1):
        for k in range(j + 1, n):
            vector[j] -= matrix[j * n + k] * vector[k]
        vector[j] = vector[j] / matrix[j * n + j] if matrix[j * n + j] != 0.0 else 0.0


@kernel
def take_pivot(matrix: Block, vector: Block, j: int) -> None:
    """Exchange row j with that below whose element in column j is the greatest."""
    n, best = vector.shape[0], j
    for r in range(j + 1, n):
        if abs(matrix[r * n + j]) > abs(matrix[best * n + j]):
            best = r
    for k in range(n):
        matrix[j * n + k], matrix[best * n + k] = matrix[best * n + k], matrix[j * n + k]
    vector[j], vector[best] = vector[best], vector[j]
