"""Whether batches differ: closed forms, coverage, and the 48 measured cells."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.dispersion.batch_effects import batch_effects, plot_batch_effects

from ..measured_cells import needs_cells, new_cells, pulses

pytest.importorskip("statsmodels", reason="statsmodels is of the extra studies")

BATCH = np.repeat(np.arange(12), 4)


def drawn(seed, between=1.0, within=1.0):
    generator = np.random.default_rng(seed)
    return between * generator.standard_normal(12)[BATCH] + within * generator.standard_normal(48)


def test_equal_batches_agree_with_the_analysis_of_variance():
    values = drawn(1)
    table = values.reshape(12, 4)
    within = table.var(axis=1, ddof=1).mean()
    found = batch_effects(values, BATCH)
    assert float(found.within) == pytest.approx(np.sqrt(within), rel=1e-4)
    assert float(found.between) == pytest.approx(np.sqrt(table.mean(axis=1).var(ddof=1) - within / 4.0), rel=1e-4)
    assert float(found.p_f) == pytest.approx(stats.f_oneway(*table).pvalue)
    assert float(found.p_kruskal) == pytest.approx(stats.kruskal(*table).pvalue)
    assert len(plot_batch_effects(found).data[0].x) == 48


def test_intervals_cover():
    found = [batch_effects(drawn(seed), BATCH) for seed in range(20)]
    for name, true in (("between", 1.0), ("within", 1.0), ("intraclass_correlation", 0.5)):
        held = np.mean([float(one[f"{name}_low"]) <= true <= float(one[f"{name}_high"]) for one in found])
        assert held > 0.8, name  # 0.95 less 3 standard errors


def test_a_covariate_that_differs_by_batch_is_not_taken_for_the_batch():
    generator = np.random.default_rng(5)
    heat = 25.0 + 2.0 * generator.standard_normal(12)[BATCH] + 0.2 * generator.standard_normal(48)
    values = drawn(6, between=0.0, within=0.01) - 0.02 * heat
    found = batch_effects(values, BATCH, {"temperature": heat})
    assert float(found.p_f) < 1e-6
    assert float(found.p_f_given_covariates) > 0.05
    slope = found.sel(covariate="temperature")
    assert float(slope.slope_low) <= -0.02 <= float(slope.slope_high)


def test_verdicts():
    assert batch_effects(drawn(7, between=5.0), BATCH).attrs["verdict"].startswith("strong evidence")
    assert batch_effects(drawn(8, between=0.0), BATCH).attrs["verdict"].startswith("no evidence")


def test_one_batch_or_one_cell_a_batch_is_refused():
    with pytest.raises(InputError, match="4 cells of 1 batches: at least 2 batches"):
        batch_effects(np.arange(4.0), np.zeros(4))
    with pytest.raises(InputError, match="4 cells of 4 batches"):
        batch_effects(np.arange(4.0), np.arange(4))


@needs_cells
def test_batches_of_the_48_cells_are_weak_evidence():
    """By the mean of the four pulses of the 44 cells below 28 degC; of capacity there is none."""
    cells = (
        pulses()
        .groupby("cell")
        .agg(resistance=("log_resistance", "mean"), temperature=("pulse_temp", "first"), date=("date", "first"))
    )
    found = batch_effects(cells.resistance, cells.date, {"temperature": cells.temperature})
    ps = [float(found[name]) for name in ("p_f", "p_f_given_covariates", "p_kruskal")]
    assert ps == pytest.approx([0.02, 0.02, 0.05], abs=5e-3)
    assert found.attrs["verdict"].startswith("weak evidence")
    table = new_cells()
    assert float(batch_effects(table.CapDCH1, table.date).p_f) == pytest.approx(0.23, abs=5e-3)
