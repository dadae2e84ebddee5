"""Whatever is asked of single particles, a step is finite or refused with its reason."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.model import DONE
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cell.physics.single import started

BOTH = pytest.mark.parametrize("physics", [Physics.SPM, Physics.SPME], ids=["spm", "spme"])


@BOTH
@pytest.mark.parametrize(
    ("soc", "current", "told"),
    [
        (0.05, -5.0, r"the negative electrode of cell\[2\] would have a surface stoichiometry of -0\.\d+, below 0;"),
        (0.95, 20.0, r"the negative electrode of cell\[2\] would have a surface stoichiometry of 1\.\d+, above 1;"),
    ],
)
def test_a_surface_beyond_its_range_is_refused_with_cell_electrode_value_and_bound(physics, soc, current, told):
    cell = started(replace(PARAMETERS, physics=physics), 2, initial_soc=[0.5, soc])
    cell.u["current"] = [0.0, current]
    status = DONE
    for n in range(400):
        status = cell.advance(n * 5.0, 5.0)
        assert np.isfinite(cell.memory).all()
        if status != DONE:
            break
    assert status != DONE
    with pytest.raises(AssertionError, match=told):
        raise AssertionError(cell.refusal(status))


@BOTH
@pytest.mark.parametrize("h", [1e-3, 1.0, 60.0, 3600.0])
@pytest.mark.parametrize("temperature", [243.15, 353.15])
@pytest.mark.parametrize("current", [-40.0, 40.0])
def test_any_step_is_finite_or_refused(physics, h, temperature, current):
    """8C at -30 and 80 degC, from every state of charge, until it is refused or ten steps are taken."""
    kind = replace(PARAMETERS, physics=physics)
    for soc in (0.0, 0.3, 0.7, 1.0):
        cell = started(kind, 2, initial_soc=soc, temperature=temperature, lookahead=0.5 * h)
        cell.u["current"], status, n = current, DONE, 0
        while status == DONE and n < 10:
            status, n = cell.advance(n * h, h), n + 1
            assert np.isfinite(cell.memory).all()
        if status != DONE:
            assert "cell[" in cell.refusal(status) or "soc[" in cell.refusal(status)
