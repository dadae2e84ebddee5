"""Indices that are kept as float64 in a state, as everything there is."""

from __future__ import annotations

from ...core.kernel import kernel


@kernel
def index(number: float, count: int) -> int:
    """Return a number as the index of one of `count` elements, the nearest one whatever a restored state holds."""
    return int(min(max(0.0, number), count - 1.0))
