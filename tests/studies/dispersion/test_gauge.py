"""Repeatability, reproducibility and dispersion: crossed sets that are drawn, and the 48 measured cells."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.studies.dispersion.components import MeanSquare, combination
from packfmu.studies.dispersion.gauge import gauge, plot_gauge

from ..measured_cells import needs_cells, new_cells, pulses

CELLS, OPERATORS, REPEATS = 10, 3, 3
CELL, OPERATOR, REPEAT = np.meshgrid(range(CELLS), range(OPERATORS), range(REPEATS), indexing="ij")
LABELS = {"cell": CELL.ravel(), "operator": OPERATOR.ravel()}


def drawn(seed, dispersion=1.0, reproducibility=0.3, repeatability=0.2, interaction=0.0):
    """Return values of a crossed set."""
    generator = np.random.default_rng(seed)
    cells, operators = generator.standard_normal(CELLS), generator.standard_normal(OPERATORS)
    both = generator.standard_normal((CELLS, OPERATORS))
    noise = generator.standard_normal(CELL.shape)
    table = dispersion * cells[CELL] + reproducibility * operators[OPERATOR] + interaction * both[CELL, OPERATOR]
    return (table + repeatability * noise).ravel()


def test_what_is_added_without_scatter_is_found_exactly():
    """Cells 0 to 9, operators 0, 1, 2, and repeats -1, 0, 1: mean squares by hand."""
    values = CELL.ravel() + OPERATOR.ravel() + 1e-3 * (REPEAT.ravel() - 1.0)
    found = gauge(values, **LABELS)
    pooled = 60.0 * 1e-6 / 78.0  # the interaction is 0, and is pooled
    assert float(found.repeatability) == pytest.approx(np.sqrt(pooled))
    assert float(found.reproducibility) == pytest.approx(np.sqrt(1.0 - pooled / 30.0))
    assert float(found.dispersion) == pytest.approx(np.sqrt(np.var(np.arange(10.0), ddof=1) - pooled / 9.0))
    assert "interaction pooled" in found.attrs["method"]
    assert len(plot_gauge(found).data) == 3


def test_intervals_cover_what_a_crossed_set_was_drawn_with():
    """300 sets; three operators tell little of what operators add, so that its interval is wide."""
    true = {"dispersion": 1.0, "reproducibility": 0.3, "repeatability": 0.2}
    found = [gauge(drawn(seed), **LABELS) for seed in range(300)]
    for name, value in true.items():
        held = np.mean([float(one[f"{name}_low"]) <= value <= float(one[f"{name}_high"]) for one in found])
        assert held == pytest.approx(0.95, abs=0.04), name  # 3 standard errors
    mean_square = np.mean([float(one.dispersion) ** 2 for one in found])
    assert mean_square == pytest.approx(1.0, abs=4.0 * np.sqrt(2.0 / 9.0 / 300.0))


def test_an_interaction_that_is_there_is_kept():
    found = gauge(drawn(3, interaction=1.0), **LABELS)
    assert "interaction kept" in found.attrs["method"]
    assert float(found.interaction_p) < 1e-6
    assert float(found.repeatability) == pytest.approx(0.2, abs=0.05)
    assert float(found.reproducibility) > 0.5


def test_temperature_does_not_pass_for_repeatability():
    """-1 %/K and 3 K from one measurement to the next hide a repeatability of 0.2 %."""
    heat = 25.0 + 3.0 * np.random.default_rng(9).standard_normal(CELL.size)
    values = 0.01 * drawn(4) - 0.01 * heat
    found = gauge(values, temperature=heat, **LABELS)
    assert float(found.slope_low) <= -0.01 <= float(found.slope_high)
    assert float(found.repeatability) == pytest.approx(0.002, abs=4e-4)
    assert float(gauge(values, **LABELS).repeatability) > 0.02


def test_cells_that_are_measured_twice_by_one_operator():
    """Balanced: the mixed model agrees with the analysis of variance."""
    pytest.importorskip("statsmodels", reason="statsmodels is of the extra studies")
    table = np.random.default_rng(2).standard_normal((20, 1)) + 0.1 * np.random.default_rng(3).standard_normal((20, 4))
    found = gauge(table.ravel(), np.repeat(np.arange(20), 4))
    within = table.var(axis=1, ddof=1).mean()
    assert float(found.repeatability) == pytest.approx(np.sqrt(within), rel=1e-4)
    assert float(found.dispersion) == pytest.approx(np.sqrt(table.mean(axis=1).var(ddof=1) - within / 4.0), rel=1e-4)
    assert found.attrs["verdict"] == "reproducibility cannot be told: there is one operator"


def test_one_mean_square_has_the_exact_interval():
    """20 degrees of freedom: chi-square quantiles 9.591 and 34.170."""
    assert combination([MeanSquare(2.0, 20)], 0.95) == pytest.approx((2.0, 40.0 / 34.170, 40.0 / 9.591), rel=1e-4)


@pytest.mark.parametrize(
    ("values", "given", "message"),
    [
        (np.arange(5.0), {"cell": [0, 0, 1, 1, 1], "operator": [0, 1, 0, 1, 1]}, "there are 1 to 2"),
        (np.arange(4.0), {"cell": [0, 0, 1, 1], "operator": [0, 1, 0, 1]}, "repeatability cannot be told"),
        (np.arange(4.0), {"cell": [0, 0, 0, 0]}, "the values are of one cell"),
        (drawn(1), {**LABELS, "temperature": np.full(90, 25.0)}, "its effect cannot be told"),
    ],
)
def test_what_does_not_fit_is_refused(values, given, message):
    with pytest.raises(InputError, match=message):
        gauge(values, **given)


@needs_cells
def test_capacity_of_the_48_cells_has_no_repeatability():
    table = new_cells()
    found = gauge(np.log(table.CapDCH1), table.cell)
    assert float(found.total) == pytest.approx(0.00274, abs=1e-5)
    assert found.attrs["verdict"].startswith(
        "repeatability and reproducibility cannot be told: no cell was measured twice"
    )


@needs_cells
def test_resistance_of_the_48_cells():
    """44 cells below 28 degC; the residual among the four pulses is a term of cell and pulse."""
    pytest.importorskip("statsmodels", reason="statsmodels is of the extra studies")
    long = pulses()
    given = {"values": long.log_resistance, "cell": long.cell, "condition": long.pulse}
    found, adjusted = gauge(**given), gauge(**given, temperature=long.pulse_temp)
    assert 100.0 * float(found.dispersion) == pytest.approx(0.647, abs=5e-4)
    assert 100.0 * float(adjusted.dispersion) == pytest.approx(0.581, abs=5e-4)
    assert 100.0 * float(found.residual) == pytest.approx(0.302, abs=5e-4)
    assert 100.0 * float(adjusted.slope) == pytest.approx(-1.02, abs=5e-3)
    assert "a term of cell and condition" in found.attrs["verdict"]
    assert "repeatability" not in found
