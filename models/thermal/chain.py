"""Cells in a thermal chain, cooled by the air around them and, where there is one, by a cooling plate.

Equations
---------
For cell k of n, with temperature T_k, heat q_k generated in it, and air at T_a::

    C_k dT_k/dt = q_k + h_k (T_a - T_k) + g (T_{k-1} - T_k) + g (T_{k+1} - T_k) - W (S_k - S_{k-1})
    S_k = S_{k-1} + (1 - exp(-G / W)) (T_k - S_{k-1}),   S_0 the inlet

The terms with a neighbour are absent at the two ends of the chain. C is the heat capacity, h the convection, g the
conduction between neighbours. The coolant of heat capacity rate W (mass flow times specific heat) passes the cells in
the order of their numbers and reaches cell k at S_{k-1}. Its own heat capacity is neglected. S_k is the exact solution
along a plate element of conductance G under a cell of one temperature. With G or W zero there is no plate: air cools
the cells, and the outlet is the inlet. One elimination along chain and coolant solves a stage of the method in O(n),
with pivots that are sums of positive terms.

Limits
------
A cell has one temperature: conductances to it contain the path through the cell. Conduction joins neighbours in the
order of the numbers only. The air around the pack has one temperature and takes any heat. Steps of any length are
stable, and long steps end in the steady state. A transient does not overshoot in steps up to 2.4 times the least
``C_k / (h_k + 2 g + G)``. In longer steps a deviation may change its sign, and shrinks to about a fifth or less.

Start values. Measured: the mass of a 2013 Nissan Leaf cell, 0.799 kg. Assumed: a specific heat of 1100 J/(kg K), hence
880 J/K (large pouch cells were measured at 1106 [1] and 1250 J/(kg K) [2]; the Leaf cell in its test fixture shows
more, for the fixture takes part). Assumed: convection of 0.3 W/K a cell, which is 11 W/(m2 K) over a case of 5.2 m2
(1.57 x 1.19 x 0.26 m) shared by 192 cells; the heat capacity of the case is left out, so that a whole pack cools
more slowly than its cells do here. Assumed: conduction of 1 W/K between neighbours; a through-plane conductivity of
0.47 W/(m K) [2] over a face of 0.06 m2 and a pitch of 9 mm allows 3 W/K at most, before contact.

Shared states
-------------
`temperature` and `source` are written here; `elimination` uses them.

References
----------
Elimination without subtractions: W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33 (1985) 1107-1116,
doi:10.1287/opre.33.5.1107. Coolant: F. P. Incropera et al., Fundamentals of Heat and Mass Transfer, 6th ed., Wiley
2007, section 8.3.3 (constant surface temperature). [1] Anisotropic thermal characterisation of large-format
lithium-ion pouch cells, arXiv:2112.09768 (489 g, 541 J/K). [2] D. Droese, J. Kowal, Appl. Sci. 13 (2023) 2870,
doi:10.3390/app13052870 (46 A.h cell).
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import Model, Update
from ...core.variable import Variable, counted
from ..numerics.summation import add
from . import board, elimination, method, timescales
from .method import CAPACITY, CARRIED, CONDUCTANCE, GAMMA, HOTTEST, mean_temperature
from .ports import (
    TEMPERATURE_EXTREMES,
    given_temperature,
    heats,
    refusals,
    temperature,
    within_range,
    write_temperature_extremes,
)

MODULES = (elimination.__name__, method.__name__)
"""Whose kernels are called."""


def declare(cells: int, shorts: bool = False) -> Model:
    """Declare a chain of cells and the balancer's board.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    shorts : bool
        Whether shorts across the cells heat them, too.
    """
    cells = counted("cells", cells, "cell")
    return Model(
        name="Thermal",
        description="Cells in a thermal chain with ambient air, an optional cooling plate and the balancer's board",
        fields=fields(cells, shorts) + board.fields() + timescales.fields() + Fields(modules=MODULES),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance_with_shorts if shorts else advance,
        refusals=refusals(),
        update=Update.IMPLICIT,
    )


def fields(cells: int, shorts: bool) -> Fields:
    """Return heat capacities and conductances, what heats and cools, the temperatures, and the heat of a step."""
    work = (
        ("temperature", "K", cells, "Temperature of each cell"),
        ("remainder", "K", cells, "What rounding cut off the temperature of each cell"),
        ("inverse_pivot", "K/W", cells, "Work: reciprocal pivots of the elimination"),
        ("coupling", "1", cells, "Work: rise of each cell for a rise of the next"),
        ("coolant_reach", "1", cells, "Work: rise of the coolant behind each cell for a rise of that cell"),
        ("source", "W", cells, "Work: right-hand side"),
        ("heating", "W", cells, "Work: all heat that is generated in each cell"),
        ("first_rise", "K", cells, "Work: rise of the temperatures in the first stage"),
        ("rise", "K", cells, "Work: rise of the temperatures over the step"),
    )
    return Fields(
        parameters=(
            Variable("heat_capacity", "J/K", cells, 880.0, 1e-3, CAPACITY, 1e3, "Heat capacity of each cell"),
            Variable("convection", "W/K", cells, 0.3, 0.0, CONDUCTANCE, 1.0,
                     "Conductance from each cell to the ambient air"),
            Variable("conduction", "W/K", None, 1.0, 0.0, CONDUCTANCE, 1.0, "Conductance between neighbouring cells"),
            Variable("plate_conductance", "W/K", None, 0.0, 0.0, CONDUCTANCE, 1.0,
                     "Conductance from each cell to the coolant under it; 0: no cooling plate"),
            Variable("coolant_heat_capacity_rate", "W/K", None, 100.0, 0.0, CONDUCTANCE, 100.0,
                     "Mass flow times specific heat of the coolant; 0: no cooling plate"),
            given_temperature("initial_temperature", "Temperature of cells and board at the start"),
        ),
        inputs=(
            Variable("heat_rate", "W", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Heat generated in each cell"),
            *([Variable("short_heat_rate", "W", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                        "Heat generated in the short across each cell, which stays in the cell")] if shorts else []),
            given_temperature("ambient_temperature", "Temperature of the air around cells and board"),
            given_temperature("coolant_temperature", "Temperature of the coolant at its inlet"),
        ),
        outputs=(
            temperature(cells),
            Variable("coolant_outlet_temperature", "K", None, 298.15, -UNBOUNDED, UNBOUNDED, 300.0,
                     "Temperature of the coolant behind the last cell; of the inlet where there is no plate",
                     display_unit="degC"),
            *heats(),
            *TEMPERATURE_EXTREMES.variables,
        ),
        states=tuple(
            Variable(name, unit, size, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, text) for name, unit, size, text in work
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def net_heat(x: Block, p: Block, u: Block) -> None:
    """Write the heat flow into every cell at the present temperatures [W]: the right-hand side of the first stage."""
    share, plate = elimination.plate_element(p)
    coolant = u.coolant_temperature
    last = x.temperature.shape[0] - 1
    for k in range(last + 1):
        own = x.temperature[k]
        flow = x.heating[k] + p.convection[k] * (u.ambient_temperature - own) + plate * (coolant - own)
        if k > 0:
            flow += p.conduction * (x.temperature[k - 1] - own)
        if k < last:
            flow += p.conduction * (x.temperature[k + 1] - own)
        coolant += share * (own - coolant)
        x.source[k] = flow


@kernel
def step_cells(x: Block, p: Block, u: Block, h: float) -> None:
    """Find the rise of every cell in both stages of a step of h [s]; the second is that of the step."""
    net_heat(x, p, u)
    elimination.factorise(x, p, h)
    elimination.solve(x, p, x.first_rise)
    for k in range(x.source.shape[0]):
        x.source[k] += p.heat_capacity[k] / (GAMMA * h) * CARRIED * x.first_rise[k]
    elimination.solve(x, p, x.rise)


@kernel
def write_heat(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Write the heat of all cells over a step of h [s], integrated with the weights of the method."""
    share, plate = elimination.plate_element(p)
    generated, stored, ambient, cooled = 0.0, 0.0, 0.0, 0.0
    coolant = u.coolant_temperature
    for k in range(x.temperature.shape[0]):
        mean = mean_temperature(x.temperature[k], x.first_rise[k], x.rise[k])
        generated += x.heating[k]
        stored += p.heat_capacity[k] * x.rise[k]
        ambient += p.convection[k] * (mean - u.ambient_temperature)
        cooled += plate * (mean - coolant)
        coolant += share * (mean - coolant)
    y.generated_heat, y.stored_heat, y.ambient_heat, y.coolant_heat = h * generated, stored, h * ambient, h * cooled


@kernel
def write_temperatures(x: Block, p: Block, u: Block, y: Block) -> None:
    """Write the temperatures of cells and coolant."""
    share, _ = elimination.plate_element(p)
    coolant = u.coolant_temperature
    for k in range(x.temperature.shape[0]):
        y.temperature[k] = x.temperature[k]
        coolant += share * (x.temperature[k] - coolant)
    y.coolant_outlet_temperature = coolant
    write_temperature_extremes(x.temperature, y)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Set cells and board to the initial temperature."""
    for k in range(x.temperature.shape[0]):
        x.temperature[k], x.remainder[k] = p.initial_temperature, 0.0
    board.start(x, p, y)
    y.generated_heat, y.stored_heat, y.ambient_heat, y.coolant_heat = 0.0, 0.0, 0.0, 0.0
    timescales.write_timescales(p, y, *elimination.plate_element(p))
    write_temperatures(x, p, u, y)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no parameter is tunable."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Step cells and board by h [s] under constant heat, air and coolant inlet, within the range of temperatures."""
    for k in range(x.heating.shape[0]):
        x.heating[k] = u.heat_rate[k]
    return step(x, p, u, y, h)


@kernel
def advance_with_shorts(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Step likewise, where shorts across the cells heat them, too."""
    for k in range(x.heating.shape[0]):
        x.heating[k] = u.heat_rate[k] + u.short_heat_rate[k]
    return step(x, p, u, y, h)


@kernel
def step(x: Block, p: Block, u: Block, y: Block, h: float) -> int:
    """Step cells and board by h [s]; all heat of the cells is known."""
    step_cells(x, p, u, h)
    write_heat(x, p, u, y, h)
    board.step(x, p, u, y, h)
    for k in range(x.temperature.shape[0]):
        x.temperature[k], x.remainder[k] = add(x.temperature[k], x.remainder[k], x.rise[k])
    write_temperatures(x, p, u, y)
    return within_range(y, HOTTEST)
