"""Questions on a table and on a store: what each takes, and what is refused by name."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from packfmu.core.errors import InputError
from packfmu.studies.questions.asking import Asked, ask, batches
from packfmu.studies.questions.columns import Columns, load_columns
from packfmu.studies.questions.question import Question
from tests.studies.measured_cells import FOLDER, needs_cells

SAMPLES, CELLS = 80, 4


def store(**changes):
    """Return columns as of a store: two quantities drawn for each cell, and what hangs on them."""
    generator = np.random.default_rng(1)
    a, b = 1.0 + 0.1 * generator.standard_normal((2, SAMPLES, CELLS, 1))
    cell = (3.0 * a + b)[:, :, 0]
    data = xr.Dataset(
        {
            "temperature": (("sample", "cell"), cell, {"units": "K"}),
            "least": ("sample", cell.min(axis=1), {"units": "V"}),
            "voltage": (("sample", "voltage_time"), np.stack([np.ones(SAMPLES), cell.mean(axis=1)], axis=1)),
            "drawn_a": (("sample", "drawn_cell", "region"), a),
            "drawn_b": (("sample", "drawn_cell", "region"), b),
        }
    )
    return Columns(data, "made.zarr", **{"batch_size": 2, **changes})


def test_the_output_of_a_cell_hangs_on_its_own_draws():
    found, _ = ask(Question.INFLUENCE, store(), Asked("temperature"))
    assert found["first"].values == pytest.approx([0.9, 0.1], abs=0.05)
    assert float(found["unexplained"]) < 0.01  # ranks of 320 cells stand for their numbers


def test_the_output_of_a_pack_hangs_on_the_means_and_leaves_a_rest():
    found, _ = ask(Question.INFLUENCE, store(), Asked("least"))
    assert found["first"].values[0] > found["first"].values[1]
    assert 0.1 < float(found["unexplained"]) < 0.9


def test_a_course_is_asked_after_its_start():
    found, _ = ask(Question.INFLUENCE, store(), Asked("voltage"))
    assert found["total"].shape == (2, 1)


def test_cells_are_in_the_batches_of_their_population():
    values, names = batches(store(), Asked("temperature"))
    assert names[:5] == ["0.1", "0.1", "0.2", "0.2", "1.1"]
    assert len(values) == len(names)
    with pytest.raises(InputError, match="the batch of each value is not known"):
        batches(store(batch_size=0), Asked("temperature"))


def test_no_question_is_answered_as_if_failed_samples_had_not_been():
    with pytest.raises(InputError, match="2 samples failed, the first as too hot"):
        ask(Question.DISTRIBUTION, store(failed=2, reason="too hot"), Asked("least"))


def test_cells_of_a_pack_are_not_taken_as_independent():
    for question in (Question.DISPERSION, Question.EXTREME, Question.TOLERANCE):
        with pytest.raises(InputError, match="temperature has 4 values a pack, which are not independent"):
            ask(question, store(), Asked("temperature"))


@pytest.mark.parametrize("question", list(Question))
def test_each_question_of_a_table_is_answered_with_a_picture(question, tmp_path):
    pytest.importorskip("openturns", reason="needs the extra studies")
    generator = np.random.default_rng(2)
    made = {"a": generator.random(60), "b": generator.random(60), "batch": np.repeat(["x", "y", "z"], 20)}
    table = pd.DataFrame(made | {"capacity [A.h]": 3.0 + 0.03 * generator.standard_normal(60)})
    table.to_csv(tmp_path / "cells.csv", index=False)
    columns = load_columns(tmp_path / "cells.csv")
    batch = "batch" if question is Question.BATCHES else None
    found, figure = ask(question, columns, Asked("capacity", batch=batch, bound=2.95))
    assert found.attrs["method"]
    assert len(figure.data) > 0
    assert columns.unit("capacity") == "A.h"


def test_what_is_not_there_is_named(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text("capacity [A.h],batch\n3.0,x\n")
    with pytest.raises(InputError, match=r"cells\.csv has no numbers called capacities"):
        load_columns(path).numbers("capacities")
    with pytest.raises(InputError, match="has no column of"):
        load_columns(path).labels("of")
    path.write_text("capacity\n")
    with pytest.raises(InputError, match="has no rows"):
        load_columns(path)
    with pytest.raises(InputError, match="probability needs a bound"):
        ask(Question.PROBABILITY, store(), Asked("least"))


@needs_cells
def test_the_lower_bound_of_the_measured_capacity():
    """99/95 of 48 cells: 1.8217 A.h, as the trial found with its own tables."""
    found, _ = ask(Question.TOLERANCE, load_columns(FOLDER / "isea_bol48.csv"), Asked("CapDCH1"))
    assert float(found["lower_limit"]) == pytest.approx(1.8217, abs=5e-5)
