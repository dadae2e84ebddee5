"""What the network of a pack is told of the kinds of its cells: limits, and open-circuit voltages of the groups."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from ...models.network.kinds import mixture
from ..cells.replaced import Kinds


def limits(kinds: Kinds) -> dict[str, ArrayLike]:
    """Return the limits of the cells: those of the kind, of several those of any and each cell's own."""
    any_kind = kinds.spanned(narrow=False)
    shared: dict[str, ArrayLike] = {
        "minimum_cell_voltage": any_kind.minimum_voltage,
        "maximum_cell_voltage": any_kind.maximum_voltage,
        "maximum_cell_charge_current": any_kind.maximum_charge_current,
        "maximum_cell_discharge_current": any_kind.maximum_discharge_current,
    }
    if not kinds.are_several:
        return shared
    return shared | {
        "own_minimum_voltage": kinds.each(lambda kind: kind.limits.minimum_voltage),
        "own_maximum_voltage": kinds.each(lambda kind: kind.limits.maximum_voltage),
        "own_charge_current": kinds.each(lambda kind: kind.limits.maximum_charge_current),
        "own_discharge_current": kinds.each(lambda kind: kind.limits.maximum_discharge_current),
    }


def curves(kinds: Kinds, parallel: int) -> tuple[list[int], dict[str, ArrayLike]]:
    """Return the number of the open-circuit curve of each group, from 0, and the curves.

    A group of several kinds has the curve of its mixture (`models.network.kinds`), weighted by the nominal capacities
    of its cells less what they have lost at the start.
    """
    soc = np.linspace(0.0, 1.0, kinds.nodes)
    own = np.array([kind.open_circuit(soc) for kind in kinds.models])
    if not kinds.are_several:
        return [0], {"open_circuit_voltage": own[0]}
    capacity = np.asarray(kinds.each(lambda kind: kind.capacity)) * (1.0 - kinds.capacity_loss)
    number: dict[tuple[float, ...], int] = {}
    found = []
    for of, holds in zip(kinds.of.reshape(-1, parallel), capacity.reshape(-1, parallel), strict=True):
        shares = np.bincount(of, holds, len(own)) / holds.sum()
        found.append(number.setdefault(tuple(shares.round(12).tolist()), len(number)))
    voltages = [own[shares.index(1.0)] if 1.0 in shares else mixture(own, shares) for shares in number]
    told: Mapping[str, ArrayLike] = {"open_circuit_voltage": voltages[0]}
    return found, {**told, "further_open_circuit_voltage": np.reshape(voltages[1:], (-1, kinds.nodes))}


def least_capacity(kinds: Kinds) -> float:
    """Return the least of what C-rates of the kinds are multiples of [C]."""
    return min(kind.nominal_capacity for kind in kinds.models)
