"""The tables over SOC alone: what each takes, and what it gives."""

import pytest
from pydantic import ValidationError

from packfmu.pack.cells.soc_tables import MOST_FALL, MOST_NODES, OhmicResistance, OpenCircuitVoltage, RcPair


def test_a_voltage_may_fall_by_what_a_measured_one_does():
    """Many small falls are one large one."""
    OpenCircuitVoltage(voltage=[3.2, 3.2 - 0.9 * MOST_FALL, 3.3])
    with pytest.raises(ValidationError, match=r"voltage falls from 3\.2 to 3\.193 while SOC rises"):
        OpenCircuitVoltage(voltage=[3.2, 3.1965, 3.193, 3.3])


def test_rows_are_told_by_the_keys_of_the_file():
    assert OhmicResistance(resistance=[1.0, 2.0]).rows() == {"resistance": [1.0, 2.0]}
    several = RcPair(temperatures=[280.0, 300.0], resistances=[[2.0], [1.0]], capacitance=[1e3])
    assert several.rows() == {"resistances at 280 K": [2.0], "resistances at 300 K": [1.0]}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"resistance": [1.0], "temperatures": [280.0, 300.0]},
        {"resistances": [[1.0]]},
        {"temperatures": [280.0, 300.0]},
        {"resistance": [1.0], "temperatures": [280.0, 300.0], "resistances": [[1.0], [1.0]]},
    ],
)
def test_a_resistance_has_one_table_or_several(given):
    with pytest.raises(ValidationError, match="give resistance, or temperatures with resistances, a list for each"):
        OhmicResistance(**given)


def test_a_table_has_a_bounded_number_of_nodes():
    with pytest.raises(ValidationError, match=f"at most {MOST_NODES} items"):
        OhmicResistance(resistance=[1.0] * (MOST_NODES + 1))
