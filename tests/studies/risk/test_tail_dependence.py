"""Tail dependence: closed forms, the copulas of OpenTURNS, and draws."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.risk.tail_dependence import (
    clayton_tail,
    copulas_of,
    gumbel_tail,
    plot_tail_dependence,
    student_tail,
    tail_dependence,
)


def test_coefficients_of_the_copulas():
    assert clayton_tail(2.0) == pytest.approx(0.70711, abs=5e-6)
    assert gumbel_tail(2.0) == pytest.approx(0.58579, abs=5e-6)
    assert student_tail(0.5, 4.0) == pytest.approx(0.25317, abs=5e-6)
    assert student_tail(0.5, 1e6) < 1e-6  # a Gaussian copula has none
    assert gumbel_tail(1.0) == 0.0  # independent


def test_those_of_openturns_agree():
    ot = pytest.importorskip("openturns", reason="openturns is of the extra studies")
    student = ot.StudentCopula(4.0, ot.CorrelationMatrix([[1.0, 0.5], [0.5, 1.0]]))
    assert ot.ClaytonCopula(2.0).computeLowerTailDependenceMatrix()[0, 1] == pytest.approx(clayton_tail(2.0), abs=1e-3)
    assert ot.GumbelCopula(2.0).computeUpperTailDependenceMatrix()[0, 1] == pytest.approx(gumbel_tail(2.0), abs=1e-3)
    assert student.computeUpperTailDependenceMatrix()[0, 1] == pytest.approx(student_tail(0.5, 4.0), abs=1e-3)


def test_the_joint_probability_beyond_a_quantile_is_that_of_openturns():
    ot = pytest.importorskip("openturns", reason="openturns is of the extra studies")
    rho = np.sin(0.25 * np.pi)
    matrix = ot.CorrelationMatrix([[1.0, rho], [rho, 1.0]])
    theirs = {"Gaussian": ot.NormalCopula(matrix), "Clayton": ot.ClaytonCopula(2.0), "Gumbel": ot.GumbelCopula(2.0),
              "Student, 4": ot.StudentCopula(4.0, matrix)}  # fmt: skip
    for name, model in copulas_of(0.5).items():
        for q in (0.9, 0.99):
            joint = theirs[name].computeSurvivalFunction([q, q]) / (1.0 - q)
            assert model[2](q) == pytest.approx(joint, abs=2e-4), name


def test_dependence_at_a_quantile_goes_to_the_coefficient():
    for upper, _, at in copulas_of(0.5).values():
        if upper:
            assert at(1.0 - 1e-6) == pytest.approx(upper, abs=3e-3)
    gaussian = copulas_of(0.5)["Gaussian"][2]
    assert gaussian(0.999999) < 0.6 * gaussian(0.99)


def gumbel(count, theta, seed):
    """Draw from Gumbel's copula by the frailty of Marshall and Olkin: a positive stable one, of Kanter."""
    generator = np.random.default_rng(seed)
    angle, wait = np.pi * generator.random(count), generator.exponential(size=count)
    a = 1.0 / theta
    stable = np.sin(a * angle) / np.sin(angle) ** theta * (np.sin((1.0 - a) * angle) / wait) ** (theta - 1.0)
    return np.exp(-((generator.exponential(size=(2, count)) / stable) ** a))


def test_a_gumbel_sample_is_told_from_a_gaussian_one():
    found = tail_dependence(*gumbel(10_000, 2.0, 4), quantile=0.97, confidence=0.99, draws=100)
    assert float(found.tau) == pytest.approx(0.5, abs=0.02)
    assert float(found.upper_low) <= float(found.model_upper_at.sel(copula="Gumbel")) <= float(found.upper_high)
    assert float(found.model_upper_at.sel(copula="Gaussian")) < float(found.upper_low)
    assert found.model_upper.sel(copula="Gumbel") == pytest.approx(0.58579, abs=0.02)
    assert len(plot_tail_dependence(found).data) == 5


def test_margins_do_not_matter():
    u, v = gumbel(4000, 2.0, 5)
    plain = tail_dependence(u, v, draws=50)
    changed = tail_dependence(stats.lognorm(1.0).ppf(u), -(1.0 / stats.norm.cdf(v)), draws=50)
    assert float(plain.upper) == float(changed.upper)


def test_too_few_values_beyond_the_quantile_are_refused():
    with pytest.raises(InputError, match=r"10 of 1000 values lie beyond the quantile 0\.99: take 5000 or more"):
        tail_dependence(np.arange(1000.0), np.arange(1000.0), 0.99)
    with pytest.raises(InputError, match="first has 3 values, second 2"):
        tail_dependence(np.arange(3.0), np.arange(2.0))
    with pytest.raises(InputError, match=r"theta = 0\.5 must be at least 1"):
        gumbel_tail(0.5)
