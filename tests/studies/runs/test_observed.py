import numpy as np
import pytest

from packfmu.studies.runs.observed import Observed, Observer

COURSE = np.array([[1.0, 5.0], [3.0, 4.0], [-2.0, 6.0], [0.5, 0.5]])


PERIODS = len(COURSE) - 1


def kept(of, every=1, rows=COURSE, periods=PERIODS):
    observed, view = Observed(name="x", output="Cell.voltage", of=of, every=every), np.empty(2)
    observer = Observer(observed, view, periods)
    for row in rows:
        view[:] = row
        observer.take()
    return observer.result(observed.shape(2, periods))


def test_extremes_are_those_of_the_start_and_of_all_periods():
    assert kept("minimum").tolist() == COURSE.min(axis=0).tolist()
    assert kept("maximum").tolist() == COURSE.max(axis=0).tolist()


def test_the_mean_is_that_of_the_ends_of_periods():
    assert kept("mean") == pytest.approx(COURSE[1:].mean(axis=0), rel=1e-15)


def test_the_last_value_is_the_last():
    assert kept("last").tolist() == COURSE[-1].tolist()


def test_a_course_has_rows_at_equal_steps_and_none_after_an_early_end():
    assert kept("course").tolist() == COURSE.tolist()
    assert kept("course", every=2).tolist() == COURSE[::2].tolist()
    early = kept("course", rows=COURSE[:2])
    assert early[:2].tolist() == COURSE[:2].tolist()
    assert np.isnan(early[2:]).all()


def test_a_single_value_has_no_dimension():
    assert Observed(name="x", output="Cell.voltage", of="last").shape(1, 10) == ()
    assert Observed(name="x", output="Cell.voltage", of="course", every=5).shape(1, 10) == (3,)
