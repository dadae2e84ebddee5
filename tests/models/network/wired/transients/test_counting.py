"""What the stages of a sub-step add: the energy of a field, and what the method loses, make the work that was done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.network.wired.transients import counting, substeps

slopes = st.floats(-1e3, 1e3)


@given(st.floats(-100.0, 100.0), slopes, slopes, st.floats(1e-6, 1.0))
def test_the_work_of_both_stages_is_what_the_field_stores_and_the_method_loses(start, first, second, h):
    """An inductance of 1 H, whose current has the slope `first` in the first stage and `second` in the second."""
    stages = start + counting.A * h * first, start + (1.0 - counting.A) * h * first + counting.A * h * second
    work = h * (substeps.FIRST_WEIGHT * stages[0] * first + substeps.SECOND_WEIGHT * stages[1] * second)
    end = start + h * (substeps.FIRST_WEIGHT * first + substeps.SECOND_WEIGHT * second)
    stored = 0.5 * (end - start) * (end + start)
    lost = 0.5 * h * h * (counting.FIRST_LOSS * first * first + counting.SECOND_LOSS * second * second)
    size = (abs(start) + h * (abs(first) + abs(second))) ** 2
    least = 1e-290  # squares of less underflow
    assert stored + lost == pytest.approx(work, abs=1e-14 * size + least)
    assert end == pytest.approx(stages[1], abs=1e-15 * size**0.5 + least)
