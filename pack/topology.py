"""How the components of a pack are joined: their layers, and the connections of their standard ports."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from ..core.errors import InputError
from ..coupling.operations import Connection, Rule, connect
from ..coupling.system import Component, Layer, System, check_set
from ..models.aging.counters import COUNTER_NAMES
from ..models.aging.material import LOSSES

ELECTRICAL = Layer(1, "electrical")
CONTROL = Layer(2, "control")
THERMAL = Layer(3, "thermal")
AGING = Layer(4, "aging", jumps=True)

PACK_LAYERS = {
    "PackNetwork": ELECTRICAL,
    "Cell": ELECTRICAL,
    "Meter": ELECTRICAL,
    "Bms": CONTROL,
    "Balancer": CONTROL,
    "Thermal": THERMAL,
    "Aging": AGING,
}
"""The components of a pack and their layers, in the order in which they step; the meter only within a block."""

OF_CIRCUITS = ("coolant_temperature", "coolant_flow")
"""Inputs of Thermal that are arrays, one value for each circuit of coolant, and a matter of who uses the pack."""

PACK_CONNECTIONS = (
    connect("PackNetwork.current", "Cell.current"),
    connect("PackNetwork.group_voltage", "Bms.group_voltage"),
    connect("PackNetwork.pack_current_actual", "Bms.pack_current", Rule.MEAN),
    connect("PackNetwork.pack_current_actual", "Bms.present_current", Rule.LAST),
    connect("PackNetwork.group_voltage", "Balancer.group_voltage"),
    connect("PackNetwork.pack_current_actual", "Balancer.pack_current"),
    connect("Cell.emf", "PackNetwork.emf"),
    connect("Cell.resistance", "PackNetwork.resistance"),
    connect("Cell.soc", "PackNetwork.soc"),
    connect("Cell.voltage", "Meter.voltage"),
    connect("Cell.resistance", "Meter.resistance"),
    connect("Cell.heat_rate", "Thermal.heat_rate"),
    connect("Bms.charge_current_limit", "PackNetwork.charge_current_limit"),
    connect("Bms.discharge_current_limit", "PackNetwork.discharge_current_limit"),
    connect("Bms.measured_voltage", "Balancer.measured_voltage"),
    connect("Bms.group_soc", "Balancer.group_soc"),
    connect("Bms.group_capacity", "Balancer.group_capacity"),
    connect("Bms.balancing_enable", "Balancer.enable"),
    connect("Bms.soc_trusted", "Balancer.soc_trusted"),
    connect("PackNetwork.group_voltage", "Balancer.measured_voltage"),
    connect("PackNetwork.group_soc", "Balancer.group_soc"),
    connect("Balancer.balancing_current", "Bms.balancing_current"),
    connect("Balancer.balancing_pack_current", "Bms.balancing_pack_current"),
    connect("Balancer.balancing_current", "PackNetwork.balancing_current"),
    connect("Balancer.balancing_pack_current", "PackNetwork.balancing_pack_current"),
    connect("Balancer.heat_rate", "Thermal.board_heat_rate"),
    connect("Thermal.temperature", "Cell.temperature"),
    connect("Thermal.temperature", "Bms.temperature"),
    connect("Thermal.temperature", "Balancer.temperature"),
    connect("Thermal.board_temperature", "Balancer.board_temperature"),
    *(connect(f"Cell.{name}", f"Aging.{name}") for name in COUNTER_NAMES),
    connect("Aging.capacity_loss", "Cell.capacity_loss"),
    connect("Aging.capacity_loss", "PackNetwork.capacity_loss"),
    connect("Aging.resistance_growth", "Cell.resistance_growth"),
    connect("Aging.film_resistance", "Cell.film_resistance"),
)
"""How the components of a pack are joined at their standard ports; of several to an input the first that a pack has."""

STRING_CONNECTIONS = (
    connect("PackNetwork.string_current", "Bms.string_current", Rule.MEAN),
    connect("PackNetwork.string_current", "Bms.present_string_current", Rule.LAST),
    connect("PackNetwork.insulation_resistance", "Bms.insulation_resistance"),
)
"""Likewise, where the network tells them and the Bms takes them: strings have sensors, and insulation is measured."""

ANODE_CONNECTIONS = (
    connect("Cell.anode_emf", "PackNetwork.anode_emf"),
    connect("Cell.anode_resistance", "PackNetwork.anode_resistance"),
)
"""Likewise, where cells tell the potentials of their negative electrodes and the network takes them."""

SHORT_CONNECTIONS = (connect("PackNetwork.short_heat_rate", "Thermal.short_heat_rate"),)
"""Likewise, where the network tells the heat of shorts across cells."""

LOSS_CONNECTIONS = (
    connect("PackNetwork.conductor_heat_rate", "Thermal.conductor_heat_rate"),
    connect("PackNetwork.contact_heat_rate", "Thermal.contact_heat_rate"),
)
"""Likewise, where the losses of conductors and contacts heat the pack."""

SURFACE_CONNECTIONS = (connect("Thermal.surface_temperature", "Bms.temperature"),)
"""Likewise, where cells have surfaces: sensors sit on these."""

RUNAWAY_CONNECTIONS = (
    *(connect(f"Cell.{name}", f"Thermal.{name}") for name in ("soc", "emf", "resistance")),
    *(connect("Thermal.bounded_temperature", f"{taker}.temperature") for taker in ("Cell", "Bms", "Balancer")),
    connect("Thermal.bounded_surface_temperature", "Bms.temperature"),
)
"""Likewise, where cells may run away: others are told no temperature beyond their range."""

DENDRITE_CONNECTIONS = (
    connect("Aging.dendrite_short", "PackNetwork.cell_short"),
    connect("Aging.dendrite_short", "Thermal.dendrite_short"),
    connect("Thermal.internal_short", "PackNetwork.cell_short"),
)
"""Likewise, of shorts within cells: by dendrites, and by separators that melt; the latter tells both."""

METER_CONNECTIONS = (
    connect("PackNetwork.current", "Meter.current"),
    connect("PackNetwork.foreseen_voltage", "Meter.foreseen_voltage"),
    connect("PackNetwork.group_voltage", "Meter.foreseen_group_voltage"),
    connect("PackNetwork.pack_voltage", "Meter.foreseen_pack_voltage"),
    connect("PackNetwork.cell_cut_off", "Meter.cell_cut_off"),
    connect("PackNetwork.open_circuit", "Meter.open_circuit"),
)
"""Likewise, of what a meter asks for: a ladder's its currents, that of any wiring what the network has foreseen."""

MATERIAL_CONNECTIONS = tuple(connect(f"Aging.{name}", f"Cell.{name}") for name, _ in LOSSES)
"""Likewise, where the aging tells how much active material is lost, and the cells have some."""


WHERE_TOLD = (
    STRING_CONNECTIONS, ANODE_CONNECTIONS, SHORT_CONNECTIONS, LOSS_CONNECTIONS, SURFACE_CONNECTIONS,
    RUNAWAY_CONNECTIONS, DENDRITE_CONNECTIONS, METER_CONNECTIONS, MATERIAL_CONNECTIONS,
)  # fmt: skip
"""Connections that are there where both ends are; of several to an input the last one."""


def pack_system(components: Iterable[Component]) -> System:
    """Join the components of a pack at their standard ports.

    Parameters
    ----------
    components : iterable of Component
        PackNetwork and Cell; Bms, Balancer, Thermal and Aging where the pack has them. Any order.

    Returns
    -------
    System
        The pack, its components in the order of `PACK_LAYERS`.

    Raises
    ------
    InputError
        When a component is missing or unknown, does not fit its neighbours, or was built with another set.
    """
    given = {component.name: component for component in components}
    for name in given:
        if name not in PACK_LAYERS:
            raise InputError(f"{name!r} is not a component of a pack; those are {', '.join(PACK_LAYERS)}")
    for name in ("PackNetwork", "Cell"):
        if name not in given:
            raise InputError(f"a pack needs the component {name}; it was given {', '.join(given) or 'none'}")
    check_set(given[name] for name in PACK_LAYERS if name in given)
    joined: dict[tuple[str, str], Connection] = {}
    for connection in PACK_CONNECTIONS:
        if connection.source[0] in given and connection.target[0] in given:
            joined.setdefault(connection.target, connection)
    for connection in chain.from_iterable(WHERE_TOLD):
        ends = connection.source, connection.target
        if all(name in given and port in given[name].ports for name, port in ends):
            joined[connection.target] = connection
    return System(tuple(given[name] for name in PACK_LAYERS if name in given), tuple(joined.values()))


def block_system(block: Component, aging: Component) -> System:
    """Join a pack's block, which holds all that is faster, and its Aging at the ports of the components within.

    Parameters
    ----------
    block, aging : Component
        Called ``Pack`` and ``Aging``.

    Raises
    ------
    InputError
        When they do not fit, or were not built together.
    """

    def end(place: tuple[str, str]) -> tuple[str, str]:
        return place if place[0] == aging.name else (block.name, place[1])

    check_set((block, aging))
    across = [c for c in PACK_CONNECTIONS if (c.source[0] == aging.name) != (c.target[0] == aging.name)]
    told = [c for c in (*MATERIAL_CONNECTIONS, *DENDRITE_CONNECTIONS) if c.source[0] == aging.name]
    across += [c for c in told if c.source[1] in aging.ports and c.target[1] in block.ports]
    return System((block, aging), tuple(dict.fromkeys(Connection(end(c.source), end(c.target)) for c in across)))
