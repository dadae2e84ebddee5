"""The stoichiometries of a nominal cell at the voltages where it is empty and full."""

from __future__ import annotations

from dataclasses import replace

import scipy

from .kind import Electrode

Electrodes = tuple[Electrode, Electrode]


def at_rest_voltages(negative: Electrode, positive: Electrode, empty: float, full: float) -> Electrodes:
    """Return electrodes of one material each with the window in which the rest voltage goes from `empty` to `full`.

    Parameters
    ----------
    negative, positive : Electrode
        The lithium is that at the negative's greatest and the positive's least stoichiometry.
    empty, full : float
        Rest voltages at SOC 0 and 1 [V].

    Raises
    ------
    ValueError
        When the rest voltage does not go so far.
    """
    low, high = negative.materials[0], positive.materials[0]
    ratio = low.charge_density() * negative.thickness / (high.charge_density() * positive.thickness)

    def other(x: float) -> float:
        return high.minimum_stoichiometry + ratio * (low.maximum_stoichiometry - x)

    def above(x: float, voltage: float) -> float:
        return float(high.open_circuit_potential(other(x)) - low.open_circuit_potential(x)) - voltage

    least = low.maximum_stoichiometry - (high.open_circuit_potential.high - high.minimum_stoichiometry) / ratio
    least = max(least, low.open_circuit_potential.low)
    x_empty, x_full = (
        scipy.optimize.brentq(above, least, low.open_circuit_potential.high, args=(v,), xtol=1e-15)
        for v in (empty, full)
    )
    return (
        replace(negative, materials=(replace(low, minimum_stoichiometry=x_empty, maximum_stoichiometry=x_full),)),
        replace(
            positive,
            materials=(replace(high, minimum_stoichiometry=other(x_full), maximum_stoichiometry=other(x_empty)),),
        ),
    )
