"""Why a jump draws its noise: extended from the days in full, noise becomes too large.

A film grows with noise. A year is run as jumps over N days, each from d days in full. Extending what the d days
have shown multiplies their noise by N/d, and its variance over the year comes out N/d times too large. Drawn from
one fixed path (a Brownian bridge), the variance is right, and the same whatever the jumps are.
"""

from __future__ import annotations

import numpy as np

from packfmu.models.numerics.noise import brownian, stream

DAYS, SEEDS, LEVELS = 360, 4000, 12


def extended(jump: int, full: int) -> float:
    """Return the variance of the noise of a year over its true one, where jumps extend the days in full."""
    ends = []
    for seed in range(SEEDS):
        source, total = stream(seed, 1), 0.0
        for start in range(0, DAYS, jump):
            seen = brownian(source, float(start + full), LEVELS) - brownian(source, float(start), LEVELS)
            total += seen * jump / full
        ends.append(total)
    return float(np.var(ends)) / DAYS


def drawn(jump: int) -> float:
    """Return the same where each jump draws its own noise."""
    steps = range(0, DAYS, jump)
    ends = []
    for seed in range(SEEDS):
        source = stream(seed, 1)
        path = [brownian(source, float(day), LEVELS) for day in (*steps, DAYS)]
        ends.append(float(np.sum(np.diff(path))))
    return float(np.var(ends)) / DAYS


if __name__ == "__main__":
    print("variance over the true one   extended  N/d   drawn")
    for jump, full in ((10, 1), (30, 1), (30, 3), (90, 3)):
        print(
            f"jumps of {jump:2} days, {full} in full {extended(jump, full):11.1f} {jump / full:4.0f} {drawn(jump):7.3f}"
        )
