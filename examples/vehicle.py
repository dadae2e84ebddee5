"""Drive a car with Pack.fmu until it cannot go on: python examples/vehicle.py [--pack PACK.toml] [--output dist].

Builds the pack and a car with its driver (`vehicle_fmu.py`, a plain slave of pythonfmu), and couples Vehicle.fmu and
Pack.fmu by calls of FMPy, as a user's own script would: in every second the car steps first and tells the mean power
that it takes, the pack steps with this power and tells what it can deliver. The WLTC is repeated until the pack trips,
is empty, or the car cannot follow; then it brakes. Prints a summary; table and figure are saved in the output folder.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import fmpy
import numpy as np
from fmpy.fmi1 import FMICallException
from fmpy.simulation import instantiate_fmu
from fmpy.util import write_csv
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pythonfmu.builder import FmuBuilder

import packfmu
from packfmu.core.duration import parse_duration
from packfmu.core.errors import InputError
from packfmu.fmi.build import build_parts
from packfmu.fmi.command_line import Parser
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.block import pack_block
from packfmu.pack.parts import parts
from packfmu.usage import longitudinal_vehicle
from packfmu.usage.longitudinal_vehicle import KILOMETRES_PER_HOUR, read_trace
from packfmu.usage.profile import CYCLES

HERE = Path(__file__).parent
SPEED = read_trace(CYCLES["wltc_class3b"])[1]  # [m/s], a sample a second, at rest at both ends
STEP = 1.0  # between two exchanges [s]
POWER_MODE = 2  # load_mode of Pack.fmu: pack_power is prescribed
TOLERANCE = 2.0 * KILOMETRES_PER_HOUR  # by so much the car may be slower than the trace: UN GTR 15, Annex 6 [m/s]
SECONDS_BEHIND = 4  # in a row beyond it end the drive: UN GTR 15, Annex 8
DECELERATION = 1.0  # when the drive has ended [m/s2]
LIMITS = ("nothing", "the motor", "the power of the pack", "a trip of the pack")  # by the output limit of Vehicle.fmu
TRIPS = ("undervoltage", "overvoltage", "overcurrent", "cell_overcurrent")
OF_CAR = ("target_speed", "speed", "distance", "wheel_power", "limit")
OF_PACK = ("pack_power", "maximum_discharge_power", "pack_voltage", "pack_current_actual", "pack_soc", "pack_energy",
           "voltage_minimum", "voltage_maximum", "temperature_minimum", "temperature_maximum", *TRIPS)  # fmt: skip


class Fmu:
    """An FMU in FMPy, in its initialisation mode; variables are read and written by their names."""

    def __init__(self, path: Path, folder: str) -> None:
        description = fmpy.read_model_description(path)
        self._variables = {v.name: (v.type, v.valueReference) for v in description.modelVariables}
        fmpy.extract(path, folder)
        self.slave = instantiate_fmu(folder, description, "CoSimulation")
        self.slave.setupExperiment(startTime=0.0)
        self.slave.enterInitializationMode()

    def set(self, **values: float) -> None:
        """Write variables."""
        for name, value in values.items():
            kind, reference = self._variables[name]
            getattr(self.slave, f"set{kind}")([reference], [value])

    def get(self, *names: str) -> dict[str, float]:
        """Read variables."""
        values: dict[str, float] = {}
        for kind in ("Real", "Integer", "Boolean"):
            chosen = {name: self._variables[name][1] for name in names if self._variables[name][0] == kind}
            values |= zip(chosen, getattr(self.slave, f"get{kind}")(list(chosen.values())), strict=True)
        return values


def main(arguments: Sequence[str] | None = None) -> int:
    """Drive as the command line asks; return the exit code."""
    parser = Parser("Drive a car with Pack.fmu until it cannot go on.")
    parser.add_argument("--pack", type=Path, default=HERE / "leaf_pack.toml", help="pack file; default: the Leaf pack")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: go(chosen.pack, chosen.output))


def go(file: Path, output: Path) -> str:
    """Build both FMUs, drive, save table and figure in `output`, and return a summary."""
    pack, folder = packfmu.load(file), output / "vehicle"
    if parse_duration(f"{STEP} s") % pack.schedule.electrical:
        raise InputError(f"{file}: [schedule] electrical does not divide the {STEP:g} s between two exchanges")
    built = build_parts([pack_block(pack, parts(pack))], folder, pack.outputs.detail, platforms=(host_platform(),))
    with TemporaryDirectory() as beside:  # the script finds the model of the car in its own folder
        script, model = (shutil.copy(each, beside) for each in (HERE / "vehicle_fmu.py", longitudinal_vehicle.__file__))
        car = FmuBuilder.build_FMU(script, dest=folder, project_files=[model])
    try:
        rows, ended_by = drive(car, built["Pack"])
    except FMICallException as refused:
        raise InputError(f"{file}: an FMU does not step on: {refused}") from refused
    write_csv(output / "vehicle.csv", rows)
    draw(rows, ended_by).savefig(output / "vehicle.png", dpi=120)
    saved = ["vehicle.csv", "vehicle.png", *(str(fmu.relative_to(output)) for fmu in (Path(car), built["Pack"]))]
    return "\n".join([*summary(rows, ended_by), "", f"saved in {output}: {', '.join(saved)}"])


def drive(car_file: Path, pack_file: Path) -> tuple[NDArray[np.void], str]:
    """Drive to the end with two .fmu files; return what was recorded every second, and what ended it."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        car, pack = Fmu(car_file, one), Fmu(pack_file, other)
        pack.set(load_mode=POWER_MODE)
        car.slave.exitInitializationMode()
        pack.slave.exitInitializationMode()
        rows = [{"time": 0.0} | car.get(*OF_CAR) | pack.get(*OF_PACK)]
        ended_by = end(rows)
        while not ended_by or rows[-1]["speed"] > 0.0:
            time, now = rows[-1]["time"], rows[-1]
            target = max(now["speed"] - DECELERATION * STEP, 0.0) if ended_by else trace(time + STEP)
            car.set(target_speed=target, available_power=now["maximum_discharge_power"])
            car.set(pack_trip=ended_by.startswith(TRIPS))
            car.slave.doStep(time, STEP)
            pack.set(**car.get("pack_power"))
            pack.slave.doStep(time, STEP)
            rows.append({"time": time + STEP} | car.get(*OF_CAR) | pack.get(*OF_PACK))
            ended_by = ended_by or end(rows)
        car.slave.freeInstance()
        pack.slave.freeInstance()
    return np.array([tuple(row.values()) for row in rows], [(name, float) for name in rows[0]]), ended_by


def trace(time: float) -> float:
    """Return the speed [m/s] that the WLTC, repeated, wants at a whole second."""
    return float(SPEED[int(time) % (len(SPEED) - 1)])


def end(rows: Sequence[Mapping[str, float]]) -> str:
    """Return what ends the drive with the last row, or an empty text."""
    now = rows[-1]
    for trip in (trip for trip in TRIPS if now[trip]):
        voltages = f"{now['voltage_minimum']:.3f} to {now['voltage_maximum']:.3f} V"
        return f"{trip}, cells at {voltages}, pack current {now['pack_current_actual']:.1f} A"
    if now["pack_soc"] <= 0.0:
        return "an empty pack"
    if len(rows) >= SECONDS_BEHIND and all(is_behind(row) for row in rows[-SECONDS_BEHIND:]):
        return f"a car that cannot follow, limited by {LIMITS[int(now['limit'])]}"
    return ""


def is_behind(row: Mapping[str, float]) -> bool:
    """Whether the car is slower than the trace within a second of now."""
    return row["speed"] < min(trace(max(row["time"] + shift, 0.0)) for shift in (-1.0, 0.0, 1.0)) - TOLERANCE


def summary(rows: NDArray[np.void], ended_by: str) -> list[str]:
    """Return the figures of a drive, a line each."""
    minutes, seconds = divmod(round(rows["time"][-1]), 60)
    kilometres, energy, soc = rows["distance"][-1] / 1000.0, -rows["pack_energy"].sum() / 3600.0, rows["pack_soc"]

    def span(least: str, greatest: str, digits: int, scale: float = 1.0, zero: float = 0.0) -> str:
        return f"{scale * rows[least].min() - zero:.{digits}f} to {scale * rows[greatest].max() - zero:.{digits}f}"

    return [
        f"range                   {kilometres:.2f} km in {minutes // 60} h {minutes % 60} min {seconds} s",
        f"cycles                  {rows['time'][-1] / (len(SPEED) - 1):.2f} times WLTC class 3b",
        f"ended by                {ended_by}",
        f"energy from the pack    {energy:.0f} Wh" + (f", {energy / kilometres:.1f} Wh/km" if kilometres else ""),
        f"power into the pack     {span('pack_power', 'pack_power', 1, 1e-3)} kW",
        f"pack SOC                {soc[0]:.2%} to {soc[-1]:.2%}",
        f"pack voltage            {span('pack_voltage', 'pack_voltage', 1)} V",
        f"pack current            {span('pack_current_actual', 'pack_current_actual', 1)} A, positive into the pack",
        f"cell voltage            {span('voltage_minimum', 'voltage_maximum', 3)} V",
        f"cell temperature        {span('temperature_minimum', 'temperature_maximum', 2, zero=273.15)} degC",
    ]


def draw(rows: NDArray[np.void], ended_by: str) -> Figure:
    """Draw speed, power, SOC, and the voltages and temperatures of the cells over time."""
    figure = Figure(figsize=(12.0, 9.6), layout="constrained")
    figure.suptitle(f"{rows['distance'][-1] / 1000.0:.1f} km, ended by {ended_by}", fontsize=11)
    last = rows[-600:]
    panels = [
        ("Speed [km/h]", rows, {"target": "target_speed", "car": "speed"}, 3.6, 0.0),
        ("Speed, the last 10 minutes [km/h]", last, {"target": "target_speed", "car": "speed"}, 3.6, 0.0),
        ("Power, charging positive [kW]", rows, {"pack": "pack_power"}, 1e-3, 0.0),
        ("State of charge of the pack [%]", rows, {"pack": "pack_soc"}, 100.0, 0.0),
        ("Voltage of the cells [V]", rows, {"least": "voltage_minimum", "greatest": "voltage_maximum"}, 1.0, 0.0),
        ("Temperature of the cells [degC]", rows, {"least": "temperature_minimum", "greatest": "temperature_maximum"},
         1.0, 273.15),
    ]  # fmt: skip
    for number, (title, part, lines, scale, zero) in enumerate(panels, 1):
        axes = figure.add_subplot(3, 2, number)
        for (label, name), style in zip(lines.items(), ("-", "--"), strict=False):
            axes.plot(part["time"] / 3600.0, scale * (part[name] - zero), style, linewidth=0.9, label=label)
        axes.set(title=title, xlabel="Time [h]")
        axes.legend()
    return figure


if __name__ == "__main__":
    sys.exit(main())
