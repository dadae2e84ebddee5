"""How the equivalent circuits of nominally identical cells differ, and the states that they start in.

As in `variation`, a draw is that of a seed, a quantity and a cell; where each RC pair has its own, also of the pair.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .variation import QUANTITIES, Spread, lognormal_factors, streams, truncated_normal

CIRCUIT_SPREADS = {
    "ohmic_scale": "ohmic_cv",
    "polarisation_resistance_scale": "polarisation_resistance_cv",
    "polarisation_capacitance_scale": "polarisation_capacitance_cv",
    "open_circuit_offset": "open_circuit_offset_sd",
    "hysteresis_scale": "hysteresis_cv",
    "initial_polarisation_voltage": "initial_polarisation_sd",
    "initial_hysteresis": "initial_hysteresis_sd",
}
"""The parameters of an equivalent circuit, each by the name of its spread."""


def draw_circuits(spread: Spread, seed: int, cells: int, pairs: int) -> dict[str, NDArray[np.float64]]:
    """Draw by what the equivalent circuits of the cells of a pack differ from that of their kind.

    Parameters
    ----------
    spread : Spread
        How much the cells differ.
    seed : int
        >= 0; that of `draw`, from which these draws are independent.
    cells, pairs : int
        Number of cells, >= 1, and of RC pairs of each.

    Returns
    -------
    dict of str to array
        ``ohmic_scale`` [1], ``open_circuit_offset`` [V], ``hysteresis_scale`` and ``initial_hysteresis`` [1], of shape
        (cells,), and ``polarisation_resistance_scale`` [1], ``polarisation_capacitance_scale`` [1] and
        ``initial_polarisation_voltage`` [V], of shape (cells, pairs); those alone that have a spread.
    """
    stream = streams(seed)
    drawn = {
        "ohmic_scale": lognormal_factors(stream["ohmic"], spread.ohmic_cv, cells),
        "open_circuit_offset": spread.open_circuit_offset_sd * stream["open_circuit_offset"].standard_normal(cells),
        "hysteresis_scale": lognormal_factors(stream["hysteresis"], spread.hysteresis_cv, cells),
        "initial_hysteresis": truncated_normal(
            stream["initial_hysteresis"], 0.0, spread.initial_hysteresis_sd, -1.0, 1.0, cells
        ),
        **_draw_pairs(spread, seed, cells, pairs),
    }
    return {name: values for name, values in drawn.items() if getattr(spread, CIRCUIT_SPREADS[name]) > 0.0}


def _draw_pairs(spread: Spread, seed: int, cells: int, pairs: int) -> dict[str, NDArray[np.float64]]:
    """Return the draws of `draw_circuits` that each RC pair has of its own."""
    resistance, capacitance, voltage = (
        pair_streams(seed, quantity, pairs)
        for quantity in ("polarisation_resistance", "polarisation_capacitance", "initial_polarisation")
    )
    resistances = [lognormal_factors(stream, spread.polarisation_resistance_cv, cells) for stream in resistance]
    capacitances = [lognormal_factors(stream, spread.polarisation_capacitance_cv, cells) for stream in capacitance]
    voltages = [spread.initial_polarisation_sd * stream.standard_normal(cells) for stream in voltage]
    drawn = {
        "polarisation_resistance_scale": resistances,
        "polarisation_capacitance_scale": capacitances,
        "initial_polarisation_voltage": voltages,
    }
    return {name: np.reshape(values, (pairs, cells)).T for name, values in drawn.items()}


def pair_streams(seed: int, quantity: str, pairs: int) -> tuple[np.random.Generator, ...]:
    """Return an independent random generator for each RC pair of one of `QUANTITIES`; `seed` >= 0."""
    place = QUANTITIES.index(quantity)
    children = (np.random.SeedSequence(seed, spawn_key=(place, pair)) for pair in range(pairs))
    return tuple(np.random.Generator(np.random.PCG64(child)) for child in children)
