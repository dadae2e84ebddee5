"""Bounds of the electrical quantities of a network."""

from __future__ import annotations

VOLTAGE = 100.0
"""Bound of the voltage of a cell [V]."""

CURRENT = 1e6
"""Bound of a current [A]."""

POWER = 1e15
"""Bound of a power [W]."""
