"""Noise as a function of seed, cell and time: the same value however often it is computed.

A random number is a hash of seed, cell and time. Numbers are not drawn in a sequence: no generator state must be saved,
rolled back or sent, and cells, seeds and times are independent of each other.

`word` is the n-th output of the generator SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014, 453,
doi:10.1145/2660193.2660195), computed directly since its state is a counter; outputs seed further generators. `normal`
turns two of them into a normal deviate (G. E. P. Box, M. E. Muller, Ann. Math. Statist. 29 (1958) 610,
doi:10.1214/aoms/1177706645).

`brownian` is a path W(t) of Brownian motion with W(0) = 0, built like P. Lévy's: at the times 1, 2, 4, 8 and so on
of a unit from independent increments, and between them by halving, the middle of an interval of length d being the
mean of its ends plus sqrt(d/4) times a normal deviate of this middle alone (Brownian bridge; P.
Glasserman, Monte Carlo Methods in Financial Engineering, Springer 2003, section 3.1). A finer resolution
never changes the coarser points. Below ``2**-levels`` of the unit the path is straight.
"""

from __future__ import annotations

import math

from ...core.kernel import kernel

GOLDEN = -0x61C8864680B583EB
"""2**64 over the golden ratio, as signed 64-bit integer: the increment of SplitMix64."""

FIRST, SECOND = -0x40A7B892E31B1A47, -0x6B2FB644ECCEEE15
"""Multipliers of SplitMix64, as signed 64-bit integers."""


@kernel
def shifted(value: int, bits: int) -> int:
    """Shift 64 bits to the right, and fill with zeros."""
    return (value >> bits) & ((1 << (64 - bits)) - 1)


@kernel
def word(seed: int, index: int) -> int:
    """Return 64 bits as signed integer: output number `index`, from 0, of SplitMix64 started at `seed`."""
    value = seed + (index + 1) * GOLDEN
    value = (value ^ shifted(value, 30)) * FIRST
    value = (value ^ shifted(value, 27)) * SECOND
    return value ^ shifted(value, 31)


@kernel
def uniform(bits: int) -> float:
    """Turn 64 bits into a number above 0, up to 1, a multiple of 2**-53."""
    return (shifted(bits, 11) + 1) * 2.0**-53


@kernel
def normal(seed: int) -> float:
    """Return the standard normal deviate of a seed."""
    radius = math.sqrt(-2.0 * math.log(uniform(word(seed, 0))))
    return radius * math.cos(2.0 * math.pi * uniform(word(seed, 1)))


@kernel
def stream(seed: int, cell: int) -> int:
    """Return the seed of a cell's own noise."""
    return word(word(seed, 0), cell)


@kernel
def at_node(source: int, level: int, place: int) -> float:
    """Return the normal deviate of the time ``place * 2**level``; `place` is odd."""
    return normal(word(word(source, level), place))


@kernel
def brownian(source: int, time: float, levels: int) -> float:
    """Return W at a time, of variance `time`.

    Parameters
    ----------
    source : int
        Seed of the path, such as that of a cell's stream.
    time : float
        In units of the lattice, 0 to 2**52.
    levels : int
        Halvings of the unit that are resolved, 0 to 52; one more leaves W as it is at all multiples of ``2**-levels``.
    """
    if time <= 0.0:
        return 0.0
    octave = 0  # the interval is low to low + width, of width 2**level
    low, width, at_low, at_high = 0.0, 1.0, 0.0, at_node(source, 0, 1)
    while time > low + width:
        low, at_low = low + width, at_high
        width = low
        octave += 1
        at_high = at_low + math.sqrt(width) * at_node(source, octave, 1)
    level = max(octave - 1, 0)
    while level > -levels and time < low + width:
        level, width = level - 1, 0.5 * width
        middle = 0.5 * (at_low + at_high) + math.sqrt(0.5 * width) * at_node(source, level, int(low / width) + 1)
        if time > low + width:
            low, at_low = low + width, middle
        else:
            at_high = middle
    return at_high - (at_high - at_low) * ((low + width - time) / width)


@kernel
def increment(source: int, start: float, end: float, levels: int) -> float:
    """Return W(end) - W(start), arguments as for `brownian`."""
    return brownian(source, end, levels) - brownian(source, start, levels)
