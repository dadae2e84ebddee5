"""Sums of many small terms that lose nothing to rounding."""

from __future__ import annotations

from ...core.model import kernel


@kernel
def add(value: float, remainder: float, rise: float) -> tuple[float, float]:
    """Add a small `rise` to ``value + remainder``; return the sum rounded, and what rounding cut off."""
    small = remainder + rise
    rounded = value + small
    return rounded, small - (rounded - value)
