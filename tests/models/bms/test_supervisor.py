"""The supervisor: when it decides, and what it allows."""

import math

import pytest

from packfmu.models.bms import filter_states, supervisor
from packfmu.models.bms.protection import OVERCURRENT, OVERVOLTAGE, SENSOR_FAULT, TRIPS, UNDERVOLTAGE
from packfmu.models.cell import circuit

from .managed import blocks, manager

PERIOD = 60.0


@pytest.fixture(scope="module")
def made():
    instance = manager(trusted_sigma=1.0, start_spread=0.01, stop_spread=0.005)
    instance.initialize()
    return instance


@pytest.fixture
def boss(made):
    """Return a Bms that has just decided, with three groups of equal SOC."""
    made.p["trusted_sigma"] = 1.0
    made.p["voltage_error"], made.p["table_error"] = 3e-3, 2.5e-3
    made.u["balancing_allowed"] = 1.0
    made.x["tripped"] = 0.0
    made.x["estimate"][:, 0] = 0.5
    made.x["residual"], made.x["tapped"] = 0.0, 0.0
    made.x["bias"] = made.x["reading_current"] = 0.0
    supervisor.initialize(made.x, made.p, made.u, made.y)
    return made


def step(instance, h=PERIOD, soc=None, current=0.0):
    """Take a step under a current with this SOC; return whether one may charge, discharge and balance."""
    x, p, u, y, _ = blocks(instance)
    if soc is not None:
        x["estimate"][:, 0] = soc
    x["reading_current"] = current
    supervisor.supervise(x, p, u, y, h)
    return tuple(bool(y[f"{what}_enable"]) for what in ("charge", "discharge", "balancing"))


def test_balances_by_the_spread_with_hysteresis(boss):
    """Begins above 1 %, goes on down to 0.5 %."""
    for soc, expected in (
        ([0.50, 0.509, 0.50], False),
        ([0.50, 0.511, 0.50], True),
        ([0.50, 0.506, 0.50], True),
        ([0.50, 0.5051, 0.503], True),
        ([0.50, 0.5049, 0.50], False),
        ([0.50, 0.509, 0.50], False),
    ):
        assert step(boss, soc=soc) == (True, True, expected)


@pytest.mark.parametrize("h", [0.1, 1.0, 7.0, 60.0, 200.0])
def test_decides_every_period(boss, h):
    """With steps that do not fit, each decision comes with the first step at or after its time; none is moved by it."""
    boss.x["estimate"][:, 0] = 0.5, 0.52, 0.5
    time, decided = 0.0, []
    for n in range(1, round(600.0 / h) + 1):
        if step(boss, h)[2]:
            decided.append(n * h)
            boss.x["balancing"] = 0.0
        time += h
    expected = sorted({h * -(-m * PERIOD // h) for m in range(1, int(time / PERIOD + 1e-6) + 1)})
    assert decided == pytest.approx([t for t in expected if t <= time + 1e-6], abs=h if h < 1.0 else 1e-6)


@pytest.mark.parametrize(
    ("trip", "charge", "discharge"),
    [
        (OVERVOLTAGE, False, True),
        (UNDERVOLTAGE, True, False),
        (OVERCURRENT, False, False),
        (SENSOR_FAULT, False, False),
    ],
)
def test_trips_withdraw_at_once_and_the_next_decision_gives_again(boss, trip, charge, discharge):
    spread = [0.5, 0.55, 0.5]
    assert step(boss, soc=spread) == (True, True, True)
    boss.x["tripped"][trip] = 1.0
    assert step(boss, 0.1) == (charge, discharge, False)
    assert step(boss) == (charge, discharge, False)
    boss.x["tripped"][trip] = 0.0
    assert step(boss, 1.0) == (charge, discharge, False)
    assert step(boss) == (True, True, True)
    assert len(TRIPS) == len(boss.x["tripped"])


def test_full_and_empty_with_hysteresis(boss):
    boss.p["minimum_soc"], boss.p["maximum_soc"] = 0.1, 0.9
    reported = [step(boss, soc=[0.5, z, 0.5])[:2] for z in (0.89, 0.9, 0.885, 0.881, 0.879, 0.899)]
    assert reported == [(True, True)] + [(False, True)] * 3 + [(True, True)] * 2
    reported = [step(boss, soc=[0.5, z, 0.5])[:2] for z in (0.11, 0.1, 0.115, 0.119, 0.121, 0.101)]
    assert reported == [(True, True)] + [(True, False)] * 3 + [(True, True)] * 2
    boss.p["minimum_soc"], boss.p["maximum_soc"] = 0.0, 1.0


@pytest.mark.parametrize(("current", "allowed"), [(30.0, True), (0.0, True), (-0.9, True), (-1.1, False)])
def test_balances_at_rest_and_in_charge_but_not_while_driven(boss, current, allowed):
    """20 A.h: a mean discharging current of up to 1 A is no drive."""
    for _ in range(60):
        reported = step(boss, 1.0, soc=[0.5, 0.55, 0.5], current=current)
    assert reported[2] == allowed


def test_driving_back_and_forth_is_driving(boss):
    for n in range(60):
        reported = step(boss, 1.0, soc=[0.5, 0.55, 0.5], current=(20.0, -20.0)[n % 2])
    assert not reported[2]


def test_the_bias_is_no_drive(boss):
    boss.x["bias"] = -5.0
    assert step(boss, soc=[0.5, 0.55, 0.5], current=-5.5)[2]


def test_balancing_wants_permission_and_trust(boss):
    spread = [0.5, 0.55, 0.5]
    assert step(boss, soc=spread)[2]
    boss.u["balancing_allowed"] = 0.0
    assert not step(boss, 1.0)[2]
    boss.u["balancing_allowed"] = 1.0
    assert not step(boss, 1.0)[2]
    assert step(boss)[2]
    boss.p["trusted_sigma"] = 1e-6
    assert step(boss, 1.0)[2]
    assert not boss.y["soc_trusted"]
    assert not step(boss)[2]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_trusts_no_soc_whose_voltage_is_not_explained(boss, sign):
    """Slow error and residual together, averaged over ten minutes, beyond three standard deviations."""
    error, boss.x["tapped"] = filter_states.error_place(boss.p), 1.0
    slow = math.sqrt(filter_states.voltage_error(boss.x, boss.p, 1, circuit.locate(boss.p, 0.5)))
    boss.x["estimate"][1, error] = sign * 3.2 * slow
    boss.x["residual"][1] = sign * 0.8 * slow  # four in all: three after ten minutes and ln 4
    trusted = []
    for _ in range(30):
        step(boss)
        trusted.append(boss.y["soc_trusted"])
    assert trusted == [1.0] * 13 + [0.0] * 17
    boss.x["estimate"][1, error] = boss.x["residual"][1] = 0.0
    for _ in range(30):
        step(boss)
    assert boss.y["soc_trusted"] == 1.0


def test_noise_is_the_bound_where_the_table_is_exact(boss):
    boss.p["voltage_error"] = boss.p["table_error"] = 0.0
    boss.x["residual"], boss.x["tapped"] = 2.9 * boss.p["voltage_sigma"], 1.0
    step(boss, h=1e5)
    assert boss.y["soc_trusted"] == 1.0
    boss.x["residual"][0] = 3.1 * boss.p["voltage_sigma"]
    step(boss, h=1e5)
    assert boss.y["soc_trusted"] == 0.0
    boss.x["tapped"] = 0.0
    step(boss, h=1e5)
    assert boss.y["soc_trusted"] == 1.0
