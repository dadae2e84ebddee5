"""Drive a WLTC class 3b with the pack of a 2013 Nissan Leaf: python examples/drive_cycle.py [--pack] [--output].

Builds the four FMUs of the pack for this machine, turns the speed trace into the power of the pack by the longitudinal
model of the car, and steps the FMUs through the cycle. Prints a summary; results, table, figure and report are saved in
the output folder. ``packfmu run PACK.toml wltc_class3b`` does the same.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import packfmu
from packfmu.fmi.command_line import Parser

LEAF_PACK = Path(__file__).parent / "leaf_pack.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Drive as the command line asks; return the exit code."""
    parser = Parser("Drive a WLTC with the FMUs of a pack.")
    parser.add_argument("--pack", type=Path, default=LEAF_PACK, help="pack file; default: the Leaf pack")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: drive(chosen.pack, chosen.output))


def drive(pack: Path, output: Path) -> str:
    """Drive the cycle, save the results in `output`, and return a summary."""
    result = packfmu.run(packfmu.load(pack), "wltc_class3b", output)
    return result.summary


if __name__ == "__main__":
    sys.exit(main())
