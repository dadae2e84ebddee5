"""Plans over small models whose results can be computed by hand.

What `coupling.block.code` writes for `coupling.block.wiring` runs here.
"""

import re

import numpy as np
import pytest

from packfmu.core.fields import Fields
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.coupling.block.compose import compose
from packfmu.coupling.block.taps import Summary, Tap
from packfmu.coupling.operations import Action, Operation, Rule, connect
from tests.coupling.blocks import SECOND, block, table, told
from tests.coupling.toys import adder, nothing, real, sink_start, sink_step


@pytest.mark.parametrize("every", [1, 2, 5])
def test_what_one_gives_the_other_takes(every):
    """The source gives ``slope (k + 1) t`` in W, so that in T seconds both elements give ``1.5 slope T^2``."""
    instance = block(every)
    given = taken = 0.0
    for step in range(4):
        assert instance.advance(5.0 * step, 5.0) == 0
        given, taken = given + told(instance)["given"], taken + told(instance)["taken"]
    assert given == pytest.approx(1.5 * 0.1 * 20.0**2, rel=1e-14)
    assert taken == pytest.approx(given, rel=1e-14)
    assert told(instance)["total"] == pytest.approx(given, rel=1e-14)


def test_a_step_is_summed_up():
    """From 10 to 14 s the amounts of the seconds are ``0.3 (t + 1/2)``."""
    instance = block(2)
    instance.advance(0.0, 10.0)
    instance.advance(10.0, 4.0)
    amounts = 0.3 * (np.arange(10.0, 14.0) + 0.5)
    found = told(instance)
    assert found["given"] == pytest.approx(amounts.sum(), rel=1e-14)
    assert found["power"] == pytest.approx(amounts.sum() / 4.0, rel=1e-14)
    assert found["average"] == pytest.approx(amounts.mean(), rel=1e-14)
    assert found["most"] == pytest.approx(amounts.max(), rel=1e-14)
    assert instance.y["level"] == pytest.approx([14.0, 28.0], rel=1e-15)


@pytest.mark.parametrize("step", [0.25, 0.3, 0.7, 1.1, 1.9, 2.5])
def test_a_mean_weighs_short_steps_by_their_length(step):
    """Whatever the steps, after each period of the sink it has what the source gave until then."""
    instance, t, given = block(5), 0.0, 0.0
    for _ in range(round(60.0 / step)):
        assert instance.advance(t, step) == 0
        t, given = t + step, given + told(instance)["given"]
        sunk = 5.0 * int((t + 1e-9) / 5.0)
        assert told(instance)["total"] == pytest.approx(1.5 * 0.1 * sunk**2, rel=1e-12)
        assert given == pytest.approx(1.5 * 0.1 * t**2, rel=1e-12)


def test_the_grid_of_base_periods_stays():
    """Steps of 1.5 s divide every second base period; its clock goes on."""
    instance = block(5)
    done = []
    for step in range(4):
        instance.advance(1.5 * step, 1.5)
        done.append(float(instance.x["done"]))
    assert done == [0.5, 0.0, 0.5, 0.0]
    assert instance.x["tick"] == 6.0 % 5.0


def test_a_day_in_one_step_stays_on_the_grid():
    """864 000 base periods of 0.1 s, counted and not subtracted one by one."""
    instance = block(5, base=SECOND // 10)
    assert instance.advance(0.0, 86400.0) == 0
    assert (float(instance.x["done"]), float(instance.x["tick"])) == (0.0, 0.0)
    assert float(instance.x["debt"]) == 0.0
    assert told(instance)["total"] == pytest.approx(1.5 * 0.1 * 86400.0**2, rel=1e-9)  # a sum of 172 800 terms
    assert instance.advance(86400.0, 0.1) == 0
    assert instance.y["level"] == pytest.approx([86400.1, 172800.2], rel=1e-14)


def test_a_step_that_is_kept_for_later_gives_nothing_yet():
    instance = block(1)
    instance.advance(0.0, 1.0)
    for number in range(5):
        assert instance.advance(1.0 + 1e-9 * number, 1e-9) == 0
        assert told(instance)["given"] == told(instance)["taken"] == 0.0
    instance.advance(1.0 + 5e-9, 1.0 - 5e-9)
    assert told(instance)["given"] == pytest.approx(0.3 * 1.5, rel=1e-12)


def test_a_maximum_outlives_a_changed_parameter():
    instance = block(1, (Tap("most", "Source.amount", Summary.MAXIMUM),))
    instance.p["Source"]["slope"] = -0.1
    instance.advance(0.0, 5.0)
    most = float(instance.y["most"])
    assert most == pytest.approx(-0.3 * 0.5, rel=1e-14)  # of its first second
    instance.update_outputs()
    assert instance.y["most"] == most


@pytest.mark.parametrize(("name", "element"), [("number", ""), ("values", "[2]")])
def test_what_is_handed_over_beyond_bounds_is_refused_by_name(name, element):
    giver = Model(
        "Giver",
        "a giver",
        Fields(parameters=(real("one"), real("two", size=2)), outputs=(real("scalar"), real("many", size=2))),
        give,
        nothing("composite 1"),
        give_step,
    )
    taker = Model(
        "Taker", "a taker", Fields(inputs=(real("number", "K", low=-2.0, high=9.0), real("values", "V", 2, low=0.0))),
        nothing("composite 2"), nothing("composite 2"), take_step,
    )  # fmt: skip
    rows = [
        Operation(Action.STEP, 1, "Giver"),
        Operation(Action.TRANSFER, 1, connect("Giver.scalar", "Taker.number"), Rule.LAST),
        Operation(Action.TRANSFER, 1, connect("Giver.many", "Taker.values"), Rule.LAST),
        Operation(Action.STEP, 1, "Taker"),
    ]
    instance = Instance(compose("Two", "two", {"Giver": giver, "Taker": taker}, SECOND, rows, (), (), {}))
    instance.initialize()
    assert instance.advance(0.0, 1.0) == 0
    instance.p["Giver"]["one" if name == "number" else "two"] = -3.0 if name == "number" else [1.0, -3.0]
    bounds = "[-2, 9] K" if name == "number" else "[0, inf] V"
    unit = bounds[-1]
    assert instance.refusal(instance.advance(1.0, 1.0)) == (
        f"Taker: {name}{element} = -3 {unit} is not within {bounds}"
    )


@kernel
def give(x, p, u, y, c):
    y.scalar = p.one
    y.many[0] = p.two[0]
    y.many[1] = p.two[1]


@kernel
def give_step(x, p, u, y, c, t, h):
    give(x, p, u, y, c)
    return DONE


@kernel
def take_step(x, p, u, y, c, t, h):
    return DONE


def test_a_component_that_refuses_is_named_with_its_bound():
    instance = block(2)
    instance.p["Sink"]["limit"] = 0.25
    statuses = [instance.advance(float(t), 1.0) for t in range(4)]
    assert statuses == [0, 0, 0, 2001]
    assert instance.refusal(2001) == "Sink: total is above limit = 0.25 J"


def test_initial_values_pass_along_a_chain():
    """Each adder adds its offset to what the one before tells; the last one knows at once."""
    members = {name: adder() for name in ("C", "B", "A")}  # against the order of the chain
    rows = [
        row
        for name, after in (("A", "B"), ("B", "C"))
        for row in (
            Operation(Action.STEP, 1, name),
            Operation(Action.TRANSFER, 1, connect(f"{name}.out", f"{after}.value"), Rule.LAST),
            Operation(Action.TRANSFER, 1, connect(f"{name}.count", f"{after}.number"), Rule.LAST),
        )
    ]
    taps = (Tap("out", "C.out"), Tap("count", "C.count"))
    rows.append(Operation(Action.STEP, 1, "C"))
    model = compose("Chain", "a chain", members, SECOND, rows, taps, ("B.lookahead",), {})
    assert [variable.path for variable in model.inputs] == ["value", "number"]
    instance = Instance(model.with_start({"value": 3.0, "number": 4.0, "A.offset": 2.0, "B.offset": 7.0}))
    instance.initialize()
    assert instance.y["out"] == 3.0 + 2.0 + 7.0 + 1.0
    assert instance.y["count"] == 4.0


def test_parameters_are_those_of_the_components_and_lookaheads_are_fixed():
    model = compose("Lone", "alone", {"A": adder()}, SECOND, [Operation(Action.STEP, 1, "A")], (), ("A.lookahead",), {})
    assert [variable.path for variable in model.parameters] == ["A.offset", "A.lookahead", "step_scale"]
    assert model.variable("A.lookahead").scalar_names() == ["A.lookahead"]
    assert not model.variable("A.lookahead").tunable
    with pytest.raises(ValueError, match=re.escape("A.lookahead = 0.6 s is not within [0.5, 0.5] s")):
        model.with_start({"A.lookahead": 0.6})


def test_a_shared_parameter_follows_and_is_not_listed():
    instance = block(2, shared={"Sink.brim": "Sink.limit"})
    assert [variable.path for variable in instance.model.parameters if variable.hidden] == ["Sink.brim"]
    instance.p["Sink"]["limit"] = 3.0
    instance.initialize()
    assert instance.p["Sink"]["brim"] == 3.0


@pytest.mark.parametrize("more", [{"lookaheads": ["Sink.limmit"]}, {"shared": {"Sink.limit": "Sunk.limit"}}])
def test_unknown_parameters_are_refused(more):
    with pytest.raises(ValueError, match=r"Block: there is no parameter S\w+.lim+it; there are Source.slope"):
        block(2, **more)


@pytest.mark.parametrize(
    ("tap", "words"),
    [
        (Tap("it", "Source.flow", Summary.MEAN), "the mean of the array Source.flow cannot be computed"),
        (Tap("it", "Sink.amount", Summary.RATE), "Sink is not in the fastest layer; its rate cannot be computed"),
        (Tap("it", "Sink.full", Summary.MAXIMUM), "Sink is not in the fastest layer; its maximum cannot be computed"),
    ],
)
def test_taps_that_do_not_fit_are_refused(tap, words):
    with pytest.raises(ValueError, match=re.escape(f"it: {words}")):
        block(2, (tap,))


def test_arrays_of_two_dimensions_are_refused():
    with pytest.raises(ValueError, match=re.escape("arrays of two dimensions are not exchanged")):
        block(2, (), (2, 2))


def test_rows_survive_json():
    for operation in table(3):
        assert Operation.from_row(operation.to_row()) == operation


def test_a_block_without_connections_or_outputs_steps():
    model = Model(
        "Lone",
        "alone",
        Fields(
            parameters=(real("initial"), real("brim", start=1.0), real("limit", start=1e9)),
            inputs=(real("flow", size=1),),
            outputs=(real("total"), real("amount"), real("full")),
            states=(real("total"),),
        ),
        sink_start,
        nothing("lone"),
        sink_step,
    )
    instance = Instance(
        compose("Block", "a block", {"Lone": model}, SECOND, [Operation(Action.STEP, 1, "Lone")], (), (), {})
    )
    instance.initialize()
    instance.u["flow"] = 2.0
    assert instance.advance(0.0, 3.0) == 0
    assert instance.x["Lone_outputs"]["total"] == 6.0
