"""What a pack's failure probability asks of a cell, and what correlation between its cells makes of that.

With independent cells ``1 - (1 - p)**N = alpha`` gives the probability p of a cell. Under positive correlation, at the
same p of every cell, the probability that *any* cell fails is less than alpha: the formula is then conservative (D.
Slepian, Bell Syst. Tech. J. 41 (1962) 463, doi:10.1002/j.1538-7305.1962.tb02419.x). The probability that two or more
fail is greater, and so is that of any failure in a bad batch; for these, and for a p that was measured on a good batch,
the formula is optimistic.

Cells are exchangeable with a Gaussian copula: cell i fails where ``sqrt(rho) Z + sqrt(1 - rho) E_i < Phi^-1(p)`` with Z
common to the batch that the pack is made of. Given Z the failures are independent, and every probability is one
integral over Z.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from ...core.errors import InputError
from ..answers import answer, share, whole
from ..pictures import BLUE, GREEN, VERMILION, curve, styled

NODES, FARTHEST = 400, 9.0
"""Of the integral over Z: against 3000 nodes 1e-11 of the probability at correlations to 0.9, 4e-4 at 0.99."""


def independent_probability(pack: float, cells: int) -> float:
    """Return p of a cell, such that any of N independent ones fails with the probability `pack`."""
    return float(-np.expm1(np.log1p(-share(pack, "pack probability")) / whole(cells, "cells")))


def failures_at_least(count: int, cells: int, cell: ArrayLike, correlation: float) -> NDArray[np.float64] | float:
    """Return the probability that at least `count` of N exchangeable cells fail.

    Parameters
    ----------
    count, cells : int
        1 to N.
    cell : float or array
        Probability p that a cell fails.
    correlation : float
        rho of the Gaussian copula, 0 to below 1.
    """
    if not 1 <= count <= cells:
        raise InputError(f"count = {count} must lie within 1 and the number of cells, {cells}")
    if not 0.0 <= correlation < 1.0:
        raise InputError(f"correlation = {correlation:g} must be 0 or more, and less than 1")
    common, weights = _normal_rule()
    given = conditional(np.asarray(cell, np.float64)[..., None], correlation, common)
    safe = np.minimum(given, 1.0 - np.finfo(float).eps)
    some = -np.expm1(cells * np.log1p(-safe)) if count == 1 else special.bdtrc(count - 1, cells, given)
    found = some @ weights
    return found if np.ndim(found) else float(found)


@cache
def _normal_rule() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes and weights of the expected value of a function of Z."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    common = FARTHEST * nodes
    return common, FARTHEST * weights * np.exp(-0.5 * common**2) / np.sqrt(2.0 * np.pi)


def conditional(cell: ArrayLike, correlation: ArrayLike, common: ArrayLike) -> NDArray[np.float64]:
    """Return the probability that a cell fails in a batch of a given Z."""
    at = (special.ndtri(cell) - np.sqrt(correlation) * np.asarray(common)) / np.sqrt(1.0 - np.asarray(correlation))
    return np.asarray(special.ndtr(at))


def cell_probability(pack: float, cells: int, correlation: float, count: int = 1) -> float:
    """Return p of a cell such that at least `count` of the cells fail with the probability `pack`."""
    share(pack, "pack probability")

    def miss(log: float) -> float:
        return float(np.log(failures_at_least(count, cells, np.exp(log), correlation))) - np.log(pack)

    return float(np.exp(optimize.brentq(miss, np.log(pack) - 30.0, -1e-9, xtol=1e-12)))


def pack_to_cell(
    cells: int, pack: float, correlations: ArrayLike = (0.0, 0.05, 0.2, 0.5, 0.9), count: int = 2,
    bad_batch: float = 0.99,
) -> xr.Dataset:  # fmt: skip
    """Return the specification of a cell, and what a pack of such cells does where cells are alike.

    Parameters
    ----------
    cells : int
        N, in series.
    pack : float
        Probability that the pack may fail with.
    correlations : array
        rho of the Gaussian copula.
    count : int
        k: failures that the design bears less than, such as 2 in parallel.
    bad_batch : float
        Quantile of the batch that is called bad: 0.99 is the worst of 100.

    Returns
    -------
    xarray.Dataset
        `cell_probability`, by the formula of independent cells; with it over `correlation` `any`, `at_least` and
        `bad_batch`, the probabilities of any failure, of at least k, and of any in a bad batch; and `needed_any` and
        `needed_at_least`, the p that keeps the pack's probability for any failure and for at least k.
    """
    p = independent_probability(pack, cells)
    share(bad_batch, "bad_batch")
    rho = np.atleast_1d(np.asarray(correlations, np.float64))
    chances = np.array([[failures_at_least(k, cells, p, one) for one in rho] for k in (1, count)])
    worst = conditional(p, rho, special.ndtri(1.0 - bad_batch))
    needed = [[cell_probability(pack, cells, one, k) for one in rho] for k in (1, count)]
    over = ("correlation",)
    most = int(chances[1].argmax())
    return answer(
        {
            "cell_probability": (p, "1", "probability of a cell, by the formula of independent cells"),
            "any": (over, chances[0], "1", "probability that any cell fails"),
            "at_least": (over, chances[1], "1", f"probability that at least {count} cells fail"),
            "bad_batch": (over, -np.expm1(cells * np.log1p(-worst)), "1", "probability of any failure in a bad batch"),
            "needed_any": (over, needed[0], "1", "cell probability for any failure"),
            "needed_at_least": (over, needed[1], "1", f"cell probability for at least {count} failures"),
        },
        {"correlation": rho},
        method="exchangeable cells, Gaussian copula, quadrature",
        verdict=(
            f"the formula of independent cells is conservative for any failure ({chances[0].min():.3g} to "
            f"{chances[0].max():.3g}, asked {pack:.3g}), and optimistic for {count} or more "
            f"({chances[1, most]:.3g} at a correlation of {rho[most]:g}, {failures_at_least(count, cells, p, 0.0):.3g} "
            "without) and for a bad batch"
        ),
        cells=cells, pack=pack, count=count, batch_quantile=bad_batch,
    )  # fmt: skip


def plot_pack_to_cell(found: xr.Dataset) -> go.Figure:
    """Return the three probabilities over the correlation."""
    rho = found["correlation"].values
    figure = go.Figure([
        curve(rho, found[name].values, found[name].attrs["long_name"], colour)
        for name, colour in (("any", BLUE), ("at_least", VERMILION), ("bad_batch", GREEN))
    ])  # fmt: skip
    figure.add_hline(found.attrs["pack"], line={"dash": "dash"}, annotation_text="asked")
    figure.update_yaxes(type="log")
    return styled(figure, "correlation", "probability", f"{found.attrs['cells']} cells")
