import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.population.population import load_population, parse_population

pytest.importorskip("openturns", reason="needs the extra studies")

FILE = {
    "population": {"seed": 3, "batch_size": 4},
    "negative": {"coating": {"cv": 0.01, "batch": 0.5}, "exchange_current": {"cv": 0.1}},
    "cells": {"contact_resistance": {"cv": 0.1}},
    "copulas": [{"kind": "gumbel", "of": ["negative.exchange_current", "contact_resistance"], "kendall_tau": 0.5}],
}


def population(**tables):
    return parse_population({**FILE, **tables}, "population.toml")


def one(quantity, **tables):
    return parse_population({"negative": {"coating": quantity}, **tables}, "population.toml")


def test_a_cell_is_the_same_in_any_order_and_in_a_pack_of_any_size():
    first = population().draw(5, 12)
    population().draw(4, 7)
    few = population().draw(5, 6)
    for name, values in first.items():
        assert (few[name] == values[:6]).all()
        assert not (population().draw(6, 12)[name] == values).any()


def test_another_quantity_leaves_the_draws_of_the_first_as_they_were():
    more = population(positive={"radius": {"cv": 0.02}})
    for name, values in population().draw(0, 8).items():
        assert (more.draw(0, 8)[name] == values).all()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_the_intraclass_correlation_is_the_share_between_batches(share):
    size, batches = 4, 6000
    made = one({"distribution": "normal", "cv": 0.01, "batch": share}, population={"batch_size": size})
    values = made.draw(0, size * batches)["negative.coating"].reshape(batches, size)
    between, within = size * values.mean(axis=1).var(ddof=1), values.var(axis=1, ddof=1).mean()
    found = (between - within) / (between + (size - 1) * within)
    # deviation of the estimate: Fisher 1925, (1 - r) (1 + (k - 1) r) sqrt(2 / (k (k - 1) n))
    error = (1.0 - share) * (1.0 + 3.0 * share) * np.sqrt(2.0 / (size * (size - 1) * batches))
    assert found == pytest.approx(share, abs=3.0 * error)


def test_shares_of_batches_and_copulas_leave_the_distributions_as_they_are():
    made = population()
    drawn = np.concatenate([np.stack([v[:1, 0] for v in made.draw(s, 1).values()]) for s in range(1200)], axis=1)
    for row, cv in zip(drawn, (0.01, 0.1, 0.1), strict=True):
        law = stats.lognorm(np.sqrt(np.log1p(cv**2)), scale=1.0 / np.sqrt(1.0 + cv**2))
        assert stats.kstest(row, law.cdf).pvalue > 0.01
    assert stats.kendalltau(drawn[1], drawn[2]).statistic == pytest.approx(0.5, abs=0.06)
    assert abs(stats.kendalltau(drawn[0], drawn[1]).statistic) < 0.06


def test_neighbours_are_alike_where_a_field_runs_through_the_pack():
    made = one({"distribution": "normal", "cv": 0.01, "neighbours": 0.9}, neighbours={"scale": 1.0, "modes": 50})
    drawn = np.stack([made.draw(sample, 10)["negative.coating"][:, 0] for sample in range(800)])
    correlation = np.corrcoef(drawn.T)
    assert correlation[0, 1] > correlation[0, 4] > correlation[0, 9] > 0.0
    assert correlation[0, 1] == pytest.approx(0.9 * np.exp(-0.2), abs=0.06)  # 3 deviations, and what 50 modes leave out
    assert drawn.std(axis=0) == pytest.approx(0.01, abs=1e-3)


def test_regions_of_a_cell_differ_by_the_share_within():
    made = one({"distribution": "normal", "cv": 0.01, "within": 0.4}, within={"regions": 8})
    drawn = made.draw(0, 4000)["negative.coating"]
    assert drawn.shape == (4000, 8)
    assert drawn.std(axis=0) == pytest.approx(0.01, abs=4e-4)
    assert np.corrcoef(drawn[:, 0], drawn[:, 7])[0, 1] == pytest.approx(0.6 + 0.4 * np.exp(-1.75), abs=0.06)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"negative": {"coatin": {"cv": 0.1}}}, r'\[negative\] coatin is not a known key; did you mean "coating"\?'),
        ({"negative": {"coating": {"cv": -0.1}}}, r"\[negative\] coating.cv = -0.1"),
        ({"negative": {"porosity": {"cv": 0.1}, "thickness": {"cv": 0.1}}}, "either follows from the other"),
        ({"negative": {"solids": {"cv": 0.1}}}, "solids needs the key solids_density"),
        ({"negative": {"coating": {"cv": 0.1, "within": 0.5}}}, r"within = 0.5 needs the table \[within\]"),
        (
            {"negative": {"coating": {"cv": 0.1, "within": 0.5}}, "within": {"regions": 1}},
            "averaged .* has no effect on the least anode potential; at least 8 regions",
        ),
        ({"cells": {"cooling": {"cv": 0.1, "within": 0.5}}, "within": {"regions": 8}}, "one of a whole cell"),
        (
            {"copulas": [{"kind": "gumbel", "of": ["cooling", "contact_resistance"], "kendall_tau": 0.5}]},
            r'\[copulas.1\]: of: "cooling" does not vary',
        ),
        ({"copulas": FILE["copulas"] * 2}, "is joined by a copula before"),
    ],
)
def test_what_does_not_fit_is_told_by_its_key(tables, message):
    with pytest.raises(InputError, match=message):
        population(**tables)


def test_a_population_that_does_not_vary_is_refused():
    with pytest.raises(InputError, match="nothing varies"):
        parse_population({}, "population.toml")


def test_a_population_is_read_from_its_file(tmp_path):
    path = tmp_path / "population.toml"
    path.write_text("[population]\nseed = 3\nbatch_size = 4\n[negative.coating]\ncv = 0.01\nbatch = 0.5\n")
    assert load_population(path).quantities["negative.coating"].batch == 0.5
