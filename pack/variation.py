"""Cell-to-cell variation: the draws that make nominally identical cells differ.

Capacity, resistances, capacitances, hysteresis, leakage and rates of aging are products of many factors of manufacture
and positive: they are lognormal. Initial SOC, initial hysteresis and Coulombic efficiency are bounded on both sides:
they are normal and truncated to what is possible. Offsets and initial voltages are normal.

A draw is that of a seed, a quantity and a cell; of the SOC at the start, a group. Each quantity has a random stream of
its own: to change the spread of one, or to add one, leaves the draws of the others as they were; and a cell draws the
same in a pack of any size. A spread only stretches the draws of its own quantity, so that studies of a spread compare
like with like.

References
----------
N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate Distributions, volume 1, Wiley 1994, chapters 13
(truncated normal) and 14 (lognormal). Inhomogeneities and Cell-to-Cell Variations in Lithium-Ion Batteries, a Review,
Energies 14 (2021) 3276, doi:10.3390/en14113276.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

QUANTITIES = (
    "capacity",
    "resistance",
    "soc",
    "self_discharge",
    "efficiency",
    "aging_rate",
    "resistance_rate",
    "aging_noise",
    "sensor_offset",
    "ohmic",
    "polarisation_resistance",
    "polarisation_capacitance",
    "open_circuit_offset",
    "hysteresis",
    "contact_resistance",
    "initial_polarisation",
    "initial_hysteresis",
    "thickness",
    "porosity",
    "active_fraction",
    "particle_radius",
    "diffusivity",
    "exchange_current",
)
"""The streams in the order in which they are spawned; a new quantity goes to the end."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How much the cells of a pack differ; 0 where they do not.

    Parameters
    ----------
    capacity_cv, resistance_cv, self_discharge_cv : float
        Coefficients of variation [1], >= 0, of lognormal factors of mean 1.
    soc_spread : float
        Standard deviation [1], >= 0, between groups of the normal initial SOC, before its truncation to [0, 1].
    efficiency_sd : float
        Standard deviation [1], >= 0, of the normal Coulombic efficiency, before its truncation to (0, 1].
    ohmic_cv, polarisation_resistance_cv, polarisation_capacitance_cv, hysteresis_cv, contact_resistance_cv : float
        Coefficients of variation [1], >= 0, of lognormal factors of mean 1; each RC pair has its own.
    open_circuit_offset_sd : float
        Standard deviation [V], >= 0, of the normal offset of the open-circuit voltage.
    initial_polarisation_sd : float
        Standard deviation [V], >= 0, of the normal voltage of each RC pair at the start.
    initial_hysteresis_sd : float
        Standard deviation [1], >= 0, of the normal hysteresis at the start, as a share of its bound, before its
        truncation to (-1, 1].
    thickness_cv, porosity_cv, active_fraction_cv, particle_radius_cv, diffusivity_cv, exchange_current_cv : float
        Coefficients of variation [1], >= 0, of lognormal factors of mean 1; each electrode of a cell of physics has its
        own.
    """

    capacity_cv: float = 0.0
    resistance_cv: float = 0.0
    soc_spread: float = 0.0
    self_discharge_cv: float = 0.0
    efficiency_sd: float = 0.0
    ohmic_cv: float = 0.0
    polarisation_resistance_cv: float = 0.0
    polarisation_capacitance_cv: float = 0.0
    open_circuit_offset_sd: float = 0.0
    hysteresis_cv: float = 0.0
    contact_resistance_cv: float = 0.0
    initial_polarisation_sd: float = 0.0
    initial_hysteresis_sd: float = 0.0
    thickness_cv: float = 0.0
    porosity_cv: float = 0.0
    active_fraction_cv: float = 0.0
    particle_radius_cv: float = 0.0
    diffusivity_cv: float = 0.0
    exchange_current_cv: float = 0.0


def streams(seed: int) -> dict[str, np.random.Generator]:
    """Return an independent random generator for each of `QUANTITIES`; `seed` >= 0."""
    children = np.random.SeedSequence(seed).spawn(len(QUANTITIES))
    return {name: np.random.Generator(np.random.PCG64(child)) for name, child in zip(QUANTITIES, children, strict=True)}


def lognormal_factors(generator: np.random.Generator, cv: float, count: int) -> NDArray[np.float64]:
    """Draw lognormal factors of mean 1.

    ``exp(s g - s^2 / 2)`` with ``s^2 = ln(1 + cv^2)`` and g standard normal (Johnson, Kotz and Balakrishnan 1994,
    chapter 14).

    Parameters
    ----------
    generator : numpy.random.Generator
        Advanced by `count` normal draws, whatever `cv`.
    cv : float
        Coefficient of variation [1], >= 0; 0 gives exactly 1.
    count : int
        How many.

    Returns
    -------
    (count,) array
        Factors [1], > 0.
    """
    deviation = np.sqrt(np.log1p(cv**2))
    return np.asarray(np.exp(deviation * generator.standard_normal(count) - 0.5 * deviation**2))


def truncated_normal(
    generator: np.random.Generator, mean: float, deviation: float, low: float, high: float, count: int
) -> NDArray[np.float64]:
    """Draw from a normal distribution truncated to the interval (low, high], by inversion.

    ``mean + deviation * ndtri(F(low) + q (F(high) - F(low)))`` with q uniform in (0, 1]. Where the interval cuts off
    much of one side, the mean of the draws lies off `mean`, towards the middle of the interval.

    Parameters
    ----------
    generator : numpy.random.Generator
        Advanced by `count` uniform draws, whatever `deviation`.
    mean, deviation : float
        Of the normal distribution before truncation; low <= mean <= high, deviation >= 0. A deviation of 0 gives
        exactly `mean`.
    low, high : float
        The interval.
    count : int
        How many.

    Returns
    -------
    (count,) array
        Values within the interval.
    """
    uniform = 1.0 - generator.random(count)
    if deviation == 0.0:
        return np.full(count, mean)
    below, above = ndtr((low - mean) / deviation), ndtr((high - mean) / deviation)
    values = mean + deviation * ndtri(below + uniform * (above - below))
    return np.asarray(np.clip(values, np.nextafter(low, high), high))


def draw(
    spread: Spread, seed: int, series: int, parallel: int, means: Mapping[str, float]
) -> dict[str, NDArray[np.float64]]:
    """Draw the parameters of every cell of a pack.

    Parameters
    ----------
    spread : Spread
        How much the cells differ.
    seed : int
        >= 0; the same seed, spread and pack give the same values.
    series, parallel : int
        Groups in series and cells in parallel in each, >= 1. Cells are numbered group by group.
    means : mapping of str to float
        ``capacity`` [C], ``initial_soc`` [1], ``self_discharge_current`` [A] and ``coulombic_efficiency`` [1] of the
        nominal cell.

    Returns
    -------
    dict of str to (series * parallel,) array
        ``capacity`` [C], ``resistance_scale`` [1], ``initial_soc`` [1] (equal in the cells of a group),
        ``self_discharge_current`` [A] and ``coulombic_efficiency`` [1].
    """
    cells, stream = series * parallel, streams(seed)
    group_soc = truncated_normal(stream["soc"], means["initial_soc"], spread.soc_spread, 0.0, 1.0, series)
    leakage = lognormal_factors(stream["self_discharge"], spread.self_discharge_cv, cells)
    efficiency = means["coulombic_efficiency"]
    return {
        "capacity": means["capacity"] * lognormal_factors(stream["capacity"], spread.capacity_cv, cells),
        "resistance_scale": lognormal_factors(stream["resistance"], spread.resistance_cv, cells),
        "initial_soc": np.repeat(group_soc, parallel),
        "self_discharge_current": means["self_discharge_current"] * leakage,
        "coulombic_efficiency": truncated_normal(
            stream["efficiency"], efficiency, spread.efficiency_sd, 0.0, 1.0, cells
        ),
    }


def draw_contacts(cv: float, seed: int, cells: int) -> NDArray[np.float64]:
    """Draw the factors of mean 1 on the contact resistance of each cell.

    Parameters
    ----------
    cv : float
        Coefficient of variation [1], >= 0, of the lognormal factors.
    seed : int
        >= 0; that of `draw`, from which these draws are independent.
    cells : int
        Number of cells, >= 1.
    """
    return lognormal_factors(streams(seed)["contact_resistance"], cv, cells)


def draw_aging(rate_cv: float, resistance_rate_cv: float, seed: int, cells: int) -> dict[str, NDArray[np.float64]]:
    """Draw how fast each cell of a pack ages.

    Parameters
    ----------
    rate_cv, resistance_rate_cv : float
        Coefficients of variation [1], >= 0, of the lognormal factors of mean 1.
    seed : int
        >= 0; that of `draw`, from which these draws are independent.
    cells : int
        Number of cells, >= 1.

    Returns
    -------
    dict of str to array
        ``aging_rate`` and ``resistance_rate`` [1], of shape (cells,), and ``noise_seed``, a scalar: a whole number
        from 0 to 2**31 - 1.
    """
    stream = streams(seed)
    return {
        "aging_rate": lognormal_factors(stream["aging_rate"], rate_cv, cells),
        "resistance_rate": lognormal_factors(stream["resistance_rate"], resistance_rate_cv, cells),
        "noise_seed": np.asarray(stream["aging_noise"].integers(2**31), dtype=np.float64),
    }


def draw_offsets(deviation: float, seed: int, count: int) -> NDArray[np.float64]:
    """Draw the offsets of sensor channels.

    Parameters
    ----------
    deviation : float
        Standard deviation [any unit], >= 0, of the normal offsets.
    seed : int
        >= 0; that of the sensors, not of the cells.
    count : int
        Number of channels.

    Returns
    -------
    (count,) array
        Offsets of mean 0 [the same unit].
    """
    return deviation * streams(seed)["sensor_offset"].standard_normal(count)
