"""Made-up results of runs for the tests of the report: plain arrays whose every number is known."""

import netCDF4
import numpy as np
import xarray as xr

from packfmu.report.run_record import RunKind, RunLimits, RunRecord

SERIES, PARALLEL = 3, 2
CELLS = SERIES * PARALLEL

RECORD = RunRecord(
    kind=RunKind.PROFILE,
    pack_name="mine",
    series=SERIES,
    parallel=PARALLEL,
    capacity=36000.0,
    limits=RunLimits(minimum_cell_voltage=3.0, maximum_cell_voltage=4.2),
)


def results(rows=50, record=RECORD, complete=True, **arrays):
    """Return results of `rows` seconds: named arrays of shape (rows,) or (rows, cells)."""
    time = np.arange(float(rows))
    data = {
        name: (("time",) if np.ndim(values) == 1 else ("time", "cell"), np.asarray(values), {"units": unit_of(name)})
        for name, values in arrays.items()
    }
    attributes = {"complete": int(complete)} | ({} if complete else {"reason": "interrupted"})
    attributes |= {"run_record": record.to_json()} if record else {}
    return xr.Dataset(data, {"time": ("time", time, {"units": "s"})}, attributes)


def unit_of(name):
    """Return the SI unit of a result."""
    return next((unit for word, unit in (("voltage", "V"), ("current", "A"), ("power", "W")) if word in name), "1")


def drive(rows=50, **more):
    """Return results of a pack whose cells have all that a report shows of them."""
    along, cell = np.arange(rows)[:, None], np.arange(CELLS)[None, :]
    voltage = 3.7 - 0.001 * along - 0.01 * cell
    given = {
        "pack_voltage": 3.0 * voltage.mean(axis=1),
        "pack_current": np.full(rows, -20.0),
        "pack_soc": 0.9 - 0.001 * np.arange(rows),
        "voltage": voltage,
        "soc": 0.9 - 0.001 * along - 0.01 * cell,
        "temperature": 298.15 + 0.01 * along + 0.1 * cell,
        "current": np.broadcast_to(-10.0 + 0.1 * cell, (rows, CELLS)).copy(),
    }
    return results(rows, **(given | more))


def years(**more):
    """Return results of a run of years: three rows, the fourth cell worn most."""
    worn = np.array([0.01, 0.02, 0.03, 0.05, 0.03, 0.02])
    soh = 1.0 - np.outer([0.0, 0.5, 1.0], worn)
    record = RECORD.model_copy(update={"kind": RunKind.YEARS, "cell_capacities": (36000.0,) * CELLS})
    return results(3, record, **({"soh": soh, "resistance_growth": 1.0 - soh} | more))


def saved(dataset, path):
    """Save made-up results as a run would, and return the path."""
    dataset.to_netcdf(path, engine="netcdf4")
    with netCDF4.Dataset(path) as file:
        assert "time" in file.dimensions
    return path
