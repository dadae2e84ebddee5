"""Sums of many small terms without loss by rounding."""

from __future__ import annotations

from ...core.kernel import kernel


@kernel
def add(value: float, remainder: float, rise: float) -> tuple[float, float]:
    """Add a small `rise` to ``value + remainder``; return the rounded sum, and the remainder that rounding cut off."""
    small = remainder + rise
    rounded = value + small
    return rounded, small - (rounded - value)
