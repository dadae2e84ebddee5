"""Where the tests look for the 48 measured cells: beside the checkout. They are read there and never copied."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "isea_cells"

needs_cells = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"{FOLDER} is missing: 48 cells of Baumhoefer et al. 2014, DOI 10.18154/RWTH-2021-04545"
)

PULSES = ("R10s_+4A", "R10s_-4A", "R10s_+6A", "R10s_-6A")
WARMEST = 28.0
"""[degC]: four cells were warmer in their pulses, and are left out where resistance is looked at."""


def new_cells():
    """Return the table of the new cells."""
    return pd.read_csv(FOLDER / "isea_bol48.csv")


def check_ups():
    """Return the table of all check-ups."""
    return pd.read_csv(FOLDER / "isea_ageing48.csv")


def pulses():
    """Return a row a pulse of the cells at room temperature: cell, date, temperature [degC], log of resistance."""
    table = new_cells()
    table = table[table.pulse_temp < WARMEST]
    long = table.melt(["cell", "date", "pulse_temp"], list(PULSES), "pulse", "resistance")
    long = long.dropna()
    return long.assign(log_resistance=np.log(long.resistance))
