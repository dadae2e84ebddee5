"""A measuring channel: the reading that it makes of a true value.

Equations
---------
A reading is ``gain * truth + offset + noise``, held within the range of the converter and rounded to a multiple of its
resolution. It may come some samples late. The noise is normal and a function of seed, channel and number of the sample
alone, so that a step that is repeated repeats it. It is added before the rounding, as in a real converter: noise above
half a step makes the error of rounding white, with a variance of a twelfth of the step squared [1].

References
----------
[1] B. Widrow, I. Kollár, Quantization Noise, Cambridge University Press 2008, chapter 4.
"""

from __future__ import annotations

import math

from ...core.kernel import Block, kernel
from ..numerics import noise

DEPTH = 8
"""Samples that a channel remembers: the delay is at most one less."""

WHOLE = 2.0**52
"""From here on every float64 is a whole number."""


@kernel
def white(seed: int, channel: int, sample: int) -> float:
    """Return the standard normal deviate of one sample of a channel."""
    return noise.normal(noise.word(noise.stream(seed, channel), sample))


@kernel
def saturate(value: float, least: float, greatest: float) -> float:
    """Hold a value within a range; a value that is not a number stays so."""
    if value < least:
        return least
    return greatest if value > greatest else value


@kernel
def quantise(value: float, resolution: float) -> float:
    """Round a value to the nearest multiple of `resolution`, halves upwards; 0 leaves it as it is."""
    if resolution == 0.0:
        return value
    count = value / resolution
    if not abs(count) < WHOLE:
        return value
    return resolution * math.floor(count + 0.5)


@kernel
def read(
    truth: float,
    gain: float,
    offset: float,
    disturbance: float,
    resolution: float,
    least: float,
    greatest: float,
) -> float:
    """Return the reading of a channel.

    Parameters
    ----------
    truth : float
        The true value [any unit, that of all but `gain`].
    gain : float
        1 for a channel without error.
    offset : float
        Reading at a true value of 0.
    disturbance : float
        The noise of this sample: a standard deviation times `white`.
    resolution : float
        Step of the converter, >= 0; 0 for none.
    least, greatest : float
        Range of the converter.

    Returns
    -------
    float
        The multiple of `resolution` nearest to the value held within the range; not a number where the truth is none.
    """
    return quantise(saturate(gain * truth + offset + disturbance, least, greatest), resolution)


@kernel
def fill(history: Block, value: float) -> None:
    """Set all readings that a channel remembers to `value`."""
    for place in range(history.shape[0]):
        history[place] = value


@kernel
def delay(history: Block, sample: int, samples: int, reading: float) -> float:
    """Record the reading of a sample and return the one of `samples` before it.

    Parameters
    ----------
    history : (depth,) array
        The readings that the channel remembers.
    sample : int
        Number of this sample, >= 0; the numbers come without gaps.
    samples : int
        Delay, from 0 to ``depth - 1``.
    reading : float
        The reading of this sample [any unit].
    """
    depth = history.shape[0]
    history[sample % depth] = reading
    return history[(sample + depth - samples) % depth]
