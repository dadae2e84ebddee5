"""A whole Bms on a simulated pack: what it estimates, allows and forbids, and that its memory holds its whole state."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.bms import bms
from packfmu.models.bms.protection import OVERCURRENT, TRIPS
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.cell.kind import in_parallel
from packfmu.models.network import network
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF

from ..cells import invented_cell
from .managed import GROUPS, PARALLEL, manager

CELLS = GROUPS * PARALLEL
KIND = invented_cell()


class Pack:
    """Three groups of two cells on their network, and the Bms that watches them.

    Parameters
    ----------
    soc : (3,) array_like
        State of charge of the groups.
    start
        Start values of the Bms.
    """

    def __init__(self, soc, **start):
        cells = cell_ecm.declare(CELLS, KIND).with_start({"initial_soc": np.repeat(soc, PARALLEL)})
        self.cell = Instance(cells)
        self.network = Instance(network.declare(GROUPS, PARALLEL, False, KIND.nodes))
        self.network.p["capacity"] = KIND.capacity
        self.bms = manager(**start)
        self.time = 0.0
        self.cell.initialize()
        self.exchange()
        self.network.initialize()
        self.bms.u["group_voltage"] = self.voltages()
        self.bms.initialize()

    def voltages(self):
        return self.cell.y["voltage"].reshape(GROUPS, PARALLEL).mean(axis=1)

    def exchange(self):
        for name in ("emf", "resistance", "soc"):
            self.network.u[name] = self.cell.y[name]

    def step(self, current, h=1.0):
        """Carry a pack current [A] for h [s]; return the outputs of the Bms."""
        self.network.u["pack_current"] = current
        assert self.network.advance(self.time, h) == DONE
        self.cell.u["current"] = self.network.y["current"]
        assert self.cell.advance(self.time, h) == DONE
        self.exchange()
        inputs = self.bms.u
        inputs["group_voltage"], inputs["pack_current"], inputs["present_current"] = self.voltages(), current, current
        assert self.bms.advance(self.time, h) == DONE
        self.time += h
        return self.bms.y

    def soc(self):
        return self.cell.y["soc"].reshape(GROUPS, PARALLEL).mean(axis=1)


def drive(seconds, seed=0):
    """Return a pack current a second [A]: pulses of 10 s, discharging 0.3 C in the mean, charging now and then."""
    random = np.random.default_rng(seed)
    return np.repeat(random.normal(-6.0, 12.0, seconds // 10), 10)


@pytest.fixture(scope="module")
def driven():
    """Return a pack and what its Bms reported: half an hour's drive, then half an hour's rest."""
    pack = Pack([0.70, 0.73, 0.715], initial_soc=0.65, initial_soc_sigma=0.1, rest_time=600.0, seed=1)
    reported = [pack.bms.y.copy()]
    reported += [pack.step(current).copy() for current in np.concatenate([drive(1800), np.zeros(1800)])]
    return pack, {name: np.array([outputs[name] for outputs in reported]) for name in pack.bms.y.names}


def test_estimates_come_true(driven):
    """From 5 to 8 % off, sensors noisy: within 1 % and three of its own standard deviations; the spread too."""
    pack, reported = driven
    last = {name: values[-1] for name, values in reported.items()}
    assert np.abs(last["group_soc"] - pack.soc()).max() < 0.01
    assert (np.abs(last["group_soc"] - pack.soc()) < 3.0 * last["soc_sigma"]).all()
    assert np.ptp(last["group_soc"]) == pytest.approx(np.ptp(pack.soc()), abs=0.005)
    assert last["pack_soc"] == pytest.approx(pack.network.y["pack_soc"], abs=0.01)
    assert last["soc_trusted"] == 1.0
    assert reported["soc_trusted"][0] == 0.0
    assert abs(last["current_bias"]) < 3.0 * last["current_bias_sigma"]
    # counting alone keeps the error of its start
    assert last["counted_soc"] == pytest.approx(pack.soc() - [0.05, 0.08, 0.065], abs=0.005)


def test_the_health_of_new_cells_is_good(driven):
    _, reported = driven
    assert reported["soh_capacity"] == pytest.approx(1.0, abs=0.1)
    assert reported["soh_resistance"] == pytest.approx(1.0, abs=0.2)
    assert reported["group_capacity"] == pytest.approx(PARALLEL * KIND.capacity, rel=0.1)


def test_nothing_trips_on_a_drive(driven):
    _, reported = driven
    assert all(not reported[name].any() for name in TRIPS)
    assert reported["charge_enable"].all()
    assert reported["discharge_enable"].all()


def test_balancing_waits_for_rest_and_trust(driven):
    """3 % of spread: allowed within a period and the rest's first minute, not while driven."""
    _, reported = driven
    assert not reported["balancing_enable"][:1800].any()
    assert reported["balancing_enable"][1800 + 120 :].all()


def test_limits_are_plausible(driven):
    """Shorter may be stronger, nothing beyond the pack's limits, power is current times some voltage of the pack."""
    _, reported = driven
    for way, most in (("charge", 40.0), ("discharge", 80.0)):
        current, power = reported[f"{way}_current"], reported[f"{way}_power"]
        assert (current > 0.0).all()
        assert (current <= most).all()
        assert (np.diff(current, axis=1) <= 1e-6).all()
        assert (power >= 0.97 * 3 * 2.8 * current).all()
        assert (power <= 1.03 * 3 * 4.2 * current).all()


def test_resting_is_seen(driven):
    _, reported = driven
    assert not reported["resting"][:1800].any()
    assert list(np.flatnonzero(np.diff(reported["resting"]))) == [1800 + 600 - 1]


def test_time_constants_there_are_none(driven):
    _, reported = driven
    assert (reported["timescale_slowest"] == 0.0).all()


def test_charging_by_its_limits_trips_nothing():
    """The current of 10 s, followed every second, brings the fullest group to its limit and not beyond by 1 %."""
    pack = Pack([0.80, 0.85, 0.82], initial_soc=[0.80, 0.85, 0.82], initial_soc_sigma=0.01, seed=2)
    current, highest = pack.bms.y["charge_current"][1], 0.0
    for _ in range(3000):
        y = pack.step(current)
        current = y["charge_current"][1]
        highest = max(highest, pack.voltages().max())
        assert not any(y[name] for name in TRIPS)
    assert current < 4.0
    assert pack.soc().max() > 0.95
    assert 4.15 < highest < 1.01 * 4.2


@pytest.mark.parametrize(
    ("h", "horizon", "share"),
    [(0.1, 0, 1.0), (2.0, 0, 1.0), (2.0 + 1e-12, 0, 1.0), (2.1, 1, 1.0), (10.0, 1, 1.0), (20.0, 2, 1.0),
     (30.0, 2, 1.0), (60.0, 2, 0.5)],
)  # fmt: skip
def test_what_is_allowed_is_good_for_a_step(h, horizon, share):
    """Of a Bms that steps by h, the first horizon that reaches over it; before its first step the longest one."""
    instance = manager(initial_soc=0.95, initial_soc_sigma=0.01, group_voltage=4.15)
    instance.initialize()
    for place, part in ((2, 1.0), (horizon, share)):
        for way in ("charge", "discharge"):
            expected = part * instance.y[f"{way}_current"][place]
            assert instance.y[f"{way}_current_limit"] == pytest.approx(expected, rel=1e-9)  # a step's rounding
            assert instance.y[f"{way}_current_limit"] > 0.0
        assert instance.advance(0.0, h) == DONE
    instance.x["tripped"][OVERCURRENT] = 1.0
    assert instance.advance(h, h) == DONE
    assert (instance.y["charge_current_limit"], instance.y["discharge_current_limit"]) == (0.0, 0.0)


def test_pulls_the_plug_where_limits_are_ignored():
    """Overcharged at 20 A: overvoltage bars charging, the current is 0 then, and discharging stays allowed."""
    pack = Pack([0.97, 0.98, 0.97], initial_soc=[0.97, 0.98, 0.97], initial_soc_sigma=0.01)
    voltages = []
    for _ in range(400):
        y = pack.step(20.0)
        voltages.append(pack.voltages().max())
        if y["overvoltage"]:
            break
    beyond = np.argmax(np.array(voltages) > 4.25)
    assert y["overvoltage"] == 1.0
    assert abs(len(voltages) - 1 - (beyond + 5)) <= 3  # noise of 0.5 mV may start or break the 5 s
    assert (y["charge_enable"], y["discharge_enable"], y["balancing_enable"]) == (0.0, 1.0, 0.0)
    assert (y["charge_current"] == 0.0).all()
    assert (y["charge_power"] == 0.0).all()
    assert (y["discharge_power"] > 0.0).all()


def test_a_torn_wire_is_a_sensor_fault():
    pack = Pack([0.5, 0.5, 0.5], initial_soc=0.5, initial_soc_sigma=0.01)
    pack.bms.p["voltage_sensor_gain"][1] = 0.0
    reported = [pack.step(-5.0)["sensor_fault"] for _ in range(15)]
    assert reported == [0.0] * 10 + [1.0] * 5
    assert (pack.bms.y["discharge_current"] == 0.0).all()


def test_the_memory_is_the_whole_state():
    """Put back, the same inputs give the same outputs, noise included, to the last bit."""
    pack = Pack([0.6, 0.62, 0.61], initial_soc=0.6, voltage_sensor_delay=3)
    for current in drive(50):
        pack.step(current)
    kept = [instance.memory.copy() for instance in (pack.cell, pack.network, pack.bms)]
    first = [pack.step(current).memory.tobytes() for current in drive(80, 1)]
    for instance, memory in zip((pack.cell, pack.network, pack.bms), kept, strict=True):
        instance.memory[:] = memory
    assert [pack.step(current).memory.tobytes() for current in drive(80, 1)] == first


CONTRADICTIONS = [
    ({"minimum_voltage": 4.2}, r"minimum_voltage = 4\.2 V must be below maximum_voltage = 4\.2 V"),
    ({"minimum_soc": 0.6, "maximum_soc": 0.4}, r"minimum_soc = 0\.6 must be below maximum_soc = 0\.4"),
    ({"voltage_sensor_maximum": -1.0}, r"voltage_sensor_minimum = 0 V must be below voltage_sensor_maximum = -1 V"),
    ({"temperature_sensor_minimum": 400.0}, r"temperature_sensor_minimum = 400 K must be below"),
    ({"undervoltage_threshold": 2.9}, r"undervoltage_threshold = 2\.9 V must not exceed minimum_voltage = 2\.8 V"),
    ({"overvoltage_threshold": 4.1}, r"maximum_voltage = 4\.2 V must not exceed overvoltage_threshold = 4\.1 V"),
    ({"undertemperature_threshold": 260.0}, r"undertemperature_threshold = 260 K must not exceed"),
    ({"overtemperature_threshold": 320.0}, r"must not exceed overtemperature_threshold = 320 K"),
    ({"minimum_charge_temperature": 330.0}, r"minimum_charge_temperature = 330 K must be below maximum_temperature"),
    ({"overcurrent_charge_threshold": 39.0}, r"must not exceed overcurrent_charge_threshold = 39 A"),
    ({"overcurrent_discharge_threshold": 79.0}, r"must not exceed overcurrent_discharge_threshold = 79 A"),
    ({"stop_spread": 0.05}, r"stop_spread = 0\.05 must not exceed start_spread = 0\.02"),
]


@pytest.mark.parametrize(("start", "message"), CONTRADICTIONS)
def test_contradicting_parameters_are_refused_and_named(start, message):
    instance = manager(**start)
    instance.initialize()
    before = instance.memory.copy()
    status = instance.advance(0.0, 1.0)
    assert status != DONE
    assert np.all(instance.memory == before)
    with pytest.raises(ValueError, match=message):
        raise ValueError(instance.refusal(status))


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0)])
def test_needs_groups_and_cells(numbers):
    with pytest.raises(InputError, match="= 0 must be at least 1"):
        bms.declare(*numbers, KIND)


def test_parameters_are_those_of_a_group():
    """Two cells of the Leaf: twice the capacity and the currents, half the resistance, the same time constants."""
    model = bms.declare(96, 2, LEAF)
    assert model.variable("capacity").start_values() == pytest.approx(2 * 112850.0)
    assert model.variable("ohmic_resistance").start_values() == pytest.approx(0.5 * LEAF.ohmic_resistance)
    pair = in_parallel(LEAF, 2)
    assert pair.polarisation_resistance * pair.polarisation_capacitance == pytest.approx(
        LEAF.polarisation_resistance * LEAF.polarisation_capacitance
    )
    assert model.variable("maximum_discharge_current").start_values() == 312.5
    assert model.variable("overvoltage_threshold").start_values() == 4.25
    assert model.variable("temperature").count == 192
    assert model.variable("measured_temperature").count == 12


def test_an_empty_and_a_full_group_leave_no_charge_and_no_room():
    instance = manager(initial_soc=[0.0, 0.5, 1.0])
    instance.initialize()
    assert instance.y["pack_soc"] == 0.0
    for variable in instance.model.outputs:
        assert np.all(np.isfinite(instance.y[variable.name])), variable.name
