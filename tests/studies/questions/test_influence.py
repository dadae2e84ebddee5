"""Indices of runs as they were drawn: closed forms, the part that is noise, and what is refused."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.studies.questions.influence import influence, plot_influence

RUNS = 600


def drawn(seed=1, runs=RUNS):
    return np.random.default_rng(seed).standard_normal((4, runs))


def test_indices_of_a_line_with_noise_are_shares_of_the_whole_variance():
    """y = 2 a + b + e/2: shares 4, 1 and 0.25 of 5.25, and effects 2 and 1."""
    a, b, c, noise = drawn()
    found = influence({"a": a, "b": b, "c": c}, 2.0 * a + b + 0.5 * noise, unit="V")
    for name, exact in (("first", [4.0 / 5.25, 1.0 / 5.25, 0.0]), ("effect", [2.0, 1.0, 0.0])):
        assert found[name].values == pytest.approx(exact, abs=0.1)
    assert float(found["unexplained"]) == pytest.approx(0.25 / 5.25, rel=0.3)
    for name in ("first", "effect"):
        assert np.all(found[f"{name}_low"] <= found[name])
        assert np.all(found[name] <= found[f"{name}_high"])
    assert found.attrs["verdict"].startswith("output hangs most on a; ")


def test_an_interaction_is_in_the_total_index_alone():
    a, b, _, _ = drawn(2)
    found = influence({"a": a, "b": b}, a * b)
    assert found["total"].values == pytest.approx([1.0, 1.0], abs=0.06)
    assert found["first"].values == pytest.approx([0.0, 0.0], abs=0.06)


def test_a_course_has_an_index_for_each_instant():
    a, b, _, _ = drawn(3)
    weight = np.linspace(0.0, 1.0, 5)
    found = influence({"a": a, "b": b}, np.outer(a, 1.0 - weight) + np.outer(b, weight))
    assert found["total"].dims == ("input", "output")
    exact = (1.0 - weight) ** 2 / ((1.0 - weight) ** 2 + weight**2)
    assert found["total"].sel(input="a").values == pytest.approx(exact, abs=0.08)
    assert len(plot_influence(found).data) == 2


def test_cells_of_a_pack_are_resampled_together():
    """The output of all cells of a pack is one number: the interval is that of 60 packs, not of 600 cells."""
    packs = np.repeat(np.arange(60), 10)
    a = np.random.default_rng(4).standard_normal(RUNS)
    shared = np.random.default_rng(5).standard_normal(60)[packs]
    width = {}
    for name, blocks in (("packs", packs), ("cells", None)):
        found = influence({"a": a, "b": shared}, a + 3.0 * shared, blocks)
        width[name] = float((found["first_high"] - found["first_low"]).sel(input="b"))
    assert width["packs"] > 1.5 * width["cells"]


def test_the_tornado_has_the_greatest_effect_on_top():
    a, b, c, _ = drawn(6)
    figure = plot_influence(influence({"drawn_a": a, "drawn_b": b, "drawn_c": c}, a - 3.0 * b))
    assert list(figure.data[0].y)[-1] == "b"
    assert figure.data[0].x[-1] == pytest.approx(-3.0, abs=0.2)


def test_what_does_not_fit_is_refused():
    a, b, c, _ = drawn(7)
    with pytest.raises(InputError, match="depend on each other"):
        influence({"a": a, "b": a + 0.5 * b}, a)
    with pytest.raises(InputError, match="c does not vary"):
        influence({"c": np.ones(RUNS)}, a)
    with pytest.raises(InputError, match="not finite"):
        influence({"a": a}, np.where(b > 2.0, np.nan, b))
    with pytest.raises(InputError, match="20 runs are too few for 2 inputs: take 30"):
        influence({"a": a[:20], "b": b[:20]}, c[:20])
