"""Identify the Leaf cell from its measured tests and write its parameter file: python examples/identify_cell.py.

Writes models/parameters/nissan_leaf_2013.py, prints the figures with their confidence intervals, and then measured
against simulated as examples/validate_cell.py does. Takes two minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import validate_cell
from identification.campaign import SWEEPS, identify
from identification.dynamics import MOST_TRIALS
from identification.parameter_file import module_text
from identification.report import docstring_lines, scalar_lines, table
from tqdm import tqdm

PARAMETER_FILE = Path(__file__).parents[1] / "models" / "parameters" / "nissan_leaf_2013.py"


def main() -> int:
    """Identify, write, print and validate."""
    with tqdm(desc="identifying", total=SWEEPS * MOST_TRIALS, unit=" trials", disable=None) as bar:
        identified = identify(bar.update)
    PARAMETER_FILE.write_text(module_text(identified.figures, docstring_lines(identified)), encoding="utf-8")
    print("\n".join(scalar_lines(identified)), end="\n\n")
    print(table(identified), end="\n\n")
    return validate_cell.main()


if __name__ == "__main__":
    sys.exit(main())
