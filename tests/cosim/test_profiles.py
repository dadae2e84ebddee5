"""Profiles (`cosim.duty.with_profiles`): rows held for a base period each, played once."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.coupling.system import System
from tests.cosim.runs import SECOND, plan_of, recorded
from tests.coupling import toys
from tests.coupling.toys import ELECTRICAL, THERMAL


def test_profile_is_held_row_by_row_and_a_slow_component_takes_its_mean(tmp_path):
    parts = (
        toys.component("A", ELECTRICAL, toys.adder()),
        toys.component("Slow", THERMAL, toys.sink()),
    )
    rows = np.arange(10.0)
    profiles = {"A.value": rows, "Slow.flow": np.column_stack([rows, 2 * rows]), "A.number": [4] * 10}
    system = with_profiles(System(parts, ()), profiles)
    names = {"out": "A.out", "number": "A.count", "total": "Slow.total", "driven": "Inputs.A.value"}
    _, results = recorded(system, plan_of(system), Experiment(10 * SECOND), tmp_path, **names)
    assert results.out.values.tolist() == [1.0, *(rows + 1.0)]
    assert results.driven.values.tolist() == [0.0, *rows]
    assert set(results.number.values.tolist()) == {4}
    assert results.total.values.tolist() == [0.0] * 5 + [30.0] * 5 + [135.0]


@pytest.mark.parametrize(
    ("profiles", "message"),
    [
        ({"A.value": 1.0}, "profile A.value needs a row of values for each base period; it has none"),
        ({"A.value": []}, "profile A.value needs a row of values"),
        ({"A.value": [[1.0]]}, r"profile A.value: values of shape \(1, 1\) do not fit \(1,\)"),
        ({"A.value": [1.0, np.nan]}, r"profile A.value\[2\] = nan K is not finite and within"),
        ({"A.out": [1.0]}, "joins output to output; a connection joins an output to an input"),
        ({"B.value": [1.0]}, "input B.value is driven twice, by Inputs.B.value and by A.out"),
    ],
)
def test_profiles_that_do_not_fit_are_named(profiles, message):
    with pytest.raises(InputError, match=message):
        with_profiles(toys.chain("ABC"), profiles)


def test_profile_that_ends_early_is_named():
    system = with_profiles(toys.chain("ABC"), {"A.value": [1.0, 2.0]})
    with pytest.raises(InputError, match="Inputs does not step from t = 2 s by 1 s: the profiles end after 2 base"):
        run(system, plan_of(system), Experiment(3 * SECOND))
