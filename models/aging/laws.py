"""What a publication tells of how a kind of cell ages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PowerLaw:
    """A loss that grows with calendar time and with charge throughput; see `empirical_aging` for the equations.

    Parameters
    ----------
    calendar : (slope, offset, activation energy)
        [1/(V s**z)], [1/s**z], [J/mol].
    calendar_exponent : float
        z, > 0.
    charge : (a_2, a_1, a_0, d_1, d_0)
        [1/K2], [1/K], [1], [h/K], [h].
    cycle : (curvature, V_0, depth slope, constant)
        [1/(V2 C**z)], [V], [1/C**z], [1/C**z].
    cycle_exponent : float
        z, > 0.

    Raises
    ------
    ValueError
        When a tuple has another length, or an exponent is not positive.
    """

    calendar: tuple[float, ...]
    calendar_exponent: float
    charge: tuple[float, ...]
    cycle: tuple[float, ...]
    cycle_exponent: float

    def __post_init__(self) -> None:
        for name, length in (("calendar", 3), ("charge", 5), ("cycle", 4)):
            values = getattr(self, name)
            if len(values) != length:
                raise ValueError(f"{name} has {len(values)} values, not {length}: {values}")
        for name in ("calendar_exponent", "cycle_exponent"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} = {getattr(self, name)} must be positive")


@dataclass(frozen=True, kw_only=True)
class EmpiricalLaws:
    """The laws of one publication.

    Parameters
    ----------
    name, source : str
        The cell, and where the figures come from.
    tested_capacity : float
        Of the cell that was tested [C]; the throughput of other cells is scaled to it.
    capacity, resistance : PowerLaw
        Relative loss of capacity and relative growth of resistance.
    """

    name: str
    source: str
    tested_capacity: float
    capacity: PowerLaw
    resistance: PowerLaw
