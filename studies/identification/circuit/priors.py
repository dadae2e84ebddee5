"""What is known of any cell before its records are read: normal distributions that keep the fit regular.

An unknown whose distribution the records hardly narrow is one that they cannot tell (`verdicts`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .unknowns import ENERGY_SCALE, Unknowns

ENERGY, ENERGY_DEVIATION = 30e3, 20e3
"""Activation energies of resistances [J/mol]."""

TIME_CONSTANTS = {
    1: ((1.0, 3600.0),),
    2: ((0.5, 60.0), (60.0, 3600.0)),
    3: ((0.5, 15.0), (15.0, 200.0), (200.0, 7200.0)),
}
"""Bounds of the time constants for so many pairs [s]; their logarithms are expected in the middle."""

VOLTAGE_BEND = 30.0
"""Second difference of the open-circuit voltage over SOC, over the window of voltage and the 3/2 power of the spacing
of the nodes: where the slope wanders at random, it is the same for any spacing."""

BOTTOM, VOLTAGE_BOTTOM, RESISTANCE_BOTTOM = 0.06, 60.0, 40.0
"""SOC towards which open-circuit voltage and resistances bend more, and how many times more at SOC 0; chosen, as the
bends are, with the Leaf's records in view."""

RESISTANCE_BEND, RESISTANCE_SLOPE, RESISTANCE_LEVEL = 6.0, 1.0, 2.0
"""Second and first difference of a resistance, and its deviation: over the immediate resistance of the records and the
3/2 and 1/2 power of the spacing of the knots."""

ENTROPIC_DEVIATION, ENTROPIC_BEND = 0.5e-3, 0.3e-3
"""Of dU/dT, and of its second difference between tenths of SOC [V/K]."""

HYSTERESIS_DEVIATION = 0.02
"""Of the bound of hysteresis [V]."""

BROUGHT_DEVIATION = 0.1
"""Of each pair's voltage at the start of a record that begins under current [V]."""

SET = 1e-6
"""Deviation of a voltage that is set [V]."""


@dataclass(frozen=True, eq=False)
class Scales:
    """Size of the cell, taken from settings and records.

    Parameters
    ----------
    minimum_voltage, maximum_voltage : float
        Limits [V].
    resistance : float
        That acts at once [Ohm].
    """

    minimum_voltage: float
    maximum_voltage: float
    resistance: float


@dataclass(frozen=True, eq=False)
class Prior:
    """Equations of the linear unknowns, each with the deviation 1, and distribution of those that are searched.

    Parameters
    ----------
    matrix : (equations, unknowns) array
        Their coefficients.
    right : (equations,) array
        Their right-hand side.
    mean, deviation : (searched,) array
        Of `Dynamics.packed`; the deviation is infinite where nothing is known.
    """

    matrix: NDArray[np.float64]
    right: NDArray[np.float64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]


def prior(
    layout: Unknowns,
    scales: Scales,
    rested: tuple[bool, ...],
    hysteresis: bool,
    axis_set: bool,
    entropic: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
) -> Prior:
    """Write down what is known.

    Parameters
    ----------
    layout : Unknowns
        The unknowns.
    scales : Scales
        Size of the cell.
    rested : tuple of bool
        Whether each record begins at rest.
    hysteresis : bool
        Whether the cell may have hysteresis.
    axis_set : bool
        Whether SOC 0 and 1 stand near the limits of voltage already, and are held there.
    entropic : (values, covariance), optional
        dU/dT at its knots as measured temperatures tell it [V/K], [V2/K2].
    """
    parts = [_voltage(layout, scales), *([_ends(layout, scales)] if axis_set else [])]
    parts += [_resistance(layout, scales, number) for number in range(1, layout.settings.pairs + 2)]
    parts += [_entropic(layout), _singles(layout, rested, hysteresis)]
    if entropic:
        values, covariance = entropic
        root = np.linalg.cholesky(np.linalg.inv(covariance)).T
        parts.append((root @ np.eye(layout.count)[layout.table(-1)], root @ values))
    mean, deviation = _searched(layout)
    return Prior(
        np.vstack([matrix for matrix, _ in parts]), np.concatenate([right for _, right in parts]), mean, deviation
    )


Part = tuple[NDArray[np.float64], NDArray[np.float64]]


def _differences(layout: Unknowns, number: int, order: int) -> NDArray[np.float64]:
    place = layout.table(number)
    result = np.zeros((place.stop - place.start - order, layout.count))
    result[:, place] = np.diff(np.eye(place.stop - place.start), order, axis=0)
    return result


def _voltage(layout: Unknowns, scales: Scales) -> Part:
    matrix, spacing = _differences(layout, 0, 2), 1.0 / (layout.settings.nodes - 1)
    bend = np.full(len(matrix), VOLTAGE_BEND * (scales.maximum_voltage - scales.minimum_voltage) * spacing**1.5)
    bend *= _towards_empty(len(matrix), VOLTAGE_BOTTOM)
    return matrix / bend[:, np.newaxis], np.zeros(len(matrix))


def _towards_empty(knots: int, more: float) -> NDArray[np.float64]:
    """Return how many times more a table bends at each inner knot."""
    soc = np.arange(1, knots + 1) / (knots + 1)
    return 1.0 + more * np.exp(-soc / BOTTOM)


def _ends(layout: Unknowns, scales: Scales) -> Part:
    """Set SOC 0 and 1 to the limits of voltage, but where capacity or initial SOC set them."""
    settings, place = layout.settings, layout.table(0)
    ends = [] if settings.initial_soc is not None else [(place.stop - 1, scales.maximum_voltage)]
    if settings.capacity is None:
        ends.append((place.start, scales.minimum_voltage))
    matrix = np.eye(layout.count)[[node for node, _ in ends]]
    return matrix / SET, np.array([voltage for _, voltage in ends]) / SET


def _resistance(layout: Unknowns, scales: Scales, number: int) -> Part:
    spacing, scale = 1.0 / (layout.settings.resistance_knots - 1), scales.resistance
    bends = _differences(layout, number, 2) / (RESISTANCE_BEND * scale * spacing**1.5)
    bends /= _towards_empty(len(bends), RESISTANCE_BOTTOM)[:, np.newaxis]
    slopes = _differences(layout, number, 1) / (RESISTANCE_SLOPE * scale * spacing**0.5)
    place, level = layout.table(number), np.zeros((1, layout.count))
    level[0, place] = 1.0 / (place.stop - place.start)
    matrix = np.vstack([bends, slopes, level / (RESISTANCE_LEVEL * scale)])
    return matrix, np.append(np.zeros(len(matrix) - 1), 0.5 / RESISTANCE_LEVEL)


def _entropic(layout: Unknowns) -> Part:
    bend = ENTROPIC_BEND * (10.0 / (layout.settings.entropic_knots - 1)) ** 1.5
    matrix = np.vstack(
        [_differences(layout, -1, 2) / bend, np.eye(layout.count)[layout.table(-1)] / ENTROPIC_DEVIATION]
    )
    return matrix, np.zeros(len(matrix))


def _singles(layout: Unknowns, rested: tuple[bool, ...], hysteresis: bool) -> Part:
    hysteretic = HYSTERESIS_DEVIATION if hysteresis else SET
    deviation = [hysteretic]
    for resting in rested:
        deviation += [SET if resting else BROUGHT_DEVIATION] * layout.settings.pairs + [hysteretic]
    return np.eye(layout.count)[layout.hysteresis :] / np.array(deviation)[:, np.newaxis], np.zeros(len(deviation))


def _searched(layout: Unknowns) -> Part:
    settings = layout.settings
    constants = np.log(TIME_CONSTANTS[settings.pairs])
    energies = 1 + settings.pairs
    unknown = np.full(1 + layout.records, np.inf)
    mean = [np.zeros(len(unknown)), constants.mean(axis=1), np.full(energies, ENERGY / ENERGY_SCALE)]
    width = [unknown, 0.3 * np.diff(constants, axis=1)[:, 0], np.full(energies, ENERGY_DEVIATION / ENERGY_SCALE)]
    return np.concatenate(mean), np.concatenate(width)


def entropic_deviation(layout: Unknowns) -> NDArray[np.float64]:
    """Deviation of dU/dT at its knots that is expected of any cell [V/K]."""
    matrix = _entropic(layout)[0][:, layout.table(-1)]
    return np.sqrt(np.diag(np.linalg.inv(matrix.T @ matrix)))
