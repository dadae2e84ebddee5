import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from packfmu.studies.population.copulas import Copula
from packfmu.studies.population.counter import chained, uniforms

pytest.importorskip("openturns", reason="needs the extra studies")

COUNT = 20_000
V = uniforms(chained(5, np.arange(COUNT)[:, None], [1, 2]))
PAIR = ["a", "b"]
FAMILIES = ({"kind": "gaussian"}, {"kind": "student", "degrees": 4.0}, {"kind": "clayton"}, {"kind": "gumbel"})


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family["kind"])
def test_margins_stay_uniform_and_kendalls_tau_is_that_asked_for(family):
    joined = Copula(of=PAIR, kendall_tau=0.5, **family).joined(V)
    assert (joined[:, 0] == V[:, 0]).all()
    assert stats.kstest(joined[:, 1], "uniform").pvalue > 0.01
    error = np.sqrt(
        2.0 * (1.0 - 0.25) / COUNT
    )  # the deviation of tau is below that, Kendall 1948, bound of its variance
    assert stats.kendalltau(*joined.T).statistic == pytest.approx(0.5, abs=3.0 * error)


def test_tail_dependence_is_the_exact_one():
    clayton, gumbel = (Copula(kind=kind, of=PAIR, kendall_tau=0.5).made() for kind in ("clayton", "gumbel"))
    student = Copula(kind="student", of=PAIR, kendall_tau=1.0 / 3.0, degrees=4.0).made()  # correlation 0.5
    assert clayton.computeLowerTailDependenceMatrix()[0, 1] == pytest.approx(0.70711, abs=1e-5)
    assert gumbel.computeUpperTailDependenceMatrix()[0, 1] == pytest.approx(0.58579, abs=1e-5)
    assert student.computeUpperTailDependenceMatrix()[0, 1] == pytest.approx(0.25317, abs=1e-4)
    gaussian = Copula(kind="gaussian", of=PAIR, kendall_tau=0.5).made()
    assert gaussian.computeUpperTailDependenceMatrix()[0, 1] == 0.0


def test_draws_fail_together_as_their_copula_says():
    q = 0.01
    drawn = {kind: Copula(kind=kind, of=PAIR, kendall_tau=0.5).joined(V) for kind in ("clayton", "gumbel")}
    for kind, tail in (("clayton", drawn["clayton"] < q), ("gumbel", drawn["gumbel"] > 1.0 - q)):
        made = Copula(kind=kind, of=PAIR, kendall_tau=0.5).made()
        exact = made.computeCDF([q, q]) if kind == "clayton" else made.computeSurvivalFunction([1.0 - q, 1.0 - q])
        assert tail.all(axis=1).mean() == pytest.approx(exact, abs=3.0 * np.sqrt(exact / COUNT))


def test_a_gaussian_copula_of_several_quantities_has_one_correlation():
    three = uniforms(chained(5, np.arange(COUNT)[:, None], [1, 2, 3]))
    joined = Copula(kind="gaussian", of=["a", "b", "c"], kendall_tau=0.3).joined(three)
    correlation = np.corrcoef(stats.norm.ppf(joined).T)[np.triu_indices(3, 1)]
    assert correlation == pytest.approx(np.sin(0.15 * np.pi), abs=0.02)


def test_an_empirical_copula_has_the_dependence_of_its_sample():
    rows = np.random.default_rng(1).multivariate_normal([0.0, 0.0], [[1.0, 0.8], [0.8, 1.0]], 60)
    joined = Copula(kind="empirical", of=PAIR, sample=rows.tolist()).joined(V[:800])
    tau = stats.kendalltau(*rows.T).statistic
    assert stats.kendalltau(*joined.T).statistic == pytest.approx(tau, abs=0.1)  # smoothed: below that of the sample


def test_a_gumbel_copula_of_tau_0_is_independence():
    assert Copula(kind="gumbel", of=PAIR, kendall_tau=0.0).joined(V[:100]) == pytest.approx(V[:100], abs=1e-9)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": "gumbel", "of": ["a", "b", "c"], "kendall_tau": 0.5}, "joins two quantities"),
        ({"kind": "gumbel", "of": ["a", "a"], "kendall_tau": 0.5}, "twice"),
        ({"kind": "student", "of": PAIR, "kendall_tau": 0.5}, "needs degrees"),
        ({"kind": "gaussian", "of": PAIR, "kendall_tau": 0.5, "degrees": 3.0}, "has no degrees"),
        ({"kind": "empirical", "of": PAIR, "sample": [[1.0]] * 10}, "not of 2 values"),
    ],
)
def test_what_does_not_fit_is_told(given, message):
    with pytest.raises(ValidationError, match=message):
        Copula(**given)
