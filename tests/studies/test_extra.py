"""Libraries of the extra, and what all answers share."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.studies.answers import answer, bootstrap, labels, samples, share, whole
from packfmu.studies.extra import library


def test_a_missing_library_names_the_extra():
    with pytest.raises(InputError, match=r'nowhere_to_be_found is not installed.*pip install "packfmu\[studies\]"'):
        library("nowhere_to_be_found.api")


def test_a_library_that_is_there_is_returned():
    assert library("math").pi > 3.0


def test_an_answer_has_intervals_units_and_a_method():
    found = answer({"mean": ((2.0, 1.0, 3.0), "A.h", "mean")}, confidence=0.9, method="told", verdict=None)
    assert [float(found[name]) for name in ("mean", "mean_low", "mean_high")] == [2.0, 1.0, 3.0]
    assert found["mean_low"].attrs == {"units": "A.h", "long_name": "mean"}
    assert found.attrs == {"confidence": 0.9, "method": "told"}


def test_a_bootstrap_has_the_standard_error_of_a_mean():
    values = np.random.default_rng(1).standard_normal(400)
    low, high = bootstrap(lambda rows: values[rows].mean(), 400, 0.95, 2)
    assert high - low == pytest.approx(2.0 * 1.96 * values.std() / 20.0, rel=0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: samples([1.0, np.inf], "x"), "x has 1 values that are not finite, the first at 1"),
        (lambda: share(1.0, "content"), "content = 1 must lie between 0 and 1"),
        (lambda: whole(2.5, "cells"), "cells = 2.5 must be a whole number of at least 1"),
        (lambda: labels(["a"], "batch", 2), "batch has 1 labels for 2 values"),
    ],
)
def test_checks_name_the_thing_and_the_value(call, message):
    with pytest.raises(InputError, match=message):
        call()
