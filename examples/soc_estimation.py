"""Counting charge against estimating it: python examples/soc_estimation.py [--pack] [--output].

Three groups of Leaf cells drive, rest and are charged for a day. The battery management has a current sensor that is
off by 100 mA and a first guess that is 0.2 too low. It counts charge from there, and beside it runs an extended Kalman
filter for each group. Printed is what either makes of it, and which power the estimate lets the pack be asked for;
results, table and figure are saved in the output folder.

FMUs of the pack are built and stepped; those of three groups compile in under a minute, once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr
from drive_cycle import WLTC, per_period
from numpy.typing import NDArray
from soc_estimation_report import Estimate, draw, report

from packfmu.core.duration import seconds
from packfmu.core.errors import InputError
from packfmu.cosim import results
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.coupling.schedule import make_plan
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import claimed, replacing
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import periods
from packfmu.pack.file import Pack, load_pack
from packfmu.pack.fmus import build_pack, fmu_pack
from packfmu.usage.longitudinal_vehicle import NISSAN_LEAF, pack_power, read_trace

ROOT = Path(__file__).parents[1]
BIASED = ROOT / "examples" / "soc_estimation_pack.toml"
LEAF_CELLS = 192
CHARGER = 3600.0
"""Power of a household's wallbox of 16 A, of a whole Leaf [W]."""

RECORD = {
    "pack_current": "PackNetwork.pack_current_actual",
    "group_soc": "PackNetwork.group_soc",
    "estimated_group_soc": "Bms.group_soc",
    "soc_sigma": "Bms.soc_sigma",
    "counted_group_soc": "Bms.counted_soc",
    "estimated_capacity": "Bms.group_capacity",
    "current_bias": "Bms.current_bias",
    "current_bias_sigma": "Bms.current_bias_sigma",
    "normalised_innovation": "Bms.normalised_innovation",
    "resting": "Bms.resting",
    "charge_power": "Bms.charge_power",
    "discharge_power": "Bms.discharge_power",
}


class Activity(Enum):
    """What a car does."""

    DRIVE = "drive"
    REST = "rest"
    CHARGE = "charge"


@dataclass(frozen=True)
class Phase:
    """A part of the day.

    Parameters
    ----------
    activity : Activity
        What the car does; a drive is one WLTC.
    hours : float
        How long it rests or is charged [h].
    """

    activity: Activity
    hours: float = 0.0


HALF_DAY = (
    *(Phase(Activity.DRIVE), Phase(Activity.REST, 2.0), Phase(Activity.DRIVE), Phase(Activity.REST, 2.0)),
    *(Phase(Activity.CHARGE, 2.0), Phase(Activity.REST, 5.0)),
)
DAY = (*HALF_DAY, *HALF_DAY)


def main(arguments: Sequence[str] | None = None) -> int:
    """Estimate as the command line asks; return the exit code."""
    parser = Parser("Count and estimate the SOC of a pack through a day.")
    parser.add_argument("--pack", type=Path, default=BIASED, help="pack file with [bms]; default: a biased sensor")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: estimate(load_pack(chosen.pack), chosen.output))


def estimate(pack: Pack, output: Path, course: Sequence[Phase] = DAY) -> str:
    """Build the FMUs of `pack`, run them through `course`, save the results in `output`, and return a report."""
    if pack.bms is None:
        raise InputError("the pack file has no [bms] table; without one nothing is estimated")
    netcdf, table, figure = (output / f"soc_estimation.{suffix}" for suffix in ("nc", "csv", "png"))
    power, ends = profile(pack, course)
    with claimed(netcdf, table, figure):
        fmus = build_pack(pack, output / "soc_estimation", platforms=(host_platform(),))["Cell"].parent
        system = with_profiles(fmu_pack(fmus, management=True), {"PackNetwork.pack_power": power})
        experiment = Experiment(
            duration=power.size * pack.schedule.electrical,
            values={"PackNetwork.load_mode": LoadMode.POWER, "Bms.balancing_allowed": False},
            record=RECORD,
            output=netcdf,
        )
        phases = tuple((phase.activity.value, int(end)) for phase, end in zip(course, ends, strict=True))
        estimated = partial(Estimate, phases=phases, bias=pack.bms.current_offset)

        def save(recorded: xr.Dataset) -> None:
            results.save_csv(recorded, table)
            with replacing(figure) as temporary:
                draw(estimated(recorded)).savefig(temporary, format="png", dpi=120)

        with results.made_of(netcdf, save):
            ended = run(system, make_plan(system, periods(pack.schedule)), experiment)
        made = estimated(results.load(netcdf))
    saved = [f"{netcdf.name} (everything, for xarray)", table.name, figure.name, f"{fmus.relative_to(output)}/*.fmu"]
    told = [*report(made), *ended.violations, "", f"saved in {output}: {', '.join(saved)}"]
    return "\n".join(told)


def profile(pack: Pack, course: Sequence[Phase]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the power of the pack in each electrical period [W], and the row in which each phase ends."""
    period, share = pack.schedule.electrical, pack.pack.cells / LEAF_CELLS
    time, speed = read_trace(WLTC)
    drive = per_period(time, share * pack_power(NISSAN_LEAF, time, speed), period)
    parts = []
    for phase in course:
        steady = np.full(round(phase.hours * 3600.0 / seconds(period)), share * CHARGER)
        parts.append(
            {Activity.DRIVE: drive, Activity.REST: 0.0 * steady, Activity.CHARGE: steady}[phase.activity]
        )  # fmt: skip
    return np.concatenate(parts), np.cumsum([part.size for part in parts])


if __name__ == "__main__":
    sys.exit(main())
