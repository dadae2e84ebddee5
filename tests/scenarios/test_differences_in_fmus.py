"""What tells a cell from its kind is a variable of every FMU that holds cells: listed, set, read back, and in force.

::

    set, in the initialisation mode --> Cell.fmu, Pack.fmu --> read back; the first outputs
"""

import numpy as np
import pytest

from packfmu.fmi.build import Form
from tests.fmi.python.host import Host
from tests.scenarios.two_cells import PACK

KIND = PACK.cell.load()
VALUES = {
    "ohmic_scale": (1.0, [1.5, 0.5]),
    "polarisation_resistance_scale": (1.0, [[1.1, 1.2, 1.3], [0.7, 0.8, 0.9]]),
    "polarisation_capacitance_scale": (1.0, [[2.0, 3.0, 4.0], [0.2, 0.3, 0.4]]),
    "open_circuit_offset": (0.0, [0.01, -0.02]),
    "hysteresis_scale": (1.0, [0.5, 2.0]),
    "initial_polarisation_voltage": (0.0, [[0.01, 0.02, 0.03], [-0.01, -0.02, -0.04]]),
    "initial_hysteresis": (0.0, [1.0, -0.5]),
}
"""The value that holds today, and others for two cells."""

BOUND = 0.02
PREFIXES = {"Cell": "", "Pack": "Cell."}


def elements(prefix):
    """Return name, start and other value of every scalar."""
    for name, (start, values) in VALUES.items():
        for place, value in np.ndenumerate(values):
            yield f"{prefix}{name}[{','.join(str(i + 1) for i in place)}]", start, float(value)


@pytest.fixture(params=[(form, name) for form in Form for name in PREFIXES], ids=str)
def opened(request, two_cell_fmus):
    """Return an FMU that is not initialised yet, and what its parameters of cells begin with."""
    form, name = request.param
    with Host(two_cell_fmus[form][name]) as host:
        yield host, PREFIXES[name]


def test_all_are_set_and_read_back(opened):
    host, prefix = opened
    for name, start, _ in elements(prefix):
        variable = host.variables[name]
        assert (variable.causality, variable.variability) == ("parameter", "fixed"), name
        assert float(variable.start) == start, name
    host.initialize(**{name: value for name, _, value in elements(prefix)})
    for name, _, value in elements(prefix):
        assert host[name] == value, name
    host.step()
    for name, _, value in elements(prefix):
        assert host[name] == value, name


def test_the_first_outputs_show_where_states_start(opened):
    host, prefix = opened
    values = {name: value for name, _, value in elements(prefix)} | {f"{prefix}hysteresis_bound": BOUND}
    if not prefix:
        values["lookahead"] = 0.0  # the port of this instant
    host.initialize(**values)
    scale, share, offset, polarised = (
        np.array(VALUES[name][1])
        for name in (
            "hysteresis_scale", "initial_hysteresis", "open_circuit_offset", "initial_polarisation_voltage",
        )
    )  # fmt: skip
    expected = KIND.open_circuit(PACK.cell.initial_soc) + offset + BOUND * scale * share + polarised.sum(axis=1)
    for name in ("voltage",) if prefix else ("voltage", "emf"):
        assert np.array([host[f"{name}[{k}]"] for k in (1, 2)]) == pytest.approx(expected, rel=1e-14), name
