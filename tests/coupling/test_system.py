"""Systems: what is joined is checked, and what does not fit is said in one line that names both ends."""

import pytest
from fmpy.ssp.ssd import read_ssd

from packfmu.core.errors import InputError
from packfmu.core.variable import Causality, DataType
from packfmu.coupling.operations import Action, Rule, connect
from packfmu.coupling.port import ports_of
from packfmu.coupling.schedule import make_plan, transfer_rule
from packfmu.coupling.system import System
from packfmu.fmi.build import Form
from packfmu.models.aging import losses as aging
from packfmu.models.aging.variables import COUNTER_NAMES
from packfmu.models.balancing import passive as balancer
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network import network
from packfmu.models.parameters import graphite_film_aging
from packfmu.models.thermal import chain as thermal
from packfmu.pack.block import all_parts, kernel_pack, periods
from packfmu.pack.file import Pack
from packfmu.pack.fmus import build_pack, fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.ssp import write_system
from packfmu.pack.topology import AGING, CONTROL, ELECTRICAL, PACK_CONNECTIONS, PACK_LAYERS, THERMAL, pack_system
from tests.coupling import toys
from tests.models.cells import plain_cell

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


UNMANAGED = [name for name in PACK_LAYERS if name != "Bms"]


def unmanaged(without=""):
    """The connections of a pack without a Bms."""
    return tuple(c for c in PACK_CONNECTIONS if not {"Bms", without} & {c.source[0], c.target[0]})


def managed():
    """A pack with a Bms."""
    kind = Pack.model_validate(
        {
            "pack": {"series": 3, "parallel": 2},
            "cell": {"parameters": "nissan_leaf_2013"},
            "balancer": {"converter": "flyback"},
            "bms": {},
        }
    )
    return kernel_pack(parts(kind))


def test_pack_with_a_bms_acts_on_its_estimates():
    """The Balancer takes from the Bms what it else takes from the network; the Bms counts by the mean current."""
    system = managed()
    assert [component.name for component in system.components] == [n for n in PACK_LAYERS if n != "Aging"]
    into = {".".join(c.target): ".".join(c.source) for c in system.connections}
    assert {name: source for name, source in into.items() if name.startswith("Balancer.")} == {
        "Balancer.group_voltage": "PackNetwork.group_voltage",
        "Balancer.pack_current": "PackNetwork.pack_current_actual",
        "Balancer.temperature": "Thermal.temperature",
        "Balancer.board_temperature": "Thermal.board_temperature",
        "Balancer.measured_voltage": "Bms.measured_voltage",
        "Balancer.group_soc": "Bms.group_soc",
        "Balancer.group_capacity": "Bms.group_capacity",
        "Balancer.enable": "Bms.balancing_enable",
        "Balancer.soc_trusted": "Bms.soc_trusted",
    }
    rules = {c.target: transfer_rule(system, c) for c in system.connections}
    assert rules["Bms", "pack_current"] is Rule.MEAN
    assert rules["Bms", "present_current"] is Rule.LAST


def pack(series=3, parallel=2, without=(), kind=None):
    cell = plain_cell()
    cells, nodes = series * parallel, len(cell.open_circuit_voltage)
    models = {"Aging": aging.declare(cells, kind)} if kind else {}
    models |= {
        "Thermal": thermal.declare(cells),
        "Balancer": balancer.declare(series, parallel),
        "Cell": cell_ecm.declare(cells, cell, kind),
        "PackNetwork": network.declare(series, parallel, True, nodes, aging=kind is not None),
    }
    return [toys.component(name, PACK_LAYERS[name], made) for name, made in models.items() if name not in without]


@pytest.mark.parametrize("arrangement", [(1, 1), (3, 2)])
def test_pack_is_joined_at_its_standard_ports(arrangement):
    system = pack_system(pack(*arrangement))
    assert [component.name for component in system.components] == ["PackNetwork", "Cell", "Balancer", "Thermal"]
    assert system.connections == unmanaged(without="Aging")


def test_pack_that_ages_hands_counters_on_and_holds_what_they_have_done():
    system = pack_system(pack(kind=graphite_film_aging.PARAMETERS))
    assert [component.name for component in system.components] == UNMANAGED
    assert system.connections == unmanaged()
    rules = {str(c): transfer_rule(system, c) for c in system.connections if "Aging" in (c.source[0], c.target[0])}
    assert rules == {f"Cell.{name} -> Aging.{name}": Rule.LAST for name in COUNTER_NAMES} | {
        "Aging.capacity_loss -> Cell.capacity_loss": Rule.HOLD,
        "Aging.capacity_loss -> PackNetwork.capacity_loss": Rule.HOLD,
        "Aging.resistance_growth -> Cell.resistance_growth": Rule.HOLD,
    }
    plan = make_plan(system, {layer: 60**layer.rank for layer in (ELECTRICAL, CONTROL, THERMAL, AGING)})
    steps = [(operation.subject, operation.every) for operation in plan.operations if operation.action is Action.STEP]
    assert steps[-1] == ("Aging", 60**3)


def test_pack_without_balancer_and_thermal_joins_the_rest():
    system = pack_system(pack(without=("Balancer", "Thermal")))
    assert [str(connection) for connection in system.connections] == [
        "PackNetwork.current -> Cell.current",
        "Cell.emf -> PackNetwork.emf",
        "Cell.resistance -> PackNetwork.resistance",
        "Cell.soc -> PackNetwork.soc",
    ]


def test_pack_of_unlike_sizes_is_refused():
    mixed = [part for part in pack(3, 2) if part.name != "Cell"] + [part for part in pack(2, 2) if part.name == "Cell"]
    with pytest.raises(InputError, match=r"PackNetwork.current -> Cell.current: size 6 does not fit size 4"):
        pack_system(mixed)


def test_pack_needs_network_and_cells_and_knows_its_components():
    with pytest.raises(InputError, match="a pack needs the component Cell; it was given PackNetwork, Thermal"):
        pack_system(reversed(pack(without=("Cell", "Balancer"))))
    with pytest.raises(InputError, match="'Fast' is not a component of a pack; those are PackNetwork, Cell, "):
        pack_system([FAST])


AGING_PACK = Pack.model_validate(
    {
        "pack": {"series": 3, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "aging": {"parameters": "graphite_film_aging"},
        "schedule": {"aging": "1 h"},
    }
)


def test_block_leaves_aging_outside():
    *separate, block = all_parts(AGING_PACK)
    assert [part.name for part in separate] == ["Cell", "PackNetwork", "Thermal", "Balancer", "Aging"]
    assert [name for name, _, _ in block.arguments["members"]] == ["PackNetwork", "Cell", "Balancer", "Thermal"]
    assert not any("Aging" in str(row) for row in block.arguments["operations"])
    assert periods(AGING_PACK.schedule)[AGING] == 3600 * 10**9
    assert kernel_pack(separate).connections == unmanaged()


def test_fmus_of_a_folder_are_joined_with_aging_where_the_cells_age(tmp_path):
    aged = build_pack(AGING_PACK, tmp_path, Form.PYTHON)
    names = [component.name for component in fmu_pack(aged["Cell"].parent).components]
    assert names == UNMANAGED
    package, _ = write_system(AGING_PACK, aged, tmp_path)
    assert [element.name for element in read_ssd(package).system.elements] == names
    build_pack(AGING_PACK.model_copy(update={"aging": None}), tmp_path, Form.PYTHON)
    assert aged["Aging"].is_file()  # left over
    assert [component.name for component in fmu_pack(aged["Cell"].parent).components] == names[:-1]
