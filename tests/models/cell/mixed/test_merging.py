"""What cells of several kinds have in common, and the source of their kernels."""

from dataclasses import replace

import pytest

from packfmu.core.fields import Fields
from packfmu.core.variable import Variable
from packfmu.models.cell.mixed import code, merging

from .two_kinds import KIND, OTHER, PLACES

MEMBERS = {"kind_1": KIND.declare(3), "kind_2": OTHER.declare(2)}
SHARES = dict(zip(MEMBERS, PLACES, strict=True))


def test_arrays_over_all_cells_start_as_each_kind_and_keep_to_the_bounds_of_all():
    low, high = (model.variable("capacity") for model in MEMBERS.values())
    high = replace(high, min=5.0)
    merged = merging.merge(MEMBERS, SHARES)
    assert merged.parameters["capacity"].start_values().tolist() == [36e3, 7200.0, 36e3, 7200.0, 36e3]
    assert merged.parameters["capacity"].dimension == "cell"
    assert "open_circuit_voltage" not in merged.parameters
    assert merging.over_all([low, high], [[0, 1, 2], [3, 4]], merged.parameters["capacity"].size).min == 5.0


def test_an_output_that_nothing_tells_how_to_add_is_refused():
    """Rather than guessed."""
    odd = Fields(outputs=(Variable("oddness", "V", None, 0.0, 0.0, 1.0, 1.0, "Odd"),))
    members = {name: replace(model, fields=model.fields + odd) for name, model in MEMBERS.items()}
    with pytest.raises(ValueError, match="nothing tells how oddness of several kinds of cells makes one"):
        merging.merge(members, SHARES)


def test_every_input_of_a_kind_is_taken_by_it_alone():
    source = code.write_source(MEMBERS, merging.merge(MEMBERS, SHARES))
    assert source.count("give(u.current, c.kind_1_cells, x.kind_1_inputs.current)") == 1
    assert "y.heat = x.kind_1_outputs.heat + x.kind_2_outputs.heat" in source
    assert f"status = {code.STATUSES} + told" in source
