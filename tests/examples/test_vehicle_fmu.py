"""The car with its driver against closed forms and conservation of energy."""

import math

import numpy as np
import pytest
import vehicle_fmu
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from vehicle_fmu import INERTIA, LEVEL, Limit, Vehicle

from packfmu.usage import longitudinal_vehicle as car
from packfmu.usage.profile import CYCLES

LEAF = car.NISSAN_LEAF
SPEEDS = st.floats(0.0, 45.0)
PLENTY = 1e6
"""Power that is no limit [W]."""


def slave(speed=0.0, **inputs):
    """Return a car that has started at a speed."""
    started = Vehicle(instance_name="car")
    started.target_speed, started.available_power = speed, PLENTY
    for name, value in inputs.items():
        setattr(started, name, value)
    started.exit_initialization_mode()
    return started


def drive(started, targets):
    """Step to each target speed in turn, a second each; return the outputs by name."""
    told = {name: [] for name in ("pack_power", "speed", "distance", "wheel_power", "speed_error", "limit")}
    for time, target in enumerate(targets):
        started.target_speed = float(target)
        assert started.do_step(float(time), 1.0)
        for name, values in told.items():
            values.append(getattr(started, name))
    return {name: np.array(values) for name, values in told.items()}


@pytest.fixture(scope="module")
def wltc():
    time, speed = car.read_trace(CYCLES["wltc_class3b"])
    return speed, drive(slave(), speed[1:]), time


def coast_down(speed, slope=0.0):
    """Integrate m dv/dt = -(F0 + F2 v^2) over a minute; the road tells F0."""
    alpha = math.atan(slope)
    weight = LEAF.mass * car.STANDARD_GRAVITY
    constant = weight * (LEAF.rolling_resistance * math.cos(alpha) + math.sin(alpha))
    quadratic = 0.5 * LEAF.air_density * LEAF.drag_area
    return solve_ivp(
        lambda _, v: -(constant + quadratic * v**2) / INERTIA, (0.0, 60.0), [speed], rtol=1e-12, atol=1e-12
    ).y[0, -1]


@pytest.mark.parametrize("slope", [0.0, -0.02, 0.01])
def test_coast_down_follows_the_differential_equation(slope):
    worst = []
    for count in (600, 1200, 2400):
        speed = 30.0
        for _ in range(count):
            speed = vehicle_fmu.speed_under_force(speed, 0.0, 60.0 / count, vehicle_fmu.road_force(slope))
        worst.append(abs(speed - coast_down(30.0, slope)))
    assert worst[0] < 1e-5  # the inner step of the FMU is 0.1 s
    assert np.log2(np.array(worst[:-1]) / worst[1:]) == pytest.approx([2.0, 2.0], abs=0.2)


def test_car_without_its_pack_coasts_down():
    coasting = slave(30.0, pack_trip=True)
    told = drive(coasting, np.full(60, 30.0))
    assert told["speed"][-1] == pytest.approx(coast_down(30.0), abs=1e-5)  # as above
    assert (told["pack_power"] == 0.0).all()
    assert told["wheel_power"] == pytest.approx(np.zeros(60), abs=1e-6)  # Newton's remainder, of some kW
    assert (told["limit"] == Limit.PACK_TRIP).all()


@given(SPEEDS, st.floats(1e3, 90e3), st.floats(0.1, 5.0))
def test_power_without_resistance_raises_the_kinetic_energy(begin, power, step):
    """Without a road and in still, thin air, v1^2 = v0^2 + 2 P d / m."""
    expected = math.sqrt(begin**2 + 2.0 * power * step / INERTIA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vehicle_fmu, "DRAG", 0.0)
        reached = vehicle_fmu.speed_under_power(begin, expected + 30.0, power, step, 0.0)
    assert reached == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("slope", [0.0, 0.08])
def test_constant_power_ends_at_the_speed_that_it_holds(slope):
    power, road, speed = 40e3, vehicle_fmu.road_force(slope), 1.0
    for _ in range(20_000):
        speed = vehicle_fmu.held_back(speed, speed + 1.0, 0.1, road, power)
    quadratic = 0.5 * LEAF.air_density * LEAF.drag_area
    (root,) = (root.real for root in np.roots([quadratic, 0.0, road, -power]) if abs(root.imag) < 1e-9)
    assert speed == pytest.approx(root, rel=1e-9)


@given(SPEEDS, SPEEDS, st.floats(0.01, 1.0))
def test_force_and_power_are_those_of_the_trace_model(begin, end, step):
    force = vehicle_fmu.force_between(begin, end, step, LEVEL)
    expected = car.wheel_power(LEAF, [0.0, step], [begin, end])[0]
    scale = INERTIA * (begin**2 + end**2) / step  # the kinetic energies cancel
    assert force * (begin + end) / 2.0 == pytest.approx(expected, rel=1e-12, abs=1e-13 * scale)
    assert vehicle_fmu.speed_under_force(begin, force, step, LEVEL) == pytest.approx(end, rel=1e-9, abs=1e-9)


@given(st.floats(0.0, 120e3))
def test_drive_gives_what_its_efficiency_leaves(electrical):
    wheels = vehicle_fmu.greatest_wheel_power(electrical)
    most = LEAF.rated_power / LEAF.drive_efficiency[-1]
    shaft = wheels / LEAF.gear_efficiency
    assert shaft / car.drive_efficiency(LEAF, shaft) == pytest.approx(min(electrical, most), rel=1e-12, abs=1e-12)


def test_driver_follows_the_wltc(wltc):
    speed, told, _ = wltc
    # the tolerance of the WLTP is 2 km/h; where nothing limits, the feed-forward leaves rounding
    assert np.abs(told["speed_error"]).max() < 1e-9
    assert (told["limit"] == Limit.NONE).all()
    assert told["distance"][-1] == pytest.approx(np.trapezoid(speed), rel=1e-12)


def test_energy_of_the_wltc_closes_from_the_pack_to_the_road(wltc):
    speed, told, time = wltc
    # at rest at both ends: what came from the wheels went into rolling and drag
    spent = car.rolling_power(LEAF, speed[:-1], speed[1:]) + car.drag_power(LEAF, speed[:-1], speed[1:])
    assert told["wheel_power"].sum() == pytest.approx(spent.sum(), rel=1e-9)
    assert told["wheel_power"] == pytest.approx(car.wheel_power(LEAF, time, speed), abs=1e-4)
    # the mean over ten steps of a nonlinear efficiency: the model of the trace takes it at the mean power
    assert told["pack_power"].sum() == pytest.approx(car.pack_power(LEAF, time, speed).sum(), rel=2e-3)
    assert -told["pack_power"].sum() > told["wheel_power"].sum()


def test_driver_corrects_what_the_slope_does():
    climbing = slave(20.0, slope=0.04)
    told = drive(climbing, np.full(30, 20.0))
    # feed-forward knows no slope: at first the error is that of a proportional controller, then the integral removes it
    force = vehicle_fmu.road_force(0.04) - LEVEL
    assert told["speed_error"].max() < force / vehicle_fmu.PROPORTIONAL
    assert told["speed_error"].max() > 0.2 * force / vehicle_fmu.PROPORTIONAL
    assert abs(told["speed_error"][-1]) < 1e-9  # 60 time constants of 1 s, of 0.3 m/s
    lifted = LEAF.mass * car.STANDARD_GRAVITY * math.sin(math.atan(0.04)) * 20.0
    rolling = (LEVEL / math.hypot(1.0, 0.04) + vehicle_fmu.DRAG * 400.0) * 20.0
    assert told["wheel_power"][-1] == pytest.approx(lifted + rolling, rel=1e-9)


def test_motor_limits_a_start_with_full_force_and_full_power():
    told = drive(slave(), np.full(15, 40.0))
    assert (told["limit"] == Limit.MOTOR).all()
    full = LEAF.rated_power * LEAF.gear_efficiency
    assert told["wheel_power"].max() == pytest.approx(full, rel=1e-9)
    force = vehicle_fmu.PEAK_FORCE - LEVEL
    scale = math.sqrt(force / vehicle_fmu.DRAG)  # m dv/dt = F - F0 - F2 v^2 from rest
    first = scale * math.tanh(math.sqrt(force * vehicle_fmu.DRAG) / INERTIA)
    assert told["speed"][0] == pytest.approx(first, rel=1e-5)  # inner steps of 0.1 s


@pytest.mark.parametrize("available", [0.0, 100.0, 8e3, 40e3])
def test_car_takes_no_more_than_the_margin_leaves(available):
    told = drive(slave(10.0, available_power=available), np.full(60, 40.0))
    # less than the auxiliaries take there is no drive
    allowed = max(0.95 * available, LEAF.auxiliary_power)
    assert -told["pack_power"].min() == pytest.approx(allowed, rel=1e-9)
    assert (told["limit"] == Limit.PACK_POWER).all()


def test_integral_does_not_wind_up_behind_a_limit():
    weak = slave(10.0, available_power=5e3)
    drive(weak, np.full(120, 40.0))
    weak.available_power = PLENTY
    told = drive(weak, np.append(np.full(60, 40.0), np.full(20, 40.0)))
    assert told["speed"].max() < 40.0 + 2.0 * car.KILOMETRES_PER_HOUR


@pytest.mark.parametrize("slope", [-0.1, 0.0, 0.1])
def test_car_stands_on_any_slope(slope):
    told = drive(slave(0.0, slope=slope), np.zeros(20))
    assert (told["speed"] == 0.0).all()
    assert (told["pack_power"] == -LEAF.auxiliary_power).all()


def test_stop_ends_at_rest():
    told = drive(slave(20.0), np.append(np.linspace(19.0, 0.0, 20), np.zeros(10)))
    assert told["speed"][-1] == 0.0
    assert told["speed_error"] == pytest.approx(np.zeros(30), abs=1e-9)
    assert told["pack_power"].max() > 0.0


@pytest.mark.parametrize("value", [-1.0, math.nan])
@pytest.mark.parametrize("name", ["target_speed", "available_power"])
def test_nonsense_is_refused_and_changes_nothing(name, value):
    refusing = slave(10.0)
    setattr(refusing, name, value)
    assert not refusing.do_step(0.0, 1.0)
    assert refusing.speed == 10.0
    assert refusing.distance == 0.0
    assert "must be at least 0" in refusing.log_queue[-1].msg


@given(SPEEDS, SPEEDS, st.floats(-0.15, 0.15), st.floats(0.0, 100e3), st.booleans())
def test_energy_of_any_step_closes(begin, target, slope, available, trip):
    started = slave(begin, slope=slope, available_power=available, pack_trip=trip)
    told = drive(started, [target])
    assert told["speed"][0] >= 0.0
    into_pack = told["pack_power"][0] + (0.0 if trip else LEAF.auxiliary_power)
    assert into_pack <= max(-told["wheel_power"][0], 0.0) + 1e-6 * abs(told["wheel_power"][0]) + LEAF.regeneration_limit
    assert -told["pack_power"][0] <= max(0.95 * available, LEAF.auxiliary_power) * (1.0 + 1e-9)
    height = told["distance"][0] * math.sin(math.atan(slope))
    potential = LEAF.mass * car.STANDARD_GRAVITY * height
    kinetic = 0.5 * INERTIA * (told["speed"][0] ** 2 - begin**2)
    rolling = LEAF.rolling_resistance * LEAF.mass * car.STANDARD_GRAVITY * told["distance"][0] / math.hypot(1.0, slope)
    drag = told["wheel_power"][0] - kinetic - potential - rolling
    fastest = max(begin, told["speed"][0], target) + abs(slope) * car.STANDARD_GRAVITY * 1.0
    # between no air and the fastest speed all the time; energies of up to 2 MJ are rounded
    assert -1e-6 <= drag <= vehicle_fmu.DRAG * fastest**2 * told["distance"][0] + 1e-6
