"""Sobol indices of functions whose indices are known, and designs that are refused."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.risk.chaos import chaos_indices, fit_chaos, orders_to
from packfmu.studies.risk.sobol import IndexMethod, _shares, plot_sobol, sobol

ot = pytest.importorskip("openturns", reason="openturns is of the extra studies")

FIRST, TOTAL = (0.31391, 0.44241, 0.0), (0.55759, 0.44241, 0.24368)
"""Of Ishigami's function with a 7, b 0.1."""


def ishigami(x):
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def angles():
    return ot.JointDistribution([ot.Uniform(-np.pi, np.pi)] * 3)


def test_exact_indices_of_ishigamis_function():
    """The closed form of T. Ishigami, T. Homma, ISUMA 1990, 398."""
    a, b = 7.0, 0.1
    one = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2
    three = 8.0 * b**2 * np.pi**8 / 225.0
    whole = one + a**2 / 8.0 + three
    assert (one / whole, a**2 / 8.0 / whole, 0.0) == pytest.approx(FIRST, abs=6e-6)
    assert ((one + three) / whole, a**2 / 8.0 / whole, three / whole) == pytest.approx(TOTAL, abs=6e-6)


@pytest.mark.parametrize(
    ("method", "runs", "near"), [(IndexMethod.SALTELLI, 4096, 0.02), (IndexMethod.CHAOS, 512, 0.001)]
)
def test_ishigamis_function(method, runs, near):
    """What is drawn errs by its chance: with 4096 rows by 0.0115 at most here, in the first index of the third."""
    found = sobol(ishigami, angles(), method, runs, names=("a", "b", "c"))
    assert found["first"].values == pytest.approx(FIRST, abs=near)
    assert found["total"].values == pytest.approx(TOTAL, abs=near)
    for name in ("first", "total"):
        assert (found[f"{name}_low"] <= found[name]).all()
        assert (found[name] <= found[f"{name}_high"]).all()
    assert int(found.runs) == (5 * runs if method is IndexMethod.SALTELLI else runs)
    assert len(plot_sobol(found).data) == 2


def test_scipy_finds_the_same_shares():
    """From the same runs of the same design."""
    values = np.random.default_rng(3).standard_normal((4, 1, 64)) + np.linspace(0.0, 1.0, 4)[:, None, None]
    theirs = stats.sobol_indices(func={"f_A": values[0], "f_B": values[1], "f_AB": values[2:]}, n=64)
    found = _shares(values - values[:2].mean())
    assert found[0][:, 0] == pytest.approx(theirs.first_order, rel=1e-9)
    assert found[1][:, 0] == pytest.approx(theirs.total_order, rel=1e-9)


@pytest.mark.parametrize("method", [IndexMethod.SALTELLI, IndexMethod.CHAOS])
def test_groups(method):
    """One and three together bring all that the second does not."""
    groups = {"outer": ["a", "c"], "inner": ["b"]}
    found = sobol(ishigami, angles(), method, 1024, names=("a", "b", "c"), groups=groups)
    assert found["first"].values == pytest.approx([1.0 - 0.44241, 0.44241], abs=0.02)
    assert found["total"].values == pytest.approx([1.0 - 0.44241, 0.44241], abs=0.02)


def test_indices_of_several_outputs():
    """x + 2 y and x - y over normal inputs: shares 1/5, 4/5 and 1/2, 1/2; a constant has none."""

    def three(x):
        return np.stack([x[:, 0] + 2.0 * x[:, 1], x[:, 0] - x[:, 1], np.ones(len(x))], axis=1)

    for method in (IndexMethod.SALTELLI, IndexMethod.CHAOS):
        found = sobol(
            lambda x, m=method: three(x)[:, : 3 if m is IndexMethod.SALTELLI else 2], ot.Normal(2), method, 512
        )
        assert found["first"].values[:, :2] == pytest.approx(np.array([[0.2, 0.5], [0.8, 0.5]]), abs=0.02)
        assert np.isnan(found["first"].values[:, 2:]).all()
        assert len(plot_sobol(found).data) == 2


def test_intervals_cover():
    """First index of the sum of squares of normal inputs, 1/17 and 16/17, in 20 designs of 64 rows each."""
    held = []
    for seed in range(20):
        found = sobol(lambda x: x[:, 0] ** 2 + 4.0 * x[:, 1] ** 2, ot.Normal(2), runs=64, seed=seed)
        held.append(float(found.total_low[1]) <= 16.0 / 17.0 <= float(found.total_high[1]))
    assert np.mean(held) >= 0.75


def test_dependent_inputs_are_refused_or_analysed_by_covariance():
    """x + y with the correlation r: each has half, and 1/(2 + 2 r) of it without the correlation."""
    normal = ot.Normal([0.0, 0.0], [1.0, 1.0], ot.CorrelationMatrix([[1.0, 0.6], [0.6, 1.0]]))
    with pytest.raises(InputError, match="the inputs depend on each other"):
        sobol(lambda x: x.sum(axis=1), normal)
    found = sobol(lambda x: x.sum(axis=1), normal, IndexMethod.ANCOVA, 256)
    assert found["share"].values == pytest.approx([0.5, 0.5], abs=0.02)
    assert found["uncorrelated"].values == pytest.approx([1.0 / 3.2, 1.0 / 3.2], abs=0.02)
    assert len(plot_sobol(found).data) == 2


def test_designs_with_failed_rows_are_refused():
    def broken(x):
        return np.where(x[:, 0] > 2.0, np.nan, x[:, 0])

    for method in (IndexMethod.SALTELLI, IndexMethod.CHAOS):
        with pytest.raises(
            InputError, match=r"runs failed, the first in row .*: a design with failed rows has no indices"
        ):
            sobol(broken, ot.Normal(2), method, 256)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"runs": 1000}, "runs = 1000 must be a power of 2, such as 512"),
        ({"names": ("a",)}, "names has 1 names for 2 inputs"),
        ({"names": ("a", "b"), "groups": {"all": ["a", "d"]}}, "no input is called d: there are a, b"),
        ({"names": ("a", "b"), "groups": {"all": ["a"]}}, "the input b must be of exactly one group"),
    ],
)
def test_what_does_not_fit_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        sobol(lambda x: x[:, 0], ot.Normal(2), **given)


def test_a_polynomial_is_found_exactly():
    """1 + 2 h1(x) + 3 h1(x) h2(y), with h2 = (y**2 - 1)/sqrt(2): variances 4 and 9."""
    scores = np.random.default_rng(1).standard_normal((200, 2))
    x, y = scores.T
    fitted = fit_chaos(scores, (1.0 + 2.0 * x + 3.0 * x * (y * y - 1.0) / np.sqrt(2.0))[:, None])
    first, total = chaos_indices(fitted.orders, fitted.coefficients, np.eye(2, dtype=bool))
    assert fitted.family == "Hermite"
    assert first[:, 0] == pytest.approx([4.0 / 13.0, 0.0], abs=1e-9)
    assert total[:, 0] == pytest.approx([1.0, 9.0 / 13.0], abs=1e-9)
    assert orders_to(2, 2).tolist() == [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]]
    with pytest.raises(InputError, match="5 runs are too few for 2 inputs: take 9 or more"):
        fit_chaos(scores[:5], np.ones((5, 1)))
