"""All balancers on one imbalanced pack: python examples/balancing.py [--pack] [--output] [--hours].

Twelve groups of Leaf cells at rest, some 5 % of SOC apart: without balancing, with bleed resistors under either law,
and with converters of each kind on each graph. What is decided rests on the estimates of the battery management, which
begins with one guess for all groups; two balancers are told the truth beside. Each run ends when the Balancer says that
the pack is balanced, or after `--hours`. Printed are two tables, of time and of costs; the runs, a table and a figure
are saved in the output folder.

The FMUs of each pack are built and stepped. A Balancer with converters takes most of a minute to compile, but what was
linked is kept: the first run takes some minutes, later ones half a minute, while a pack of kernels would be compiled
in every run. The periods are 10 s, for nothing moves faster at rest; that they suit the time constants is checked
before and during each run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from balancing_figure import draw
from balancing_report import Outcome, report, save_table
from numpy.typing import ArrayLike

from packfmu.core.duration import parse_duration
from packfmu.core.errors import InputError
from packfmu.cosim import results
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.simulation import opened
from packfmu.coupling.guard import Guard
from packfmu.coupling.schedule import Plan, make_plan
from packfmu.coupling.system import System
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import claimed, replacing
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.balances import balances, integrals
from packfmu.pack.balancing_tables import Balancer, Bms, keys_of
from packfmu.pack.block import periods
from packfmu.pack.file import Pack, load_pack
from packfmu.pack.fmus import build_pack, fmu_pack
from packfmu.pack.parts import parts

ROOT = Path(__file__).parents[1]
IMBALANCED = ROOT / "examples" / "balancing_pack.toml"
RECORD = {
    "group_soc": "PackNetwork.group_soc",
    "usable_capacity": "PackNetwork.usable_capacity",
    "board_temperature": "Thermal.board_temperature",
    "balancing_current": "Balancer.balancing_current",
    "heat_rate": "Balancer.heat_rate",
    "active_groups": "Balancer.active_groups",
    "predicted_time": "Balancer.predicted_time",
    "algebraic_connectivity": "Balancer.algebraic_connectivity",
    "lyapunov_function": "Balancer.lyapunov_function",
}
ESTIMATED = {"estimated_group_soc": "Bms.group_soc", "soc_sigma": "Bms.soc_sigma"}
CONVERTERS = {"refreshes": "Balancer.refreshes", "peak": "Balancer.peak", "efficiency": "Balancer.efficiency"}
"""What is recorded: of every pack, where there is a Bms, and where converters balance."""


@dataclass(frozen=True)
class Case:
    """A balancer that is put into the pack.

    Parameters
    ----------
    name : str
        Of its files.
    title : str
        In tables and figure.
    table : mapping of str to str
        `converter`, and `links` and `law` where they are not the default, as in a pack file.
    known : bool
        Whether it is told the truth by no Bms.
    values : mapping of str to array_like
        Of the experiment.
    """

    name: str
    title: str
    table: Mapping[str, str]
    known: bool = False
    values: Mapping[str, ArrayLike] = field(default_factory=dict)

    def pack(self, pack: Pack) -> Pack:
        """Return a pack with this balancer; all that is common to balancers stays."""
        own = keys_of(passive=self.table["converter"] != "resistor")
        shared = pack.balancer.model_dump(exclude_unset=True, exclude={"converter", "links", "law", *own})
        bms = None if self.known else pack.bms or Bms()
        return pack.model_copy(update={"balancer": Balancer(**shared | self.table), "bms": bms})


HISTORY = {"converter": "resistor", "law": "charge_history"}
RING = {"converter": "flyback", "links": "ring"}
PAIRWISE = {"converter": "buck_boost", "law": "pairwise"}
NEIGHBOURS = {"Balancer.start_threshold": 0.002, "Balancer.stop_threshold": 0.001}
"""Differences of neighbours add up along the path: its ends stay up to 11 stop thresholds apart."""

CASES = (
    Case("none", "none", {"converter": "resistor"}, values={"Bms.balancing_allowed": False}),
    Case("bleed_voltage", "bleed, voltage", {"converter": "resistor", "law": "voltage"}),
    Case("bleed_history", "bleed, charge history", HISTORY),
    Case("bleed_history_known", "bleed, charge history, SOC known", HISTORY, known=True),
    Case("switched_capacitor", "switched capacitor, path", {"converter": "switched_capacitor"}),
    Case("buck_boost", "buck-boost, path", {"converter": "buck_boost"}),
    Case("buck_boost_pairwise", "buck-boost, path, pairwise", PAIRWISE, values=NEIGHBOURS),
    Case("flyback_ring", "flyback, ring", RING),
    Case("flyback_ring_known", "flyback, ring, SOC known", RING, known=True),
    Case("flyback_star", "flyback, star", {"converter": "flyback", "links": "star"}),
    Case("flyback_complete", "flyback, complete", {"converter": "flyback", "links": "complete"}),
    Case("flyback_pack", "flyback, to the pack", {"converter": "flyback", "links": "pack"}),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare as the command line asks; return the exit code."""
    parser = Parser("Balance one pack with every balancer.")
    parser.add_argument("--pack", type=Path, default=IMBALANCED, help="pack file; default: twelve imbalanced groups")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    parser.add_argument("--hours", type=float, default=48.0, help="longest time of a run; default: 48")
    return parser.run(
        arguments,
        lambda chosen: tell(compare(load_pack(chosen.pack), chosen.output, chosen.hours), chosen.output),
    )


def tell(outcomes: Sequence[Outcome], output: Path) -> str:
    """Return the tables, and where everything is saved."""
    saved = ["balancing.csv", "balancing.png", "balancing/*.nc (everything, for xarray)", "balancing/*/native/*.fmu"]
    return "\n".join([report(outcomes), "", f"saved in {output}: {', '.join(saved)}"])


def compare(pack: Pack, output: Path, hours: float, cases: Sequence[Case] = CASES) -> list[Outcome]:
    """Balance `pack` by each case for at most `hours`, and save the results in `output`."""
    duration = whole_periods(pack, hours)
    folder, table, figure = output / "balancing", output / "balancing.csv", output / "balancing.png"
    with claimed(table, figure, *(folder / f"{case.name}.nc" for case in cases)):
        fmus = build_all(pack, folder, cases)
        outcomes: list[Outcome] = []
        try:
            for case in cases:
                outcomes.append(balance(case, case.pack(pack), fmus[case.name], folder / f"{case.name}.nc", duration))
        finally:
            if outcomes:
                save_table(outcomes, table)
                with replacing(figure) as temporary:
                    draw(outcomes).savefig(temporary, format="png", dpi=120)
    return outcomes


def whole_periods(pack: Pack, hours: float) -> int:
    """Return a time [ns] of whole hyperperiods; InputError where none fits."""
    period = pack.schedule.thermal
    duration = parse_duration(f"{hours} h") if 0.0 < hours < np.inf else 0
    if duration < period:
        raise InputError(f"--hours {hours:g} must be finite, and at least a thermal period")
    return duration // period * period


def build_all(pack: Pack, folder: Path, cases: Sequence[Case]) -> dict[str, Path]:
    """Build the FMUs of every case; return their folders. What all have in common is compiled with the first."""

    def build(case: Case) -> Path:
        return build_pack(case.pack(pack), folder / case.name, platforms=(host_platform(),))["Cell"].parent

    first = build(cases[0])
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        others = list(workers.map(build, cases[1:]))
    return dict(zip((case.name for case in cases), [first, *others], strict=True))


def balance(case: Case, pack: Pack, fmus: Path, netcdf: Path, duration: int) -> Outcome:
    """Run the FMUs of a folder until they are balanced, for at most `duration` [ns]."""
    managed, is_active = pack.bms is not None, not pack.balancer.is_passive
    system = fmu_pack(fmus, managed)
    experiment = Experiment(
        duration=duration,
        values=case.values,
        stop_on=("Balancer.balanced",),
        record=RECORD | (ESTIMATED if managed else {}) | (CONVERTERS if is_active else {}),
        output=netcdf,
        totals=integrals(system),
    )
    plan = make_plan(system, periods(pack.schedule))
    layers = explained(system, plan)
    ended = run(system, plan, experiment)
    drawn = {part.name: part.start for part in parts(pack)}
    return Outcome(
        name=case.name,
        title=case.title,
        links=len(pack.balancer.ends(pack.pack.series)),
        balanced_spread=pack.balancer.balanced_spread,
        group_capacity=np.asarray(drawn["Balancer"]["group_capacity"]),
        recorded=results.load(netcdf),
        ended=ended,
        layers=layers,
        balances=tuple(balances(system, ended.totals)),
    )


def explained(system: System, plan: Plan) -> str:
    """Return the layers of a plan, from switching on, with their time constants at the start, as a table."""
    experiment = Experiment(plan.base)
    with opened(system, plan, experiment, lambda _: None) as simulation:
        return Guard(system, plan, simulation.slaves, experiment.separation).explain().split("\n\n")[0]


if __name__ == "__main__":
    sys.exit(main())
