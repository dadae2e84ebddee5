"""Systems: what is joined is checked, and what does not fit is said in one line that names both ends."""

import pytest

from packfmu.core.errors import InputError
from packfmu.core.variable import Causality, DataType
from packfmu.coupling.operations import connect
from packfmu.coupling.port import ports_of
from packfmu.coupling.system import System
from tests.coupling import toys
from tests.coupling.toys import CONTROL, ELECTRICAL, THERMAL

FAST = toys.component("Fast", ELECTRICAL, toys.source())
SLOW = toys.component("Slow", THERMAL, toys.sink())
ADDER = toys.component("Adder", CONTROL, toys.adder())


def test_ports_of_a_model_come_in_the_order_of_the_memory():
    ports = ports_of(toys.sink())
    assert list(ports) == ["initial", "brim", "limit", "flow", "level", "total", "amount", "full"]
    assert [port.causality for port in ports.values()] == (
        [Causality.PARAMETER] * 3 + [Causality.INPUT] * 2 + [Causality.OUTPUT] * 3
    )
    assert ports["level"].references.tolist() == [5, 6]
    assert ports["full"].data_type is DataType.BOOLEAN
    assert ports["flow"].unit == "W"


def joined(*connections):
    return System((FAST, SLOW, ADDER), tuple(connect(*connection) for connection in connections))


def test_whole_arrays_are_joined_by_their_base_names():
    system = joined(("Fast.flow", "Slow.flow"))
    assert [str(connection) for connection in system.connections] == ["Fast.flow -> Slow.flow"]


@pytest.mark.parametrize(
    ("connections", "message"),
    [
        ([("Fast.flaw", "Slow.flow")], "Fast has no variable 'flaw'; it has slope, flow, level, amount"),
        ([("Fats.flow", "Slow.flow")], "there is no component 'Fats'; there is Fast, Slow, Adder"),
        ([("flow", "Slow.flow")], "'flow' does not name a variable; it takes the form Component.variable"),
        (
            [("Slow.flow", "Fast.flow")],
            "connection Slow.flow -> Fast.flow joins input to output; a connection joins an output to an input",
        ),
        (
            [("Fast.slope", "Adder.value")],
            "connection Fast.slope -> Adder.value joins parameter to input; a connection joins an output to an input",
        ),
        (
            [("Fast.level", "Slow.flow")],
            "connection Fast.level -> Slow.flow: unit V does not fit unit W; Slow.flow takes an output of unit W",
        ),
        (
            [("Fast.amount", "Slow.flow")],
            "connection Fast.amount -> Slow.flow: size scalar does not fit size 2; Slow.flow takes an output of size 2",
        ),
        (
            [("Slow.full", "Adder.number")],
            "connection Slow.full -> Adder.number: kind Boolean does not fit kind Integer; "
            "Adder.number takes an output of kind Integer",
        ),
        (
            [("Fast.level", "Slow.level"), ("Fast.level", "Slow.level")],
            "input Slow.level is driven twice, by Fast.level and by Fast.level; an input takes one connection",
        ),
    ],
)
def test_what_does_not_fit_is_named(connections, message):
    with pytest.raises(InputError) as error:
        joined(*connections)
    assert str(error.value) == message


def test_names_of_components_are_unique_identifiers():
    with pytest.raises(InputError, match="component Fast: the name occurs 2 times"):
        System((FAST, FAST), ())
    with pytest.raises(InputError, match="component 'a b': the name must be an identifier"):
        System((toys.component("a b", THERMAL, toys.adder()),), ())
