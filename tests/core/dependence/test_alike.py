"""What is found for three things tells for many: the same lists as of all of them followed."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.dependence.alike import FEW, few
from packfmu.core.dependence.dependencies import initial_dependencies
from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import Count, Variable

MANY = 7
OUTPUTS = "own", "pair", "of_all", "rows", "greatest", "with_all", "fixed"


@kernel
def initialize(x, p, u, y, c):
    x.sum = 0.0
    for k in range(y.own.shape[0]):
        x.sum += u.height[k]
    y.greatest = 0.0
    for k in range(y.own.shape[0]):
        y.own[k] = u.height[k] * p.common
        y.pair[k, 0], y.pair[k, 1] = p.width[k, 0], p.width[k, 1] + u.height[k]
        y.with_all[k] = x.sum + p.width[k, 0]
        y.greatest = max(y.greatest, y.own[k])
        y.fixed[k] = p.hidden[k] * p.common
    y.of_all = x.sum
    for j in range(y.rows.shape[0]):
        y.rows[j] = p.table[j]


@kernel
def outputs(x, p, u, y, c):
    pass


@kernel
def advance(x, p, u, y, c, t, h):
    return DONE


def variable(name, size, start=0.5):
    return Variable(name, "1", size, start, -10.0, 10.0, 1.0, "A value")


def model(hidden):
    things, two, rows = Count(MANY, "thing"), Count(2, "side"), Count(MANY, "row")
    fields = Fields(
        parameters=(
            variable("common", None), variable("width", (things, two)), variable("table", rows),
            variable("hidden", things, hidden),
        ),
        inputs=(variable("height", things),),
        outputs=(
            variable("own", things), variable("pair", (things, two)), variable("of_all", None), variable("rows", rows),
            variable("greatest", None), variable("with_all", things), variable("fixed", things),
        ),
        states=(variable("sum", None),),
    )  # fmt: skip
    return Model("Toy", "Things", fields, initialize, outputs, advance, alike="thing")


KNOWN = {"common": 1, "width": 2, "table": 2 + 2 * MANY, "height": 2 + 3 * MANY}


@pytest.mark.parametrize("hidden", [np.zeros(MANY), np.ones(MANY)])
def test_lists_are_those_of_all_things_followed(hidden):
    whole = model(hidden)
    assert few(whole).variable("height").shape == (FEW,)
    assert initial_dependencies(whole, KNOWN) == initial_dependencies(replace(whole, alike=""), KNOWN)


def test_what_differs_beyond_the_few_is_not_taken_for_what_they_have():
    """A parameter that nobody lists is 0 for all but the last: it may not switch anything off."""
    found = initial_dependencies(model(np.eye(MANY)[-1]), KNOWN)
    assert found["fixed"] == [1 << KNOWN["common"]] * MANY


def test_what_was_there_before_keeps_its_bits():
    whole = model(np.ones(MANY))
    assert initial_dependencies(whole, {}, former=2) == initial_dependencies(replace(whole, alike=""), {}, former=2)
