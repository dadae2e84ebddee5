"""A jump: what is stepped, saved and put back, at which times.

::

      Runner --count--> Jumps --count--> Ager     Runner: electrical, every 6 h; Jumps and Ager: aging, every day
        ^ ^               | |              |
        | +--place_shift--+ |              |
        +-------pull: age------------------+

The runner's clock does not skip; that of the ager is the calendar's. The reference cycle is a day.
"""

from packfmu.cosim.long.jump import Jump, Jumper
from tests.cosim.long.wear import DAY, HOUR, live_a_day, planned, prepared, simulated, wrapped

HOURS = HOUR / 1e9
"""[s]."""


def noted(system, log):
    """Return the system; steps are noted as (name, t, h) in hours, states as (name, "save" or "restore")."""

    def note(name):
        def change(slave):
            step, save, restore = slave.step, slave.save, slave.restore

            def stepping(t, h):
                log.append((name, t / HOURS, h / HOURS))
                step(t, h)

            def saving():
                log.append((name, "save"))
                return save()

            def restoring(saved):
                log.append((name, "restore"))
                restore(saved)

            slave.step, slave.save, slave.restore = stepping, saving, restoring

        return change

    for component in system.components:
        system = wrapped(system, component.name, note(component.name))
    return system


def a_day(local, skipped=0):
    """Return what is noted of a day that begins at a local time [h]."""
    fast = [(name, local + 6.0 * k, 6.0) for k in range(4) for name in ("Inputs", "Runner")]
    return [*fast, ("Jumps", local + skipped, 24.0), ("Ager", local + skipped, 24.0)]


SAVE, RESTORE = ("Ager", "save"), ("Ager", "restore")


def logs_of(jump, limits, pull="age", **values):
    """Return what is noted of each cycle and of each jump after it."""
    log, told = [], []
    with simulated(noted(prepared(pull), log), **values) as simulation:
        log.clear()  # of the initialisation
        jumper = Jumper(simulation, jump)
        for limit in limits:
            jumper.start_cycle()
            live_a_day(simulation)
            jumper.end_cycle("run")
            told.append(list(log))
            log.clear()
            jumper.leap("run", limit, lambda: False)
            told.append(list(log))
            log.clear()
    return told


def test_the_plan_is_followed_between_jumps():
    system = prepared("age")
    assert [(instant // HOUR, str(operation)) for instant, operation in planned(system).expand()] == [
        *[
            (hour, line)
            for hour in (6, 12, 18, 24)
            for line in ("step Inputs", "transfer Inputs.Runner.speed -> Runner.speed (last)", "step Runner")
        ],
        (24, "transfer Runner.count -> Jumps.Ager.count so far (last)"),
        (24, "transfer Runner.place -> Jumps.Runner.place_shift so far (last)"),
        (24, "step Jumps"),
        (24, "transfer Jumps.Ager.count -> Ager.count (last)"),
        (24, "transfer Jumps.Runner.place_shift -> Runner.place_shift (hold)"),
        (24, "step Ager"),
        (24, "transfer Ager.age -> Runner.pull (hold)"),
    ]


def test_exact_log_of_cycles_and_jumps():
    days = logs_of(Jump(tolerance=1e9, first=2, longest=5), [10 * DAY] * 3)
    assert days == [
        a_day(0.0),
        [],  # the first cycle of a kind settles
        a_day(24.0),
        [SAVE, ("Ager", 48.0, 48.0)],  # the change of the rates is not known
        a_day(48.0, skipped=48.0),
        [SAVE, ("Ager", 120.0, 120.0), RESTORE, ("Ager", 120.0, 120.0), RESTORE, ("Ager", 120.0, 120.0)],
    ]


def test_exact_log_of_a_jump_that_is_shortened():
    """Part 2 counts 2.04 in the second day; two days with as much are jumped over; then it counts 2.1624.

    A rate that is held over a jump of L days from there falls behind that line by 0.0204 L (L + 1): 0.61 in 5 days, so
    that 0.9 sqrt(0.3 / 0.61) of them are tried, 3.15; and 0.24 in 3 days.
    """
    jump = Jump(tolerance=0.3, first=2, longest=5)
    days = logs_of(jump, [10 * DAY] * 3, pull="loss", Runner__gain=0.01)
    assert days[-1] == [
        *(SAVE, ("Ager", 120.0, 120.0), RESTORE, ("Ager", 120.0, 120.0), RESTORE),
        *(("Ager", 120.0, 72.0), RESTORE, ("Ager", 120.0, 72.0), RESTORE),
        ("Ager", 120.0, 72.0),
    ]


def test_exact_log_of_a_jump_that_is_ended():
    """The event is there from 30 h on: found by halving 48 h to the second."""
    log = []
    with simulated(noted(prepared("age"), log)) as simulation:
        jumper = Jumper(simulation, Jump(tolerance=1e9, first=2))
        age = simulation.slaves["Ager"].outputs["age"]
        for _ in range(2):
            jumper.start_cycle()
            live_a_day(simulation)
            jumper.end_cycle("run")
            log.clear()
            leap = jumper.leap("run", 10 * DAY, lambda: age[0] * 24.0 >= 48.0 + 30.0)
        seen, clock = list(log), simulation.skipped
    low, high, expected = 0, 48 * 3600, [SAVE, ("Ager", 48.0, 48.0)]
    while high - low > 1:
        middle = (low + high) // 2
        expected += [RESTORE, ("Ager", 48.0, middle / 3600.0)]
        low, high = (low, middle) if middle >= 30 * 3600 else (middle, high)
    assert seen == [*expected, RESTORE, ("Ager", 48.0, 30.0)]
    assert (leap.ended, leap.length, clock) == (True, 30 * HOUR, 30 * HOUR)


def test_what_is_handed_on_at_a_jump():
    drift = [0.0, 1e-4, 2e-4, 3e-4]
    with simulated(prepared("age"), Runner__drift=drift) as simulation:
        jumper = Jumper(simulation, Jump(tolerance=1e9, first=2))
        for _ in range(2):
            jumper.start_cycle()
            live_a_day(simulation)
            jumper.end_cycle("run")
            jumper.leap("run", 10 * DAY, lambda: False)
        runner, ager, jumps = (simulation.slaves[name] for name in ("Runner", "Ager", "Jumps"))
        assert runner.outputs["count"].tolist() == [2.0, 4.0]
        assert ager.inputs["count"].tolist() == jumps.outputs["Ager.count"].tolist() == [4.0, 8.0]
        assert runner.inputs["pull"].tolist() == [4.0, 4.0]
        shift = runner.inputs["place_shift"]
        assert [round(1e7 * value) for value in shift] == [-3000, -1000, 1000, 3000]  # two days, about their mean
        at_jump = runner.outputs["place"].copy()
        simulation.tick()
        moved = runner.outputs["place"] - at_jump - shift
        assert [round(1e7 * value) for value in moved] == [0, 250, 500, 750]  # taken up once, with the step's own drift
        simulation.tick()
        assert [round(1e7 * value) for value in runner.outputs["place"] - at_jump - shift] == [0, 500, 1000, 1500]
