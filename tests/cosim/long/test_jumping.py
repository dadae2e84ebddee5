"""Who takes part in a jump, and how far carried states move against each other."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from packfmu.core.errors import InputError
from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import DataType
from packfmu.cosim.long.jumping import ARRIVED, FREE, JumpSlave, falling, reach, relative_shift, with_jumps
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import Rule, connect
from packfmu.coupling.port import ports_of
from packfmu.coupling.slave import SlaveError
from packfmu.coupling.system import System
from tests.cosim.long import wear
from tests.coupling import toys
from tests.coupling.toys import AGING, ELECTRICAL

COUNT = 9
ROUNDING = 1e-12
"""Of sums of a few values up to 10."""

STATES = arrays(float, COUNT, elements=st.floats(0.0, 1.0, width=32))
DRIFTS = arrays(float, COUNT, elements=st.floats(-1.0, 1.0, width=32))


def controlled_in(states, drift):
    """Return which elements are controlled."""
    return falling(drift - drift[np.argmin(states)])


@given(STATES, DRIFTS)
def test_the_mean_does_not_move(states, drift):
    assert abs(relative_shift(states, drift).mean()) <= ROUNDING


@given(STATES, st.floats(-1.0, 1.0))
def test_nothing_moves_where_all_drift_alike(states, drift):
    assert relative_shift(states, np.full(COUNT, drift)).tolist() == [0.0] * COUNT
    assert reach(states, np.full(COUNT, drift), FREE) == math.inf


@given(STATES, DRIFTS)
def test_controlled_elements_end_at_the_lowest_one(states, drift):
    lowest, controlled = np.argmin(states), controlled_in(states, drift)
    moved = states + relative_shift(states, drift)
    if controlled.any():
        assert moved.min() >= moved[lowest] - ROUNDING
        np.testing.assert_allclose(np.diff((moved - states)[~controlled]), 0.0, atol=ROUNDING)


@given(STATES, DRIFTS, st.floats(-1.0, -0.01))
def test_controlled_elements_that_fall_alike_keep_their_order(states, drift, fall):
    controlled = states > np.median(states)
    drift = np.where(controlled, fall, 0.0)
    moved = states + relative_shift(states, drift)
    order = np.argsort(states[controlled], kind="stable")
    assert (np.diff(moved[controlled][order]) >= -ROUNDING).all()


@given(STATES, DRIFTS)
def test_without_control_elements_drift_as_they_did_within_bounds(states, drift):
    if controlled_in(states, drift).any():
        return
    np.testing.assert_allclose(relative_shift(states, drift), drift - drift.mean(), atol=ROUNDING)
    length = reach(states, drift, FREE)
    if math.isfinite(length):
        lowest = np.argmin(states)
        assert np.abs((drift - drift[lowest]) * length).max() == pytest.approx(FREE, rel=1e-12)


@given(STATES, DRIFTS)
def test_at_most_a_quarter_has_arrived_at_the_reach(states, drift):
    lowest, length = np.argmin(states), reach(states, drift, FREE)
    relative = drift - drift[lowest]
    controlled = falling(relative)
    if not controlled.any() or length == math.inf:
        return
    before = 0.999 * length
    arrived = controlled & (states + relative * before <= states[lowest])
    distinct = states[controlled] > states[lowest]  # those that are there already have arrived at once
    assert arrived.sum() <= ARRIVED * COUNT + (~distinct).sum()


@given(STATES, DRIFTS, st.floats(0.0, 10.0), st.floats(-5.0, 5.0))
def test_where_zero_is_and_what_all_share_do_not_matter(states, drift, level, common):
    """By numbers that are exact: multiples of 1/64."""
    states, drift, level, common = (np.round(64.0 * value) / 64.0 for value in (states, drift, level, common))
    assert relative_shift(states + level, drift + common).tolist() == relative_shift(states, drift).tolist()
    assert reach(states + level, drift + common, FREE) == reach(states, drift, FREE)


def test_the_upper_cells_are_bled_until_they_meet_the_lowest():
    states, drift = np.array([0.5, 0.6, 0.9]), np.array([-0.1, -0.4, -0.4])
    shift = relative_shift(states, drift)
    assert shift - shift[0] == pytest.approx([0.0, -0.1, -0.3])
    assert reach(states, drift, FREE) == pytest.approx(0.1 / 0.3)  # the first of three is more than a quarter


def test_what_rises_while_others_are_bled_stays():
    shift = relative_shift(np.array([0.5, 0.6, 0.9]), np.array([0.0, 0.1, -0.2]))
    assert shift - shift[0] == pytest.approx([0.0, 0.0, -0.2])


def test_a_single_element_does_not_move_and_bounds_nothing():
    assert relative_shift(np.array([0.5]), np.array([0.1])).tolist() == [0.0]
    assert reach(np.array([0.5]), np.array([0.1]), FREE) == math.inf


def test_jumps_stands_between_counters_and_those_who_take_them():
    system = with_jumps(wear.joined())
    assert [component.name for component in system.components] == ["Runner", "Jumps", "Ager"]
    assert [str(connection) for connection in system.connections] == [
        "Ager.loss -> Runner.pull",
        "Runner.count -> Jumps.Ager.count so far",
        "Runner.place -> Jumps.Runner.place_shift so far",
        "Jumps.Ager.count -> Ager.count",
        "Jumps.Runner.place_shift -> Runner.place_shift",
    ]


def test_a_shift_that_something_drives_is_not_carried():
    runner, ager = wear.joined().components
    other = kernel_component("Other", ELECTRICAL, wear.runner())
    driven = connect("Other.place", "Runner.place_shift")
    system = with_jumps(System((runner, other, ager), (*wear.joined().connections, driven)))
    shifts = [name for name in system.component("Jumps").ports if name.endswith("_shift")]
    assert shifts == ["Other.place_shift"]


def test_only_an_input_that_shifts_an_output_is_one():
    """Names tell nothing."""
    model = wear.runner()
    fields = replace(
        model.fields,
        parameters=(*model.parameters, toys.real("place_shift_limit")),
        inputs=(*model.inputs, toys.real("count_shift", size=wear.PARTS)),
    )
    changed = kernel_component("Runner", ELECTRICAL, replace(model, fields=fields))
    system = with_jumps(System((changed, wear.AGER), wear.joined().connections))
    shifts = [name for name in system.component("Jumps").ports if "shift" in name]
    assert shifts == ["Runner.place_shift so far", "Runner.place_shift"]


@pytest.mark.parametrize(("shifts", "size"), [("plaice", wear.PLACES), ("count", wear.PARTS), ("place", 1)])
def test_what_is_shifted_is_a_slow_output_of_the_same_size(shifts, size):
    model = wear.runner()
    fields = replace(model.fields, inputs=(*model.inputs, toys.real("extra", size=size, shifts=shifts)))
    with pytest.raises(ValueError, match=f"model Runner: extra shifts {shifts}, which must be a slow output of its"):
        replace(model, fields=fields)


def pair(*connections):
    return System((wear.RUNNER, wear.AGER), tuple(connections))


COUNTED, HELD = connect("Runner.count", "Ager.count"), connect("Ager.loss", "Runner.pull")


@kernel
def idle(x, p, u, y, c, t, h):
    return DONE


def taker(kind):
    return Model("Flags", "takes a flag",
        Fields(inputs=(toys.real("flag", data_type=kind),), outputs=(toys.real("out"),)),
                 toys.nothing, toys.nothing, idle)  # fmt: skip


@pytest.mark.parametrize(
    ("system", "words"),
    [
        (pair(HELD), "no component of the jumping layer takes a counter of a faster one"),
        (pair(COUNTED), "no component of the jumping layer hands anything to a faster one"),
        (System((wear.RUNNER,), ()), "no component of the jumping layer takes a counter"),
        (pair(replace(COUNTED, rule=Rule.MEAN), HELD), "hands on a Real by the rule mean"),
        (pair(replace(COUNTED, rule=Rule.INTEGRAL), HELD), "hands on a Real by the rule integral"),
        (pair(COUNTED, replace(HELD, rule=Rule.LINEAR)), "hands on a Real by the rule linear; the jumping layer takes"),
        (
            System(
                (*wear.joined().components, kernel_component("Flags", AGING, taker(DataType.BOOLEAN))),
                (COUNTED, HELD, connect("Runner.tired", "Flags.flag")),
            ),
            r"Runner\.tired -> Flags\.flag.* cannot be jumped over: it hands on a Boolean by the rule last",
        ),
    ],
    ids=["no counter", "no feedback", "no aging", "mean", "integral", "line", "flag"],
)
def test_what_cannot_be_jumped_over_is_refused(system, words):
    with pytest.raises(InputError, match=words) as caught:
        with_jumps(system)
    assert "\n" not in str(caught.value)


def test_what_is_not_slow_is_not_shifted():
    """As an FMU may have it; a model may not."""
    ports = {name: replace(port, slow=False) for name, port in wear.RUNNER.ports.items()}
    system = System((replace(wear.RUNNER, ports=ports), wear.AGER), wear.joined().connections)
    with pytest.raises(InputError, match=r"Runner\.place cannot be shifted: its FMU does not say that it is slow"):
        with_jumps(system)


@pytest.mark.parametrize("together", [0, 3, -2])
def test_elements_that_cannot_move_together_are_refused(together):
    with pytest.raises(InputError, match=rf"Runner\.place has 4 elements; they cannot move together in {together}s"):
        with_jumps(wear.joined(), together)


def test_jumps_cannot_be_added_twice():
    with pytest.raises(InputError, match="Jumps: the name occurs 2 times"):
        with_jumps(with_jumps(wear.joined()))


COUNTER = {"Ager.count": wear.RUNNER.ports["count"]}
PLACE = {"Runner.place_shift": wear.RUNNER.ports["place"]}


def test_elements_drift_freely_by_a_share_of_the_nominal_value():
    rates = {"Runner.place_shift": np.array([0.0, 0.001, 0.0, 0.0])}
    port = PLACE["Runner.place_shift"]
    for nominal in (1.0, 300.0):
        slave = JumpSlave({}, {"Runner.place_shift": replace(port, nominal=nominal)}, together=1)
        slave.inputs["Runner.place_shift so far"][:] = 0.5
        assert slave.reach(rates) == pytest.approx(FREE * nominal / 0.001, rel=1e-15)


def test_elements_in_parallel_move_by_their_mean():
    slave = JumpSlave({}, PLACE, together=2)
    slave.inputs["Runner.place_shift so far"][:] = [0.5, 0.5, 0.8, 0.8]
    slave.shift({"Runner.place_shift": np.array([0.0, 0.002, 0.003, 0.003])}, 1.0)
    assert slave.outputs["Runner.place_shift"] == pytest.approx([-0.001, -0.001, 0.001, 0.001])


def test_a_saved_state_comes_back_and_one_of_another_system_does_not():
    slave, other = (JumpSlave(COUNTER, PLACE, 2) for _ in range(2))
    slave.keep({"Ager.count": np.array([1.0, 2.0])})
    slave.step(0.0, 1.0)
    other.restore(slave.save())
    other.step(0.0, 1.0)
    assert other.outputs["Ager.count"].tolist() == [1.0, 2.0]
    assert other.save() == slave.save()
    with pytest.raises(SlaveError, match="does not fit"):
        JumpSlave(COUNTER, {}, 2).restore(slave.save())


def test_jumps_has_no_parameters():
    with pytest.raises(SlaveError, match="gain: there are no parameters"):
        JumpSlave({}, {}, 1).set({"gain": np.ones(1)})


@given(arrays(float, (50, 3), elements=st.floats(0.0, 1e9)))
def test_what_is_told_after_a_jump_does_not_differ_by_rounding_in_the_next_step(values):
    """A counter that rests after a jump must not seem to fall: those who take it refuse that."""
    jumps = JumpSlave({"Aging.count": ports_of(toys.sink(50))["flow"]}, {}, 1)
    taker = kernel_component("Aging", AGING, toys.sink(50)).open(["flow"], ["total"])
    so_far, earlier, added = values.T
    jumps.inputs["Aging.count so far"][:] = so_far
    jumps.keep({"Aging.count": earlier})
    jumps.feed("Aging", Renamed(taker), {"Aging.count": added})
    fed = taker.inputs["flow"].copy()
    jumps.keep({"Aging.count": added})
    landed = jumps.outputs["Aging.count"].copy()
    jumps.step(0.0, 1.0)
    assert np.array_equal(fed, landed)
    assert np.array_equal(jumps.outputs["Aging.count"], landed)


class Renamed:
    """The sink's flow under the name of a counter."""

    def __init__(self, slave):
        self.inputs = {"count": slave.inputs["flow"]}
