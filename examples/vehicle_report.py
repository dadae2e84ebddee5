"""What examples/vehicle.py tells of a drive: a summary, a table and a figure."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from packfmu.fmi.files import replacing
from packfmu.usage.longitudinal_vehicle import KILOMETRES_PER_HOUR

Values = NDArray[np.float64]

UNITS = {
    "time": "s",
    "target_speed": "m/s",
    "speed": "m/s",
    "distance": "m",
    "wheel_power": "W",
    "pack_power": "W",
    "maximum_discharge_power": "W",
    "pack_voltage": "V",
    "pack_current_actual": "A",
    "pack_soc": "1",
    "pack_energy": "J",
    "voltage_minimum": "V",
    "voltage_maximum": "V",
    "temperature_minimum": "K",
    "temperature_maximum": "K",
}
CELSIUS = 273.15
LAST_MINUTES = 600
"""Seconds at the end of the drive that have a panel of their own."""


@dataclass(frozen=True, eq=False)
class Journey:
    """A drive that has ended.

    Parameters
    ----------
    recorded : mapping of str to (rows,) array
        By the names of `UNITS`, a row a second from the start; powers, currents and energies of the second before.
    ended_by : str
        What ended it.
    cycle : int
        Length of the trace [s].
    wall_time, pack_wall_time : float
        Of the whole drive, and of the steps of Pack.fmu alone [s].
    interruption : KeyboardInterrupt or None
        What is to be raised again once the results are saved.
    """

    recorded: dict[str, Values]
    ended_by: str
    cycle: int
    wall_time: float
    pack_wall_time: float
    interruption: KeyboardInterrupt | None = None

    @property
    def end(self) -> float:
        """When it ended [s]."""
        return float(self.recorded["time"][-1])

    def span(self, name: str, digits: int, scale: float = 1.0, zero: float = 0.0) -> str:
        """Return the range of a column over the drive, or of its _minimum and _maximum, as text."""
        least, greatest = (name, name) if name in UNITS else (f"{name}_minimum", f"{name}_maximum")
        bounds = self.recorded[least].min(), self.recorded[greatest].max()
        return " to ".join(f"{scale * (bound - zero):.{digits}f}" for bound in bounds)


def summary(journey: Journey) -> list[str]:
    """Return the figures of a drive, a line each."""
    recorded, end = journey.recorded, journey.end
    kilometres, energy = recorded["distance"][-1] / 1000.0, -recorded["pack_energy"].sum() / 3600.0
    soc, share = recorded["pack_soc"], journey.pack_wall_time / journey.wall_time
    speed = end / journey.wall_time, end / journey.pack_wall_time if journey.pack_wall_time else 0.0
    return [
        f"range                   {kilometres:.2f} km in {duration(end)}",
        f"cycles                  {end / journey.cycle:.2f} times WLTC class 3b",
        f"ended by                {journey.ended_by}",
        f"energy from the pack    {energy:.0f} Wh" + (f", {energy / kilometres:.1f} Wh/km" if kilometres else ""),
        f"power into the pack     {journey.span('pack_power', 1, 1e-3)} kW",
        f"pack SOC                {soc[0]:.2%} to {soc[-1]:.2%}",
        f"pack voltage            {journey.span('pack_voltage', 1)} V",
        f"pack current            {journey.span('pack_current_actual', 1)} A, positive into the pack",
        f"cell voltage            {journey.span('voltage', 3)} V",
        f"cell temperature        {journey.span('temperature', 2, zero=CELSIUS)} degC",
        f"real-time factor        {speed[0]:.0f} ({journey.wall_time:.1f} s); "
        f"Pack.fmu alone {speed[1]:.0f}, {share:.0%} of the time",
    ]


def duration(seconds: float) -> str:
    """Return a time in hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min {rest} s"


def save_table(journey: Journey, path: Path) -> None:
    """Save what was recorded as comma-separated values, a row a second; InputError where that fails."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(f"{name} [{unit}]" for name, unit in UNITS.items())
        rows = np.column_stack([journey.recorded[name] for name in UNITS])
        writer.writerows([f"{value:.12g}" for value in row] for row in rows)


def save_figure(journey: Journey, path: Path) -> None:
    """Save a figure of the drive; InputError where that fails."""
    figure = Figure(figsize=(12.0, 9.6), layout="constrained")
    figure.suptitle(f"{journey.recorded['distance'][-1] / 1000.0:.1f} km, ended by {journey.ended_by}", fontsize=11)
    panels = [figure.add_subplot(3, 2, number) for number in range(1, 7)]
    _speed(panels[0], journey, 0)
    _speed(panels[1], journey, max(len(journey.recorded["time"]) - LAST_MINUTES, 0))
    _lines(panels[2], journey, "Power, charging positive", "kW", ("pack_power",), 1e-3)
    _lines(panels[3], journey, "State of charge of the pack", "%", ("pack_soc",), 100.0)
    _lines(panels[4], journey, "Voltage of the cells", "V", ("voltage_minimum", "voltage_maximum"))
    _lines(
        panels[5], journey, "Temperature of the cells", "degC", ("temperature_minimum", "temperature_maximum"),
        zero=CELSIUS,
    )  # fmt: skip
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=120)


def _lines(
    axes: Axes, journey: Journey, title: str, unit: str, names: tuple[str, ...], scale: float = 1.0, zero: float = 0.0
) -> None:
    hours = journey.recorded["time"] / 3600.0
    for name in names:
        label = name.rpartition("_")[2] if len(names) > 1 else None
        axes.plot(hours, scale * (journey.recorded[name] - zero), linewidth=0.7, label=label)
    axes.set(title=title, ylabel=f"[{unit}]", xlabel="Time [h]", xlim=(0.0, max(hours[-1], 1e-3)))
    if len(names) > 1:
        axes.legend()


def _speed(axes: Axes, journey: Journey, begin: int) -> None:
    rows = slice(begin, None)
    time = journey.recorded["time"][rows] / (60.0 if begin else 3600.0)
    for name, label, style in (("target_speed", "target", "-"), ("speed", "car", "--")):
        axes.plot(time, journey.recorded[name][rows] / KILOMETRES_PER_HOUR, style, linewidth=0.9, label=label)
    title = f"Speed, the last {LAST_MINUTES // 60} minutes" if begin else "Speed"
    axes.set(title=title, ylabel="[km/h]", xlabel="Time [min]" if begin else "Time [h]")
    axes.legend(loc="upper right")
