"""How the components of a pack are joined."""

import pytest
from fmpy.ssp.ssd import read_ssd

from packfmu.core.errors import InputError
from packfmu.coupling.operations import Action, Rule
from packfmu.coupling.schedule import make_plan, transfer_rule
from packfmu.fmi.build import Form
from packfmu.models.aging.counters import COUNTER_NAMES
from packfmu.models.parameters import graphite_film_aging
from packfmu.pack.block import all_parts, kernel_pack, periods
from packfmu.pack.file import Pack
from packfmu.pack.fmus import build_pack, fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.ssp import write_system
from packfmu.pack.topology import AGING, CONTROL, ELECTRICAL, PACK_CONNECTIONS, PACK_LAYERS, THERMAL, pack_system
from tests.coupling import toys
from tests.pack.models import pack

WITHIN_BLOCKS = "Meter"
UNMANAGED = [name for name in PACK_LAYERS if name not in ("Bms", WITHIN_BLOCKS)]


def unmanaged(without=""):
    """The connections of a pack without a Bms."""
    return tuple(c for c in PACK_CONNECTIONS if not {"Bms", WITHIN_BLOCKS, without} & {c.source[0], c.target[0]})


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
    assert [component.name for component in system.components] == [
        n for n in PACK_LAYERS if n not in ("Aging", WITHIN_BLOCKS)
    ]
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
        "Aging.film_resistance -> Cell.film_resistance": Rule.HOLD,
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
        pack_system([toys.component("Fast", ELECTRICAL, toys.source())])


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
    within = ["PackNetwork", "Cell", "Meter", "Balancer", "Thermal"]
    assert [name for name, _, _ in block.arguments["members"]] == within
    assert not any("Aging" in str(row) for row in block.arguments["operations"])
    assert periods(AGING_PACK.schedule)[AGING] == 3600 * 10**9
    assert kernel_pack(separate).connections == unmanaged()


def test_fmus_of_a_folder_are_joined_with_aging_where_the_cells_age(tmp_path):
    aged = build_pack(AGING_PACK, tmp_path, Form.PYTHON)
    names = [component.name for component in fmu_pack(aged["Cell"].parent).components]
    assert names == UNMANAGED
    package, *_ = write_system(AGING_PACK, aged, tmp_path)
    assert [element.name for element in read_ssd(package).system.elements] == names
    build_pack(AGING_PACK.model_copy(update={"aging": None}), tmp_path, Form.PYTHON)
    assert aged["Aging"].is_file()  # left over
    assert [component.name for component in fmu_pack(aged["Cell"].parent).components] == names[:-1]
