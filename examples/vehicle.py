"""Drive a car with Pack.fmu until it cannot go on: python examples/vehicle.py [--pack PACK.toml] [--output dist].

Builds Pack.fmu for this machine and a car with its driver (examples/vehicle_fmu.py, a plain slave of pythonfmu), and
couples them by calls of FMPy as a user's own script would: in every second the car steps first and tells the mean power
that it takes, the pack steps with this power and tells what it can deliver. The WLTC is repeated until the pack trips,
is empty, or the car cannot follow; then it brakes. Prints a summary; table and figure are saved in the output folder.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from ctypes import byref
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import fmpy
import numpy as np
from fmpy import fmi2
from fmpy.fmi1 import FMICallException
from fmpy.logging import addLoggerProxy
from numpy.typing import NDArray
from pythonfmu.builder import FmuBuilder
from tqdm import tqdm
from vehicle_report import Journey, save_figure, save_table, summary

from packfmu.core.duration import format_duration, parse_duration
from packfmu.core.errors import InputError
from packfmu.core.interruption import interruption_put_off
from packfmu.fmi.build import PATIENCE, build_parts
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import claimed, replacing
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.block import pack_block
from packfmu.pack.file import Pack, load_pack
from packfmu.pack.parts import parts
from packfmu.usage import longitudinal_vehicle
from packfmu.usage.longitudinal_vehicle import KILOMETRES_PER_HOUR, read_trace
from packfmu.usage.profile import CYCLES

EXAMPLES = Path(__file__).parent
LEAF_PACK = EXAMPLES / "leaf_pack.toml"
WLTC = CYCLES["wltc_class3b"]

STEP = 1.0  # communication step [s]: the trace's
POWER_MODE = 2  # load_mode of Pack.fmu: pack_power is prescribed

OF_VEHICLE = ("target_speed", "speed", "distance", "wheel_power")
OF_PACK = (
    *("pack_power", "maximum_discharge_power", "pack_voltage", "pack_current_actual", "pack_soc", "pack_energy"),
    *("voltage_minimum", "voltage_maximum", "temperature_minimum", "temperature_maximum"),
)
COLUMNS = ("time", *OF_VEHICLE, *OF_PACK)
"""What is recorded, under the names of the FMUs."""

TRIPS = ("undervoltage", "overvoltage", "overcurrent", "cell_overcurrent")
"""Outputs of Pack.fmu that end the drive."""

INTERRUPTED = "an interruption"

LIMITS = ("nothing", "the motor", "the power of the pack", "a trip of the pack")
"""What the output `limit` of Vehicle.fmu stands for."""

TOLERANCE = 2.0 * KILOMETRES_PER_HOUR
"""By so much the car may be slower than the trace within a second [m/s]: UN GTR 15, Annex 6."""

SECONDS_BEHIND = 4
"""After so many in a row beyond the tolerance the drive ends: UN GTR 15, Annex 8, break-off criterion."""

DECELERATION = 1.0
"""Of the car when the drive has ended [m/s^2]."""

_told: dict[str, str] = {}
"""The last message of each FMU that was not a mere note."""


def _listen(_: int | None, instance: bytes, status: int, category: bytes, message: bytes) -> None:
    if status != fmi2.fmi2OK:
        _told[instance.decode()] = " ".join(message.decode(errors="replace").split())


_callbacks = fmi2.fmi2CallbackFunctions()
_callbacks.logger = fmi2.fmi2CallbackLoggerTYPE(_listen)
_callbacks.allocateMemory = fmi2.fmi2CallbackAllocateMemoryTYPE(fmpy.calloc)
_callbacks.freeMemory = fmi2.fmi2CallbackFreeMemoryTYPE(fmpy.free)


class RefusedStepError(Exception):
    """An FMU does not step; the message names it and tells why."""


class Fmu:
    """An FMU in FMPy, ready for start values; its variables by name.

    Parameters
    ----------
    path : Path
        The .fmu file.
    folder : str
        An empty folder for what is in it.
    """

    def __init__(self, path: Path, folder: str) -> None:
        description = fmpy.read_model_description(path)
        self.name = path.name
        self.references = {variable.name: variable.valueReference for variable in description.modelVariables}
        self.wall_time = 0.0
        fmpy.extract(path, folder)
        self.slave = fmi2.FMU2Slave(
            guid=description.guid,
            modelIdentifier=description.coSimulation.modelIdentifier,
            unzipDirectory=folder,
            instanceName=path.name,
        )
        addLoggerProxy(byref(_callbacks))
        self.slave.instantiate(callbacks=_callbacks)
        self.slave.setupExperiment(startTime=0.0)
        self.slave.enterInitializationMode()

    def refer(self, *names: str) -> list[int]:
        """Return the value references of variables."""
        return [self.references[name] for name in names]

    def step(self, time: float) -> None:
        """Step on from a time [s] and count the time that it takes; RefusedStepError where it refuses."""
        begin = perf_counter()
        try:
            self.slave.doStep(time, STEP)
        except FMICallException as error:
            reason = _told.get(self.name, error)
            raise RefusedStepError(f"{self.name}, which does not step from t = {time:g} s: {reason}") from error
        self.wall_time += perf_counter() - begin


class Coupling:
    """A car and its pack on the road, and what is recorded of them, a row a second.

    Parameters
    ----------
    vehicle, pack : Fmu
        Instances in the initialisation mode.
    speed : (samples,) array
        The trace, a sample a second, repeated; at rest at both ends [m/s].
    """

    def __init__(self, vehicle: Fmu, pack: Fmu, speed: NDArray[np.float64]) -> None:
        self.rows: list[list[float]] = []
        self._vehicle, self._pack, self._speed = vehicle, pack, speed
        self._seconds_behind = 0
        pack.slave.setInteger(pack.refer("load_mode"), [POWER_MODE])
        vehicle.slave.exitInitializationMode()
        pack.slave.exitInitializationMode()
        self._record(0)

    @property
    def time(self) -> int:
        """Whole seconds since the start."""
        return len(self.rows) - 1

    def last(self, column: str) -> float:
        """Return what was recorded last in a column."""
        return self.rows[-1][COLUMNS.index(column)]

    def target(self, time: int) -> float:
        """Return the speed [m/s] that the trace wants at a time [s]."""
        return float(self._speed[time % (len(self._speed) - 1)])

    def step(self, target: float) -> None:
        """Drive on for a second, to a target speed [m/s]."""
        vehicle, pack, time = self._vehicle, self._pack, self.time
        values = [target, self.last("maximum_discharge_power")]
        vehicle.slave.setReal(vehicle.refer("target_speed", "available_power"), values)
        vehicle.step(time)
        pack.slave.setReal(pack.refer("pack_power"), vehicle.slave.getReal(vehicle.refer("pack_power")))
        pack.step(time)
        self._record(time + 1)

    def end(self) -> str:
        """Return what ends the drive here, or an empty text."""
        for name, tripped in zip(TRIPS, self._pack.slave.getBoolean(self._pack.refer(*TRIPS)), strict=True):
            if tripped:
                voltages = f"cells at {self.last('voltage_minimum'):.3f} to {self.last('voltage_maximum'):.3f} V"
                return f"{name}, {voltages}, pack current {self.last('pack_current_actual'):.1f} A"
        if self.last("pack_soc") <= 0.0:
            return "an empty pack"
        slowest = min(self.target(time) for time in range(max(self.time - 1, 0), self.time + 2))
        behind = self.last("speed") < slowest - TOLERANCE
        self._seconds_behind = self._seconds_behind + 1 if behind else 0
        if self._seconds_behind < SECONDS_BEHIND:
            return ""
        limit = self._vehicle.slave.getInteger(self._vehicle.refer("limit"))[0]
        return f"a car that cannot follow, limited by {LIMITS[limit]}"

    def brake(self, tripped: bool) -> None:
        """Bring the car to a stop; a pack that has tripped is switched off."""
        self._vehicle.slave.setBoolean(self._vehicle.refer("pack_trip"), [tripped])
        while self.last("speed") > 0.0:
            self.step(max(self.last("speed") - DECELERATION, 0.0))

    def _record(self, time: float) -> None:
        of_vehicle, of_pack = self._vehicle.refer(*OF_VEHICLE), self._pack.refer(*OF_PACK)
        self.rows.append([time, *self._vehicle.slave.getReal(of_vehicle), *self._pack.slave.getReal(of_pack)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Drive as the command line asks; return the exit code."""
    parser = Parser("Drive a car with Pack.fmu until it cannot go on.")
    parser.add_argument("--pack", type=Path, default=LEAF_PACK, help="pack file; default: the Leaf pack")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: go(load_pack(chosen.pack), chosen.output))


def go(pack: Pack, output: Path) -> str:
    """Build both FMUs, drive, save the results in `output`, and return a summary."""
    vehicle, table, figure = (output / name for name in ("vehicle/Vehicle.fmu", "vehicle.csv", "vehicle.png"))
    if parse_duration(f"{STEP} s") % pack.schedule.electrical:
        period = format_duration(pack.schedule.electrical)
        raise InputError(f"[schedule] electrical = {period} does not divide the {STEP:g} s between two exchanges")
    with claimed(vehicle, table, figure):
        block = pack_block(pack, parts(pack))
        native = build_parts([block], vehicle.parent, pack.outputs.detail, platforms=(host_platform(),))["Pack"]
        build_vehicle(vehicle)
        journey = drive(vehicle, native, read_trace(WLTC)[1])
        save_table(journey, table)
        save_figure(journey, figure)
        if journey.interruption is not None:
            raise journey.interruption
        saved = f"saved in {output}: {', '.join(str(p.relative_to(output)) for p in (table, figure, vehicle, native))}"
        return "\n".join([*summary(journey), "", saved])


def build_vehicle(target: Path) -> None:
    """Build the car's FMU by pythonfmu's own builder."""
    script, imported = EXAMPLES / "vehicle_fmu.py", Path(longitudinal_vehicle.__file__)
    with TemporaryDirectory() as folder, replacing(target) as draft:
        shutil.copyfile(FmuBuilder.build_FMU(script, dest=folder, project_files=[imported]), draft)


def drive(vehicle: Path, pack: Path, speed: NDArray[np.float64]) -> Journey:
    """Drive to the end with two .fmu files.

    Parameters
    ----------
    vehicle, pack : Path
        Vehicle.fmu and Pack.fmu.
    speed : (samples,) array
        The trace, a sample a second, repeated; at rest at both ends [m/s].

    Returns
    -------
    Journey
        What was recorded, and what ended it.
    """
    with ExitStack() as stack:
        fmus = [Fmu(path, stack.enter_context(TemporaryDirectory())) for path in (vehicle, pack)]
        for fmu in fmus:
            stack.callback(fmu.slave.freeInstance)
        check_interrupt = stack.enter_context(interruption_put_off())
        begin, ended = perf_counter(), None
        coupling = Coupling(*fmus, speed)
        progress = stack.enter_context(tqdm(desc="driving", unit=" s", delay=PATIENCE, disable=None, leave=False))
        try:
            while not (ended_by := coupling.end()):
                coupling.step(coupling.target(coupling.time + 1))
                progress.update()
                check_interrupt()
            coupling.brake(tripped=ended_by.startswith(TRIPS))
        except RefusedStepError as refused:
            ended_by = f"{ended_by}; then {refused}" if ended_by else str(refused)
        except KeyboardInterrupt as interruption:
            ended_by, ended = INTERRUPTED, interruption
        recorded = dict(zip(COLUMNS, np.array(coupling.rows).T, strict=True))
        return Journey(recorded, ended_by, len(speed) - 1, perf_counter() - begin, fmus[1].wall_time, ended)


if __name__ == "__main__":
    sys.exit(main())
