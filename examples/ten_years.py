"""Ten years of a Nissan Leaf's pack: python examples/ten_years.py [--pack] [--output] [--years] [--resume].

Each day of `ten_years.toml` two WLTCs and a slow charge at constant current, then constant voltage; four seasons; to 70
% SOH or ten years. Days are run in full at the start of each season and as often as the error estimate demands, and
jumped over between. Stepped are Pack.fmu, which holds the plan of cells, network, management, balancer and thermal
network, and Aging.fmu; with --components the FMUs one by one, by the same plan.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import xarray as xr
from drive_cycle import per_period
from longitudinal_vehicle import NISSAN_LEAF, pack_power, read_trace

from packfmu.cosim import results
from packfmu.fmi.build import build_parts
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import claimed, replacing
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.balances import balances, format_balances
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack, load_pack
from packfmu.report.years_figure import draw
from packfmu.report.years_text import report
from packfmu.usage.life import save_table
from packfmu.usage.phases import Driven
from packfmu.usage.years import life_of, plan_years, run_years
from packfmu.usage.years_file import load_years

HERE = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the command line asks; return the exit code."""
    parser = Parser("Drive a pack for ten years.")
    parser.add_argument("--pack", type=Path, default=HERE / "leaf_aging.toml", help="default: the Leaf pack that ages")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    parser.add_argument("--years", type=int, default=10, help="longest time; default: 10")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint that a run has left")
    parser.add_argument("--components", action="store_true", help="step the FMUs of the components, not Pack.fmu")
    return parser.run(
        arguments,
        lambda chosen: live(load_pack(chosen.pack), chosen.output, chosen.years, chosen.resume, chosen.components),
    )


def live(pack: Pack, output: Path, count: int, resume: bool = False, components: bool = False) -> str:
    """Build the FMUs of `pack`, run `count` years with them, save the results in `output`, and return a summary."""
    netcdf, table, figure, plan = (output / f"ten_years{suffix}" for suffix in (".nc", ".csv", ".png", "_plan.txt"))
    years = load_years(HERE / "ten_years.toml")
    life = life_of(pack, years)

    def save(recorded: xr.Dataset) -> None:
        save_table(life(recorded), table)
        with replacing(figure) as temporary:
            draw(life(recorded)).savefig(temporary, format="png", dpi=120)

    with claimed(netcdf, table, figure, plan):
        built = build_parts(all_parts(pack), output / "ten_years", pack.outputs.detail, platforms=(host_platform(),))
        folder = built["Pack"].parent
        planned = plan_years(pack, folder, years, count, netcdf, driven_by(pack), components)
        with replacing(plan) as temporary:
            temporary.write_text(planned.explained + "\n", encoding="utf-8")
        with results.made_of(netcdf, save):
            ended = run_years(pack, planned, resume)
        recorded = results.load(netcdf)
    rows = balances(planned.whole, ended.stepped)
    ledger = ["", "over the days in full", format_balances(rows)] if rows else []
    saved = [f"{netcdf.name} (everything, for xarray)", table.name, figure.name, plan.name]
    saved.append(f"{folder.relative_to(output)}/*.fmu")
    layers = planned.explained.split("\n\n")[0].splitlines()
    told = [*layers, "", *report(life(recorded), ended), *ledger, "", f"saved in {output}: {', '.join(saved)}"]
    return "\n".join(told)


def driven_by(pack: Pack) -> Driven:
    """Return what makes pack power of a speed trace, by the longitudinal model of the car."""
    period = pack.schedule.electrical

    def driven(file):
        time, speed = read_trace(HERE / file)
        power = per_period(time, pack_power(NISSAN_LEAF, time, speed), period)
        return power.size * period, {"PackNetwork.pack_power": power}

    return driven


if __name__ == "__main__":
    sys.exit(main())
