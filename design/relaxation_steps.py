"""Why RC pairs and hysteresis are solved exactly: what a step of any length does to a relaxation.

A voltage relaxes to its settled value with a time constant. Told is the error after three time constants, as a share of
the first distance, by explicit Euler, the trapezoidal rule, implicit Euler, and `relax` of the package.
"""

from __future__ import annotations

import math

from packfmu.models.numerics.relaxation import relax

SHARES = (0.01, 0.1, 0.5, 1.0, 3.0)
"""Steps in time constants; whole numbers of them fit into three."""

METHODS = ("explicit Euler", "trapezoidal", "implicit Euler", "exact")


def factor(method: str, z: float) -> float:
    """Return what a step of z time constants leaves of a distance."""
    if method == "explicit Euler":
        return 1.0 - z
    if method == "trapezoidal":
        return (1.0 - 0.5 * z) / (1.0 + 0.5 * z)
    if method == "implicit Euler":
        return 1.0 / (1.0 + z)
    return float(relax(1.0, 0.0, 1.0, z)[0])


def errors() -> dict[str, list[float]]:
    """Return the error of each method at each step."""
    return {method: [abs(factor(method, z) ** round(3.0 / z) - math.exp(-3.0)) for z in SHARES] for method in METHODS}


if __name__ == "__main__":
    print(f"{'step in time constants':24}" + "".join(f"{share:>10g}" for share in SHARES))
    for method, found in errors().items():
        print(f"{method:24}" + "".join(f"{error:>10.1e}" for error in found))
