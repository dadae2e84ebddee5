"""Identify the cell of a 2013 Nissan Leaf from its measured tests: python examples/identify_cell.py [FOLDER].

The folder holds the records of the tests (`leaf_records`). Writes dist/nissan_leaf.toml, which a pack takes as its
cell, and dist/nissan_leaf.png, prints the figures with their confidence intervals, and then measured against simulated
as examples/validate_cell.py does. The voltage of the 1C test is not fitted. Three RC pairs, the slowest set: rests of
an hour cannot part slower ones from the open-circuit voltage. Takes some minutes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import validate_cell
from leaf_records import FOLDER, cell_records
from tqdm import tqdm

from packfmu.core.errors import InputError
from packfmu.pack.cells.cell_file import write_cell
from packfmu.studies.identification.figure import draw_fit
from packfmu.studies.identification.fit import fit_cell
from packfmu.studies.identification.settings import FitSettings

OUTPUT = Path(__file__).parents[1] / "dist" / "nissan_leaf.toml"
SETTINGS = FitSettings(
    name="Nissan Leaf 2013",
    pairs=3,
    slowest_time_constant=900.0,
    hysteresis=False,
    nodes=201,
    resistance_knots=26,
    minimum_voltage=3.0,
    maximum_voltage=4.2,
    maximum_charge_current=62.5,  # a CHAdeMO connector of 125 A, for two cells in parallel
    maximum_discharge_current=156.25,  # the battery's 90 kW, from 192 cells at 3 V
    mass=0.799,
    held_out=frozenset(["discharge_1c"]),
)


def main(arguments: list[str] | None = None) -> int:
    """Identify, write, print and validate."""
    parser = argparse.ArgumentParser(description="Identify the cell of a 2013 Nissan Leaf from its measured tests.")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="of the records [%(default)s]")
    folder = parser.parse_args(arguments).folder
    try:
        with tqdm(desc="identifying", unit=" trials", disable=None) as bar:
            fitted = fit_cell(cell_records(folder), SETTINGS, bar.update)
        write_cell(fitted.kind, OUTPUT, {"": fitted.report()})
        draw_fit(fitted, OUTPUT.with_suffix(".png"))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(fitted.report(), end="\n\n")
    print(validate_cell.table(validate_cell.validate(folder, fitted.kind)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
