"""Jumps over toys whose course is known: exactness, order, error estimate, length, events, noise."""

import math

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.long.calendar import End, Stretch
from packfmu.cosim.long.jump import Jump, Jumper
from packfmu.cosim.long.long_run import run_long
from packfmu.cosim.results import load
from tests.cosim.long.wear import DAY, LONG, duty, joined, life, live_a_day, planned, prepared, simulated

SECOND = 10**9
ROUNDING = 1e-13
"""Relative: a count of a few thousand additions of a quarter of a day, each right to 1e-16."""


def lived(tmp_path, days, jump=None, pull="loss", **more):
    """Return the summary and the results of a life."""
    system = prepared(pull, **{key: more[key] for key in ("duties",) if key in more})
    given = {key.replace("__", "."): more.pop(key) for key in list(more) if "__" in key}
    run = life(tmp_path / "life.nc", days, jump, values=given, **more)
    summary = run_long(system, planned(system), run)
    return summary, load(run.experiment.output)


@pytest.mark.parametrize("days", [3, 10, 3650])
def test_constant_rates_are_exact_whatever_the_length(tmp_path, days):
    summary, results = lived(tmp_path, days, LONG)
    assert (summary.cycles, summary.jumps, summary.end) == (2, 1, days * DAY)
    assert summary.jumped == (days - 2) * DAY
    np.testing.assert_allclose(results.loss[-1], [days, 2.0 * days], rtol=ROUNDING)
    assert results.age[-1].values.tolist() == [days, days]
    assert summary.totals["Runner.work"] == pytest.approx(days, rel=ROUNDING)


def days_of(results):
    return results.time.values / 86400.0


def test_rates_that_change_by_a_line_are_extended_exactly(tmp_path):
    """The runner is pulled by the age: in day n it counts 1 + gain n, so that n days make n + gain n (n - 1)/2."""
    gain = 0.02
    summary, results = lived(tmp_path, 400, Jump(tolerance=1e9, first=1, longest=100), "age", Runner__gain=gain)
    days = days_of(results)
    exact = days + 0.5 * gain * days * (days - 1.0)
    known = days >= 4.0  # the first jump, of a day, holds the rate of the day before
    lost = results.loss[:, 0].values - exact
    np.testing.assert_allclose(lost[known], -gain, rtol=1e-9)
    assert summary.jumps > 4


def growth(days, gain):
    """Return what part 1 has counted when its loss, seen daily, pulls it: (1 + gain) times more each day."""
    return ((1.0 + gain) ** days - 1.0) / gain


def test_error_is_of_second_order_in_the_length(tmp_path):
    """Blocks of a day in full and a jump; 0.0005 a day is 0.26 over 513 days."""
    gain, days = 5e-4, 513
    blocks, errors = (8, 16, 32, 64), []
    for block in blocks:
        jump = Jump(tolerance=1e9, first=block - 1, longest=block - 1)
        summary, results = lived(tmp_path, days, jump, Runner__gain=gain)
        assert summary.cycles == 1 + (days - 1) // block
        errors.append(abs(float(results.loss[-1, 0]) - growth(days, gain)))
    orders = np.diff(np.log(errors)) / math.log(2.0)
    assert orders == pytest.approx([2.0] * 3, abs=0.2)


def jumps_in(results):
    """Return of each jump how long it was [d], and the losses before and after it."""
    days, loss = days_of(results), results.loss.values
    ends = np.flatnonzero(np.diff(days) > 1.5) + 1
    return days[ends] - days[ends - 1], loss[ends - 1], loss[ends]


@pytest.mark.parametrize("tolerance", [1.0, 0.1, 0.01])
def test_estimate_bounds_the_error_and_the_length_follows_the_tolerance(tmp_path, tolerance):
    gain, days = 1e-4, 2000
    summary, results = lived(tmp_path, days, Jump(tolerance, first=2), Runner__gain=gain)
    lengths, before, after = jumps_in(results)
    assert summary.jumps - 1 <= len(lengths)  # the last jump may be one of a day
    # of each part, pulled by its own loss, what the days jumped over would have made of what was there
    factor = 1.0 + gain * np.array([1.0, 2.0])
    exact = (before + 1.0 / gain) * factor ** lengths[:, np.newaxis] - 1.0 / gain
    true = np.abs(after - exact).max(axis=1)
    told = np.array(summary.errors[: len(lengths)])
    assert np.isnan(told[0])
    assert not np.isnan(told[1:]).any()
    assert (true[1:] <= told[1:] + 1e-10).all()  # rounding of losses of thousands
    assert (told[1:] <= tolerance).all()
    # holding the rate of part 2 is wrong by half the square of the length times its slope, 4 gain or more
    assert 0.25 < np.median(lengths[2:-1]) / math.sqrt(tolerance / (2.0 * gain)) < 1.0


def test_a_tolerance_that_no_jump_keeps_runs_in_full(tmp_path):
    jump = Jump(tolerance=1e-9, first=1)
    summary, results = lived(tmp_path, 40, jump, Runner__gain=1e-3)
    assert (summary.cycles, summary.jumps) == (39, 1)  # the first jump knows no error
    full, expected = lived(tmp_path, 40, Runner__gain=1e-3)
    assert full.cycles == 40
    np.testing.assert_allclose(results.loss[-1], expected.loss[-1], rtol=1e-4)


def test_the_first_cycle_of_a_kind_settles_and_the_second_jumps_a_little(tmp_path):
    summary, results = lived(tmp_path, 60, Jump(first=7))
    assert days_of(results)[:5].tolist() == [0.0, 1.0, 2.0, 9.0, 10.0]
    assert math.isnan(summary.errors[0])
    assert summary.errors[1] == pytest.approx(0.0, abs=1e-12)
    assert days_of(results)[5:].tolist() == [60.0]


def test_nothing_jumps_over_the_end_of_a_leg_or_of_the_run(tmp_path):
    duties = {"run": duty("run"), "rest": duty("rest", 0.0)}
    calendar = (Stretch("run", 20 * DAY), Stretch("rest", 10 * DAY))
    summary, results = lived(tmp_path, 75, LONG, duties=duties, calendar=calendar)
    days = days_of(results)
    one = [0.0, 1.0, 2.0, 20.0, 21.0, 22.0, 30.0]  # the first cycle after one of another kind settles
    assert days.tolist() == [*one, *(30.0 + day for day in one[1:]), 61.0, 62.0, 75.0]
    run = np.clip(days % 30.0, 0.0, 20.0) + 20.0 * (days // 30.0)
    np.testing.assert_allclose(results.loss[:, 0], run, rtol=ROUNDING, atol=ROUNDING)
    assert summary.totals["Runner.work"] == pytest.approx(55.0, rel=ROUNDING)
    assert summary.jumped == (75 - summary.cycles) * DAY


@pytest.mark.parametrize("level", [0.97, 0.95, 0.9])
def test_the_end_is_hit_to_the_second(tmp_path, level):
    """Part 2 counts 2 a day and loses 1e-4 of that to the power of 1.5."""
    values = {"Ager__scale": 1e-4, "Ager__exponent": 1.5}
    summary, results = lived(tmp_path, 3650, LONG, end=End("Ager.least", level), **values)
    assert summary.stopped_by == ("Ager.least",)
    last = float(results.time[-1])
    assert last == summary.end / SECOND == math.ceil(last)

    def least(time):
        return 1.0 - 1e-4 * (2.0 * time / 86400.0) ** 1.5

    assert float(results.least[-1]) <= level
    assert least(last) <= level + 1e-12  # rounding of the count
    assert least(last - 1.0) > level - 1e-12


def test_an_end_that_comes_in_a_cycle_is_seen_after_it(tmp_path):
    summary, results = lived(tmp_path, 10, end=End("Ager.least", -4.5))
    assert summary.stopped_by == ("Ager.least",)
    assert summary.end == 3 * DAY  # 1 - 2 * 2.75 days
    assert results.least.values.tolist() == [1.0, -1.0, -3.0, -5.0]


def test_a_jump_goes_on_where_the_jumping_layer_was():
    """Each toy refuses a step that does not begin where its last one ended, one by the calendar."""
    with simulated(prepared(), Runner__drift=[0.0, 1e-4, 2e-4, 3e-4]) as simulation:
        jumper = Jumper(simulation, Jump(tolerance=1e9, first=1, longest=5))
        for number in range(4):
            jumper.start_cycle()
            live_a_day(simulation)
            jumper.end_cycle("run")
            leap = jumper.leap("run", 10 * DAY, lambda: False)
            assert leap.length == [0, DAY, 5 * DAY, 5 * DAY][number]
            assert not leap.ended
        assert jumper.time == simulation.time + simulation.skipped == (4 + 11) * DAY
        ager, runner = simulation.slaves["Ager"], simulation.slaves["Runner"]
        assert ager.outputs["age"].tolist() == [15.0, 15.0]
        assert runner.inputs["pull"].tolist() == ager.outputs["loss"].tolist() == [15.0, 30.0]


def test_a_limit_that_no_cycle_fits_in_is_no_jump():
    with simulated(prepared()) as simulation:
        jumper = Jumper(simulation, LONG)
        for _ in range(3):
            jumper.start_cycle()
            live_a_day(simulation)
            jumper.end_cycle("run")
            before = simulation.save()
            for limit in (0, DAY - 1):
                assert jumper.leap("run", limit, lambda: True).length == 0
            assert simulation.save() == before


def test_what_drifts_freely_is_carried(tmp_path):
    """Places drift by up to 3e-4 a day against the lowest, 0.005 in 16 days; their mean stays as the cycles left it."""
    drift = np.array([0.0, 1e-4, 2e-4, 3e-4])
    summary, results = lived(tmp_path, 101, LONG, Runner__drift=drift)
    lengths, *_ = jumps_in(results)
    assert lengths.max() == 16.0
    # what was jumped over last is told by the next cycle's step
    moved = results.place[-2].values - results.place[-2].values.mean()
    cycled, days = summary.cycles, days_of(results)[-2]
    np.testing.assert_allclose(moved, (drift - drift.mean()) * days, rtol=1e-9)
    assert float(results.place[-2].mean()) == pytest.approx(drift.mean() * cycled, rel=1e-9)


def test_what_is_braked_is_not_carried_beyond_the_lowest(tmp_path):
    """Two of four places fall by 0.01 a day until they are within 0.02 of the lowest."""
    values = {"Runner__initial_place": [0.5, 0.5, 0.7, 0.9], "Runner__band": 0.02, "Runner__brake": 0.01}
    _, results = lived(tmp_path, 200, LONG, **values)
    _, expected = lived(tmp_path, 200, **values)
    spread, exact = (r.place.values[-2] - r.place.values[-2].min() for r in (results, expected))
    np.testing.assert_allclose(spread, exact, atol=0.02 + 0.01)  # the band, and a cycle


def test_places_in_parallel_are_carried_together(tmp_path):
    system = prepared(together=2)
    drift = [0.0, 1e-4, 2e-4, 4e-4]
    run = life(tmp_path / "life.nc", 60, LONG, values={"Runner.drift": drift})
    summary = run_long(system, planned(system), run)
    results = load(run.experiment.output)
    pairs = results.place[-2].values.reshape(2, 2)
    assert pairs.mean(axis=1) @ [-1.0, 1.0] == pytest.approx(2.5e-4 * days_of(results)[-2], rel=1e-9)
    within = np.diff(pairs).ravel()  # these stay as the cycles left them
    np.testing.assert_allclose(within, np.array([1e-4, 2e-4]) * summary.cycles, rtol=1e-9)


def test_known_rates_are_saved_and_come_back():
    with simulated(prepared(), Runner__gain=1e-3) as simulation:
        jumper, other = (Jumper(simulation, Jump(tolerance=0.05, first=3)) for _ in range(2))
        for kind in ("run", "run", "rest", "rest", "run"):
            jumper.start_cycle()
            live_a_day(simulation)
            jumper.end_cycle(kind)
            jumper.leap(kind, 10 * DAY, lambda: False)
        saved, state = jumper.save(), simulation.save()
        jumps = []
        for each in (jumper, other):
            simulation.restore(state)
            each.restore(saved)
            each.start_cycle()
            live_a_day(simulation)
            each.end_cycle("run")
            jumps.append((each.leap("run", 50 * DAY, lambda: False), simulation.save()))
        assert other.save() == jumper.save() != saved
    assert jumps[0] == jumps[1]
    assert jumps[0][0].length > DAY


def test_a_system_without_jumps_is_refused():
    with simulated(joined()) as simulation, pytest.raises(InputError, match="with_jumps adds it to a system"):
        Jumper(simulation, Jump())
