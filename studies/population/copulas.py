"""How quantities depend on each other: copulas.

Uniform numbers v that are independent become dependent ones u, one after the other: ``u_k`` is the quantile v_k of the
k-th quantity given ``u_1 ... u_(k-1)``, the inverse of the transformation of Rosenblatt. Where each v is uniform, each
u is, too; so the marginal distributions stay as they are.

Limits
------
Shares of batches and fields are those of the v. The first quantity of a copula keeps its share as it is; so do all
quantities of a Gaussian copula whose shares are equal. Of others the intraclass correlation lies between those of the
joined quantities.

References
----------
M. Rosenblatt, Ann. Math. Statist. 23 (1952) 470, doi:10.1214/aoms/1177729394. R. B. Nelsen, An Introduction to Copulas,
2nd ed., Springer 2006, chapters 4 (Clayton, Gumbel) and 5 (Kendall's tau). J. Segers, M. Sibuya, H. Tsukahara, J.
Multivar. Anal. 155 (2017) 35, doi:10.1016/j.jmva.2016.11.010: the empirical beta copula, that of a sample.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ...pack.setting import Table
from ..extra import library
from .counter import Values

LEAST_ROWS = 10
"""Rows that an empirical copula has at least."""


class Copula(Table):
    """How quantities of a cell depend on each other; their distributions stay as they are."""

    kind: Literal["gaussian", "student", "clayton", "gumbel", "empirical"] = Field(
        description="Gaussian and Student of any number of quantities, Clayton (together where low) and Gumbel "
        "(together where high) of two, or that of a sample"
    )
    of: list[str] = Field(min_length=2, description='the quantities, such as "negative.exchange_current"')
    kendall_tau: float | None = Field(
        default=None, ge=0.0, lt=1.0, description="Kendall's rank correlation of any two of them [1]"
    )
    degrees: float | None = Field(default=None, gt=0.0, description="degrees of freedom of Student's copula [1]")
    sample: list[list[float]] | None = Field(
        default=None, min_length=LEAST_ROWS, description="rows of an empirical copula, a value a quantity"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Copula:
        if len(set(self.of)) < len(self.of):
            raise ValueError(f"of = {self.of} names a quantity twice")
        if self.kind in ("clayton", "gumbel") and len(self.of) != 2:
            raise ValueError(f'kind = "{self.kind}" joins two quantities, not {len(self.of)}')
        needed = {
            "kendall_tau": self.kind != "empirical",
            "degrees": self.kind == "student",
            "sample": self.kind == "empirical",
        }
        for key, is_needed in needed.items():
            if is_needed != (getattr(self, key) is not None):
                raise ValueError(f'kind = "{self.kind}" {"needs" if is_needed else "has no"} {key}')
        if self.sample is not None and any(len(row) != len(self.of) for row in self.sample):
            raise ValueError(f"sample has rows that are not of {len(self.of)} values")
        return self

    def made(self) -> Any:
        """Return the copula of OpenTURNS."""
        ot, size, tau = library("openturns"), len(self.of), self.kendall_tau or 0.0
        if self.kind == "empirical":
            return ot.EmpiricalBernsteinCopula(ot.Sample(self.sample), len(self.sample or ()), False)
        if self.kind == "clayton":
            return ot.ClaytonCopula(2.0 * tau / (1.0 - tau)) if tau else ot.IndependentCopula(size)
        if self.kind == "gumbel":
            return ot.GumbelCopula(1.0 / (1.0 - tau))
        correlation = np.full((size, size), np.sin(0.5 * np.pi * tau))
        np.fill_diagonal(correlation, 1.0)
        matrix = ot.CorrelationMatrix(size, correlation.ravel().tolist())
        return ot.NormalCopula(matrix) if self.kind == "gaussian" else ot.StudentCopula(self.degrees, matrix)

    def joined(self, independent: Values) -> Values:
        """Return dependent uniform numbers of independent ones, both of shape (n, quantities)."""
        ot, copula = library("openturns"), self.made()
        found = independent.copy()
        for place in range(1, found.shape[1]):
            known = ot.Sample(found[:, :place])
            within = copula.getMarginal(list(range(place + 1)))
            found[:, place] = np.asarray(within.computeConditionalQuantile(found[:, place].tolist(), known))
        return np.asarray(np.clip(found, 2.0**-54, 1.0 - 2.0**-53))
