"""All balancers on one imbalanced pack: python examples/balancing.py [--output].

Twelve groups of Leaf cells at rest, some 5 % of SOC apart: without balancing, with bleed resistors under either law,
and with converters of each kind on each graph. What is decided rests on the estimates of the battery management, which
begins with one guess for all groups; two balancers are told the truth beside. Each run ends when the Balancer says that
the pack is balanced, or after 48 h (`balancing.toml`). Printed are two tables, of time and of costs; the runs, a pack
file of each, a table and a figure are saved in the output folder.

The first run takes some minutes, for a Balancer with converters takes most of one to compile; later ones half of one.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import packfmu
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import replacing
from packfmu.report.balancing.figure import save_figure
from packfmu.report.balancing.outcome import Outcome, outcome, used
from packfmu.report.balancing.tables import report, save_table

HERE = Path(__file__).parent
REST = HERE / "balancing.toml"
BMS = "[bms]"
"""The last table of `balancing_pack.toml`: two balancers do without."""

# Assumed: 33 Ohm, hence 0.12 A at 3.8 V, as a dedicated circuit bleeds; with the 430 Ohm of `leaf_pack.toml` it takes
# 13 times as long. 5 mV are some 0.7 % of SOC here. Converters have the start values that the Balancer's page tells.
BLEED = "bleed_resistance = 33.0\nstart_threshold = 0.005\nstop_threshold = 0.002\n"
FLYBACK = 'converter = "flyback"\n'
BUCK_BOOST = 'converter = "buck_boost"\n'


class Case(NamedTuple):
    """A balancer: its name and title, the table [balancer] of its pack, and what its FMUs are given besides."""

    name: str
    title: str
    table: str
    known: bool = False
    values: Mapping[str, float] = MappingProxyType({})


CASES = (
    Case("none", "none", BLEED, values={"Bms.balancing_allowed": 0.0}),
    Case("bleed_voltage", "bleed, voltage", BLEED + 'law = "voltage"'),
    Case("bleed_history", "bleed, charge history", BLEED + 'law = "charge_history"'),
    Case("bleed_history_known", "bleed, charge history, SOC known", BLEED + 'law = "charge_history"', known=True),
    Case("switched_capacitor", "switched capacitor, path", 'converter = "switched_capacitor"'),
    Case("buck_boost", "buck-boost, path", BUCK_BOOST),
    # Differences of neighbours add up along the path: its ends stay up to 11 stop thresholds apart.
    Case("buck_boost_pairwise", "buck-boost, path, pairwise", BUCK_BOOST + 'law = "pairwise"',
         values={"Balancer.start_threshold": 0.002, "Balancer.stop_threshold": 0.001}),
    Case("flyback_ring", "flyback, ring", FLYBACK + 'links = "ring"'),
    Case("flyback_ring_known", "flyback, ring, SOC known", FLYBACK + 'links = "ring"', known=True),
    Case("flyback_star", "flyback, star", FLYBACK + 'links = "star"'),
    Case("flyback_complete", "flyback, complete", FLYBACK + 'links = "complete"'),
    Case("flyback_pack", "flyback, to the pack", FLYBACK + 'links = "pack"'),
)  # fmt: skip
SHOWN = ("bleed_history", "flyback_ring")
"""Balancers whose groups are drawn."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare as the command line asks; return the exit code."""
    parser = Parser("Balance one pack with every balancer.")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    pack = (HERE / "balancing_pack.toml").read_text(encoding="utf-8")
    return parser.run(arguments, lambda chosen: tell(compare(pack, REST, chosen.output / "balancing"), chosen.output))


def compare(pack: str, rest: Path, folder: Path, cases: Sequence[Case] = CASES) -> list[Outcome]:
    """Balance a pack, of which all tables but [balancer] are given, by each case, and save the runs in a folder."""
    return [balance(case, pack[: pack.index(BMS)] if case.known else pack, rest, folder) for case in cases]


def balance(case: Case, pack: str, rest: Path, folder: Path) -> Outcome:
    """Write the pack file of a case, and run the pack until it is balanced."""
    with replacing(folder / f"{case.name}.toml") as draft:
        draft.write_text(f"{pack}\n[balancer]\n{case.table}\n", encoding="utf-8")
    balanced = packfmu.load(folder / f"{case.name}.toml")
    result = packfmu.run(balanced, rest, folder, record=used(balanced), values=case.values)
    return outcome(case.name, case.title, balanced, result.data)


def tell(outcomes: Sequence[Outcome], output: Path, shown: tuple[str, str] = SHOWN) -> str:
    """Save table and figure; return the tables, and where everything is saved."""
    save_table(outcomes, output / "balancing.csv")
    save_figure(outcomes, output / "balancing.png", shown)
    return f"{report(outcomes)}\n\nsaved in {output}: balancing.csv, balancing.png, balancing/ (the runs and FMUs)"


if __name__ == "__main__":
    sys.exit(main())
