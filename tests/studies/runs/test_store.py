import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.studies.runs.store import StoredArray, attributes, load_store, opened
from tests.studies.runs.small import contents

pytest.importorskip("zarr", reason="needs the extra studies")

ARRAYS = (StoredArray("voltage", ("cell",), (3,), "V", "of each cell"), StoredArray("least"))
SAMPLES, CHUNK = 5, 2
DESCRIPTION = {"samples": SAMPLES, "chunk": CHUNK}


def store(folder, identity="a", **description):
    return opened(folder / "r.zarr", SAMPLES, CHUNK, ARRAYS, identity, {**DESCRIPTION, **description})


def write(held, chunk):
    span = held.span(chunk)
    rows = np.array([[sample + 0.1 * cell for cell in range(3)] for sample in span])
    reasons = [f"sample {sample} \u2014 no" for sample in span]
    held.write(chunk, {"voltage": rows, "least": rows[:, 0]}, [1 + (s == 3) * 2 for s in span], reasons)


def test_what_is_written_is_read_over_samples_and_cells(tmp_path):
    held = store(tmp_path)
    assert held.missing() == [0, 1, 2]
    for chunk in (2, 0, 1):
        write(held, chunk)
    data = load_store(tmp_path / "r.zarr")
    assert data.voltage.dims == ("sample", "cell")
    assert data.voltage.attrs["units"] == "V"
    assert data.voltage.values == pytest.approx(np.arange(5)[:, None] + 0.1 * np.arange(3), rel=1e-15)
    assert data.ending.values.tolist() == [1, 1, 1, 3, 1]
    assert data.reason.values[3] == "sample 3 \u2014 no"
    assert held.missing() == []


def test_samples_that_have_not_run_stay_and_are_nan(tmp_path):
    held = store(tmp_path)
    write(held, 1)
    data = load_store(tmp_path / "r.zarr")
    assert np.isnan(data.least.values).tolist() == [True, True, False, False, True]
    assert data.ending.values.tolist() == [0, 0, 1, 3, 0]
    assert store(tmp_path).missing() == [0, 2]


def test_the_order_of_the_chunks_changes_no_byte(tmp_path):
    found = []
    for number, order in enumerate(((0, 1, 2), (2, 1, 0))):
        (tmp_path / str(number)).mkdir()
        held = store(tmp_path / str(number))
        for chunk in order:
            write(held, chunk)
        found.append(contents(held.path))
    assert found[0] == found[1]


def test_the_store_of_another_study_is_refused_by_what_differs(tmp_path):
    store(tmp_path)
    with pytest.raises(InputError, match=r"another study \(samples differs\)"):
        store(tmp_path, identity="b", samples=6)
    assert attributes(tmp_path / "r.zarr")["identity"] == "a"


def test_what_is_no_store_is_refused(tmp_path):
    with pytest.raises(InputError, match="is no store of a study"):
        load_store(tmp_path)
