"""Ten years of a Nissan Leaf's pack: python examples/ten_years.py [--pack] [--output] [--years] [--resume].

Each day of `ten_years.toml` two WLTCs and a slow charge at constant current, then constant voltage; four seasons; to 70
% SOH or ten years. Days are run in full at the start of each season and as often as the error estimate demands, and
jumped over between. Stepped are Pack.fmu, which holds the plan of cells, network, management, balancer and thermal
network, and Aging.fmu; with --components the FMUs one by one, by the same plan. ``packfmu run leaf_aging.toml
ten_years.toml`` does the same.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import packfmu
from packfmu.fmi.command_line import Parser

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
        arguments, lambda c: live(c.pack, c.output, years=c.years, resume=c.resume, components=c.components)
    )


def live(pack: Path, output: Path, **options: bool | int) -> str:
    """Run years with the FMUs of `pack`, save the results in `output`, and return a summary."""
    return packfmu.run(packfmu.load(pack), HERE / "ten_years.toml", output, **options).summary


if __name__ == "__main__":
    sys.exit(main())
