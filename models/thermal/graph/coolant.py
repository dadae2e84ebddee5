"""Coolant in the channels of a thermal graph: channels of a circuit share its flow in parallel, contacts are in series.

Equations
---------
Coolant of the heat capacity rate W reaches a contact of conductance G at S. Along it the node has one temperature T, so
the coolant leaves at (exact)::

    S + s (T - S),   s = 1 - exp(-G / W),   and takes  W s (T - S)

from the node. It has no heat capacity of its own. Where W is 0 it stands and takes nothing. A circuit's outlet has the
mean of its channels by their shares; what no channel takes passes by, at the temperature of the inlet.

Shared states
-------------
`coolant_heat_flow`, the heat flow into the coolant, which `scheme` books.

References
----------
F. P. Incropera et al., Fundamentals of Heat and Mass Transfer, 6th ed., Wiley 2007, section 8.3.3 (constant surface
temperature).
"""

from __future__ import annotations

import numpy as np

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ...numerics import laplacian
from ...numerics.elementary import expm1
from ..method import COLDEST, CONDUCTANCE, HOTTEST
from .system import ThermalSystem


def fields(system: ThermalSystem) -> Fields:
    """Return contacts and shares of channels, flow and inlet of circuits, and the outlets."""
    graph = system.graph
    channels = [channel for circuit in graph.circuits for channel in circuit.channels]
    conductances = np.array([contact.conductance for channel in channels for contact in channel.contacts])
    contacts, parts = Count(len(conductances), "coolant_contact"), Count(len(channels), "channel")
    circuits = Count(len(graph.circuits), "circuit")
    rates = np.array([circuit.heat_capacity_rate for circuit in graph.circuits])
    return Fields(
        parameters=(
            Variable("contact_conductance", "W/K", contacts, conductances, 0.0, CONDUCTANCE, 1.0,
                     "Conductance from node to coolant where a channel passes"),
            Variable("channel_share", "1", parts, np.array([channel.share for channel in channels]), 0.0, 1.0, 1.0,
                     "Share of its circuit's flow that each channel takes"),
        ),
        inputs=(
            Variable("coolant_temperature", "K", circuits, 298.15, COLDEST, HOTTEST, 300.0,
                     "Temperature of the coolant at the inlet of each circuit", display_unit="degC"),
            Variable("coolant_flow", "W/K", circuits, rates, 0.0, CONDUCTANCE, 100.0,
                     "Mass flow times specific heat of the coolant of each circuit; 0: it stands"),
        ),
        outputs=(
            Variable("coolant_outlet_temperature", "K", circuits, 298.15, -UNBOUNDED, UNBOUNDED, 300.0,
                     "Temperature of the coolant at the outlet of each circuit; of the inlet where it stands",
                     display_unit="degC"),
        ),
        states=(
            state("channel_flow", "W/K", parts, "Heat capacity rate of the coolant in each channel", 0.0),
            state("exchanged_share", "1", contacts, "Share of the difference that the coolant takes on", 0.0, 1.0),
            state("coolant_heat_flow", "W", None, "Work: heat flow into the coolant"),
        ),
        constants=(
            laplacian.constant("circuit_start", system.circuit_start, "circuit_end", "Where its channels begin"),
            laplacian.constant("channel_start", system.channel_start, "channel_end", "Where its contacts begin"),
            laplacian.constant("contact_node", system.contact_node, "coolant_contact", "Node of each contact"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def set_flows(x: Block, p: Block, u: Block, c: Block) -> None:
    """Set what each contact exchanges for the flows at hand."""
    for q in range(u.coolant_flow.shape[0]):
        for channel in range(c.circuit_start[q], c.circuit_start[q + 1]):
            rate = u.coolant_flow[q] * p.channel_share[channel]
            x.channel_flow[channel] = rate
            for k in range(c.channel_start[channel], c.channel_start[channel + 1]):
                x.exchanged_share[k] = -expm1(-p.contact_conductance[k] / rate) if rate > 0.0 else 0.0


@kernel
def linearise(x: Block, c: Block) -> None:
    """Add to the outside of each node what its contacts conduct, and to `fed_sum` what coolant may bring it."""
    for channel in range(x.channel_flow.shape[0]):
        passed = 1.0
        for k in range(c.channel_start[channel], c.channel_start[channel + 1]):
            conductance = x.channel_flow[channel] * x.exchanged_share[k]
            x.outside_conductance[c.contact_node[k]] += conductance
            x.fed_sum[c.contact_node[k]] += conductance * (1.0 - passed)
            passed *= 1.0 - x.exchanged_share[k]


@kernel
def add(x: Block, u: Block, c: Block, at: Block) -> None:
    """Take what the coolant takes from `flow` [W], at temperatures `at` [K]."""
    x.coolant_heat_flow = 0.0
    for q in range(u.coolant_flow.shape[0]):
        for channel in range(c.circuit_start[q], c.circuit_start[q + 1]):
            coolant = u.coolant_temperature[q]
            for k in range(c.channel_start[channel], c.channel_start[channel + 1]):
                warmer = x.exchanged_share[k] * (at[c.contact_node[k]] - coolant)
                coolant += warmer
                x.flow[c.contact_node[k]] -= x.channel_flow[channel] * warmer
                x.coolant_heat_flow += x.channel_flow[channel] * warmer


@kernel
def add_rise(x: Block, c: Block, rise: Block) -> None:
    """Take what the coolant takes of a `rise` of the nodes [K] from `flow` [W]; the inlet does not rise."""
    for channel in range(x.channel_flow.shape[0]):
        coolant = 0.0
        for k in range(c.channel_start[channel], c.channel_start[channel + 1]):
            warmer = x.exchanged_share[k] * (rise[c.contact_node[k]] - coolant)
            coolant += warmer
            x.flow[c.contact_node[k]] -= x.channel_flow[channel] * warmer
            x.coolant_heat_flow += x.channel_flow[channel] * warmer


@kernel
def feed(x: Block, c: Block, rise: Block, fed: Block) -> None:
    """Write what coolant brings each node [W] as nodes upstream rise [K]; the inlet does not."""
    for i in range(fed.shape[0]):
        fed[i] = 0.0
    for channel in range(x.channel_flow.shape[0]):
        coolant = 0.0
        for k in range(c.channel_start[channel], c.channel_start[channel + 1]):
            fed[c.contact_node[k]] += x.channel_flow[channel] * x.exchanged_share[k] * coolant
            coolant += x.exchanged_share[k] * (rise[c.contact_node[k]] - coolant)


@kernel
def write_outlets(x: Block, p: Block, u: Block, y: Block, c: Block, at: Block) -> None:
    """Write the temperatures of the coolant at the outlets, with nodes at temperatures `at` [K]."""
    for q in range(u.coolant_flow.shape[0]):
        warmer = 0.0
        for channel in range(c.circuit_start[q], c.circuit_start[q + 1]):
            coolant = u.coolant_temperature[q]
            for k in range(c.channel_start[channel], c.channel_start[channel + 1]):
                coolant += x.exchanged_share[k] * (at[c.contact_node[k]] - coolant)
            warmer += p.channel_share[channel] * (coolant - u.coolant_temperature[q])
        y.coolant_outlet_temperature[q] = u.coolant_temperature[q] + warmer
