"""Distributions of single quantities: lognormal, normal, both truncated, or that of a sample.

Equations
---------
A quantity is the quantile of a uniform number u. Of the lognormal distribution of mean m and coefficient of variation c
it is ``m exp(s N(u) - s^2 / 2)`` with ``s^2 = ln(1 + c^2)`` and N the quantile of the standard normal distribution; of
the normal one ``m (1 + c N(u))``. Truncated to the interval from a to b, u is replaced by ``F(a) + u (F(b) - F(a))``,
and m and c are those before the truncation. Of a sample it is the linear interpolation between its ordered values.

References
----------
N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate Distributions, volume 1, Wiley 1994, chapters 13, 14.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtr, ndtri

from ...core.errors import InputError
from ...pack.setting import Table
from ...pack.tables import Fraction
from .counter import Values

LEAST_SAMPLE = 10
"""Values that a sample has at least."""

LEAST_KEPT = 1e-6
"""Share of a distribution that its bounds leave at least."""


class Marginal(Table):
    """The distribution of a quantity, and the shares of its variance that cells have in common."""

    distribution: Literal["lognormal", "normal", "sample"] = Field(
        default="lognormal", description="the distribution of the quantity"
    )
    mean: float | None = Field(default=None, gt=0.0, description="before a truncation")
    cv: float | None = Field(default=None, ge=0.0, le=10.0, description="standard deviation over mean [1]")
    low: float | None = Field(default=None, description="lower bound of a truncated distribution")
    high: float | None = Field(default=None, description="upper bound of a truncated distribution")
    sample: list[float] | None = Field(default=None, min_length=LEAST_SAMPLE, description="values of a sample")
    batch: Fraction = Field(
        default=0.0, description="intraclass correlation: share of the variance that is between batches [1]"
    )
    neighbours: Fraction = Field(
        default=0.0, description="share of the variance that is a random field over the places of the cells [1]"
    )
    within: Fraction = Field(
        default=0.0, description="share of the variance that is a random field within each cell [1]"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Marginal:
        shares = self.batch + self.neighbours + self.within
        if shares > 1.0:
            raise ValueError(f"batch + neighbours + within = {shares:g} must be at most 1")
        told = {"mean": self.mean, "cv": self.cv, "low": self.low, "high": self.high}
        if self.distribution == "sample":
            self._check_sample({key: value for key, value in told.items() if value is not None})
        elif self.sample is not None:
            raise ValueError(f'sample is for distribution = "sample", not for "{self.distribution}"; leave it out')
        elif self.cv is None:
            raise ValueError('cv is missing; only distribution = "sample" has none')
        else:
            self._check_bounds()
        return self

    def _check_sample(self, told: dict[str, float]) -> None:
        if self.sample is None:
            raise ValueError('distribution = "sample" needs the key sample, a list of values')
        if told:
            raise ValueError(f"{next(iter(told))} is for other distributions; a sample has its own")

    def _check_bounds(self) -> None:
        low, high = self.bounds
        if self.distribution == "lognormal" and low < 0.0:
            raise ValueError(f"low = {low:g} must be at least 0 of a lognormal distribution")
        if not low < high:
            raise ValueError(f"low = {low:g} must be below high = {high:g}")
        if self.mean is not None:
            self._kept(self.mean)

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval that the values are in."""
        least = 0.0 if self.distribution == "lognormal" else -np.inf
        return least if self.low is None else self.low, np.inf if self.high is None else self.high

    def quantile(self, uniform: Values, nominal: float) -> Values:
        """Return the values whose distribution function is `uniform`, above 0 and below 1.

        Parameters
        ----------
        uniform : array
            Above 0 and below 1.
        nominal : float
            The mean where the table tells none.

        Raises
        ------
        InputError
            When the bounds hold next to nothing of the distribution.
        """
        if self.sample is not None:
            return np.asarray(np.quantile(np.asarray(self.sample), uniform))
        cv, mean = self.cv or 0.0, nominal if self.mean is None else self.mean
        below, above = self._kept(mean)
        normal = ndtri(below + uniform * (above - below))
        if self.distribution == "normal":
            values = mean * (1.0 + cv * normal)
        else:
            deviation = np.sqrt(np.log1p(cv * cv))
            values = mean * np.exp(deviation * normal - 0.5 * deviation**2)
        return np.asarray(np.clip(values, *self.bounds))

    def _kept(self, mean: float) -> tuple[float, float]:
        """Return the distribution function at both bounds, before the truncation."""
        below, above = self._covered(mean)
        if above - below < LEAST_KEPT:
            low, high = self.bounds
            raise InputError(
                f"low = {low:g} to high = {high:g} hold {above - below:.1g} of a distribution of mean {mean:g}"
            )
        return below, above

    def _covered(self, mean: float) -> tuple[float, float]:
        """Return the distribution function at both bounds; all of a distribution without a spread is within."""
        cv, (low, high) = self.cv or 0.0, self.bounds
        if cv == 0.0:
            return 0.0, 1.0
        if self.distribution == "normal":
            return float(ndtr((low / mean - 1.0) / cv)), float(ndtr((high / mean - 1.0) / cv))
        deviation = float(np.sqrt(np.log1p(cv * cv)))
        logarithms = (math.log(bound / mean) if bound > 0.0 else -math.inf for bound in (low, high))
        below, above = (float(ndtr(each / deviation + 0.5 * deviation)) for each in logarithms)
        return below, above
