"""The management of a module in which cells run away: whether it finds that by its own sensors, and when."""

from pathlib import Path

import numpy as np
import pytest

from packfmu.core.bounds import LARGE
from packfmu.core.duration import parse_duration, seconds
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling import kernels
from packfmu.coupling.schedule import make_plan
from packfmu.pack.block import kernel_pack, periods
from packfmu.pack.parts import parts
from tests.interpreted import InterpretedInstance
from tests.pack.layout.burning import module

GREATEST = 328.15
"""Greatest temperature of operation [K]."""


def watched(folder: Path, period, sensor, duration, start=298.15, **figures):
    """Return the temperature of the cell that the sensor sits on [K], second by second, and when an event is found."""
    bms = {"detection": True, "temperature_sensors": [sensor], **figures}
    heat = {"initial_temperature": start, "board_convection": 0.5}
    pack = module(3, periods=("1 s", period, period), bms=bms, thermal=heat)
    system, output = kernel_pack(parts(pack)), folder / "run.nc"
    names = {"temperature": "Thermal.temperature", "found": "Bms.thermal_event_time", "event": "Bms.thermal_event"}
    run(system, make_plan(system, periods(pack.schedule)), Experiment(duration * 10**9, record=names, output=output))
    results = load(output)
    found = float(results["found"].values[-1])
    assert bool(results["event"].values[-1]) == (found < LARGE)
    return results["temperature"].values[:, sensor - 1], found


def risen(temperature, period):
    """Return when a sample first differs from the one before by 1 K/s, for 3 s or a step, above the range [s]."""
    samples, count = temperature[::period], max(1, 3 // period)
    fast = np.convolve(np.diff(samples) >= period, np.ones(count))[: len(samples) - 1] > count - 0.5
    return period * (1 + int(np.argmax(fast & (samples[1:] >= GREATEST))))


@pytest.mark.parametrize(("period", "duration"), [("1 s", 10), ("10 s", 30)])
def test_an_event_is_found_within_a_sample_of_the_rise(period, duration, tmp_path, monkeypatch):
    """The Bms reads the temperatures that the thermal network told at the end of the step before."""
    monkeypatch.setattr(kernels, "Instance", InterpretedInstance)
    temperature, found = watched(tmp_path, period, 1, duration, 322.0)
    h = round(seconds(parse_duration(period)))
    rise = risen(temperature, h)
    assert 4 <= rise <= 10
    assert rise < found <= rise + h


@pytest.mark.campaign
@pytest.mark.parametrize(("rate", "found"), [(1.0, LARGE), (0.5, 150.0)])
def test_a_neighbour_is_warmed_slower_than_the_rate_of_the_standard(rate, found, tmp_path):
    """By 0.95 K/s in the mean of samples of 10 s, up to the end of the sensor's range: its own rise comes later."""
    assert watched(tmp_path, "10 s", 2, 780, thermal_event_rate=rate)[1] == found
