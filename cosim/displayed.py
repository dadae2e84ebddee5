"""Values of results as people read them: in display units, over a time axis that suits the length of the run."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..fmi.units import display_conversion

Values = NDArray[np.float64]

TIME_UNITS = ((7200.0, 1.0, "s"), (3e5, 3600.0, "h"), (6.4e7, 86400.0, "d"), (np.inf, 365.0 * 86400.0, "years"))
"""Up to which length of a run [s], the unit in seconds, its name; a year has 365 days."""


def displayed(data: xr.Dataset, name: str) -> tuple[Values, str]:
    """Return the values of a variable in its display unit, and that unit: ``1`` where it has none."""
    attributes = data[name].attrs
    unit = attributes.get("units", "1")
    shown = attributes.get("display_units", unit)
    factor, offset = display_conversion(unit, shown) if shown != unit else (1.0, 0.0)
    return factor * data[name].values + offset, shown


def time_unit(data: xr.Dataset) -> tuple[float, str]:
    """Return a unit of time that suits the length of a run: its length [s] and its name."""
    end = float(data["time"].values[-1])
    return next((length, name) for limit, length, name in TIME_UNITS if end <= limit)
