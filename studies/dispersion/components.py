"""Parts of a variance: sums of mean squares with their intervals, and the mixed model of one grouping.

A part of a variance is ``sum c_q MS_q`` of independent mean squares, some coefficients being below 0. Its interval is
the modified large-sample one, which is exact where one mean square stands alone (F. A. Graybill, C.-M. Wang, J. Am.
Stat. Assoc. 75 (1980) 869; without the terms of pairs of N. Ting et al., J. Stat. Comput. Simul. 35 (1990) 135).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ...core.errors import InputError
from ..answers import Values
from ..extra import library

Interval = tuple[float, float, float]
"""Value, low end, high end."""


AT_BOUND = 1e-4
"""Variance between groups over that within, below which there is none."""


class MeanSquare(NamedTuple):
    """A mean square, its degrees of freedom, and its coefficient in a part of the variance."""

    value: float
    freedom: float
    coefficient: float = 1.0


def combination(squares: Sequence[MeanSquare], confidence: float) -> Interval:
    """Return the sum of mean squares times coefficients, with its interval; none is below 0."""
    tail = 0.5 * (1.0 - confidence)
    total, below, above = 0.0, 0.0, 0.0
    for one in squares:
        part = one.coefficient * one.value
        least = 1.0 - one.freedom / stats.chi2.ppf(1.0 - tail, one.freedom)
        most = one.freedom / stats.chi2.ppf(tail, one.freedom) - 1.0
        down, up = (least, most) if part > 0.0 else (most, least)
        total, below, above = total + part, below + (down * part) ** 2, above + (up * part) ** 2
    ends = total, total - below**0.5, total + above**0.5
    value, low, high = (max(end, 0.0) for end in ends)
    return value, low, high


def deviations(variance: Interval) -> Interval:
    """Return the interval of a standard deviation from that of a variance."""
    value, low, high = (end**0.5 for end in variance)
    return value, low, high


class Mixed(NamedTuple):
    """A fitted mixed model of one grouping.

    Parameters
    ----------
    between, within : (value, low, high)
        Standard deviations between groups and within them.
    slopes : mapping
        Of each covariate, with intervals.
    """

    between: Interval
    within: Interval
    slopes: Mapping[str, Interval]


def mixed_model(
    values: Values, group: NDArray[np.int64], covariates: Mapping[str, Values], confidence: float,
    condition: NDArray[np.int64] | None = None,
) -> Mixed:  # fmt: skip
    """Fit ``value = mean of the condition + slopes covariates + group + rest`` by restricted likelihood.

    Parameters
    ----------
    values : (n,) array
        To be explained.
    group : (n,) int array
        Number of the group of each, from 0.
    covariates : mapping of (n,) arrays
        By name.
    confidence : float
        Of the intervals.
    condition : (n,) int array, optional
        Number of a condition whose mean is taken out.

    Raises
    ------
    InputError
        When the fit does not converge, or there are too few groups.
    """
    columns = {name: column - column.mean() for name, column in covariates.items()}
    fixed = [np.ones(len(values))] if condition is None else list(np.eye(condition.max() + 1)[condition].T)
    design = np.column_stack([*fixed, *columns.values()])
    groups, rank = int(group.max()) + 1, np.linalg.matrix_rank(design)
    freedom = groups - 1 - len(columns)
    rest = len(values) - groups - (len(fixed) - 1)
    if freedom < 1 or rest < 1 or rank < design.shape[1]:
        raise InputError(
            f"{len(values)} values of {groups} groups are too few for {len(columns)} covariates, or a covariate says "
            "the same as another column"
        )
    found = _restricted(values, design, group)
    size = groups / float(np.sum(1.0 / np.bincount(group)))
    within, between = found.within, found.between
    pair = (MeanSquare(within + size * between, freedom, 1.0 / size), MeanSquare(within, rest, -1.0 / size))
    width = stats.norm.ppf(0.5 + 0.5 * confidence) * found.errors
    slopes = {
        name: (float(found.fixed[k]), float(found.fixed[k] - width[k]), float(found.fixed[k] + width[k]))
        for k, name in enumerate(columns, len(fixed))
    }
    return Mixed(
        deviations(combination(pair, confidence)),
        deviations(combination([MeanSquare(within, rest)], confidence)),
        slopes,
    )


class _Restricted(NamedTuple):
    """Fixed effects with their standard errors, and the variances between groups and within."""

    fixed: Values
    errors: Values
    between: float
    within: float


def _restricted(values: Values, design: Values, group: NDArray[np.int64]) -> _Restricted:
    """Fit by restricted likelihood; where its greatest is at no variance between groups, by least squares.

    At that bound both are the same, and the search of the library ends in a singular matrix, or nowhere. The values are
    scaled for it.
    """
    models, scale = library("statsmodels.api"), float(values.std()) or 1.0
    scaled = (values - values.mean()) / scale
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a variance at 0 is an answer, and `converged` is looked at
        try:
            fitted = models.MixedLM(scaled, design, groups=group).fit(reml=True)
            at_bound = float(fitted.cov_re[0, 0]) < AT_BOUND * float(fitted.scale)
        except np.linalg.LinAlgError:
            at_bound = True
    if at_bound:
        plain = models.OLS(scaled, design).fit()
        return _Restricted(plain.params * scale, plain.bse * scale, 0.0, float(plain.scale) * scale**2)
    if not fitted.converged:
        raise InputError("the mixed model did not converge: scale the covariates to about 1")
    return _Restricted(
        np.asarray(fitted.fe_params) * scale,
        np.asarray(fitted.bse_fe) * scale,
        float(fitted.cov_re[0, 0]) * scale**2,
        float(fitted.scale) * scale**2,
    )
