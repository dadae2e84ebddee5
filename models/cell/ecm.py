"""Cells as Thévenin equivalent circuits, each offering its network an affine port.

Equations
---------
For each cell, current i positive into it::

    v = U(z, T) + R0(z, T) i + sum_j v_j + v_h
    U = U_ref(z) + (T - T_ref) dU/dT(z)
    Q dz/dt = i_m,   i_m = eta i - i_s(T) while charging, i - i_s(T) else
    dv_j/dt = i / C_j(z) - v_j / (R_j(z, T) C_j(z))
    dv_h/dt = -(gamma |i| / Q + d) v_h + gamma M i / Q
    R(z, T) = s R(z) exp(E / (R_gas T) - E / (R_gas T_ref)),   i_s likewise with its sign turned

with state of charge z, capacity Q, Coulombic efficiency eta, self-discharge current i_s, hysteresis voltage v_h
of bound M, rate gamma and decay d, and the cell's resistance scale s. A step takes current and temperature as
constant, and the coefficients of the RC pairs and R0 at the SOC in the middle of the step; everything else is
integrated exactly. The SOC keeps what rounding cuts off: many small steps lose no charge.

The port is the voltage `lookahead` seconds from now under constant current, linearised about the last current:
``v(t + lookahead) = emf + resistance * current``. At the last current that voltage is exact; the slope leaves out
that another current leads to other resistances and capacitances, and where the last current is 0 it is the mean of
the slopes that hysteresis has on both sides.

Heat of a step is the integral of
``i^2 R0 + sum_j v_j^2 / R_j + (|i| / M + Q d / (gamma M)) v_h^2 + i_m T dU/dT + (i - i_m) U``, stored energy
``Q integral (U - T dU/dT) dz + sum_j C_j v_j^2 / 2 + Q v_h^2 / (2 gamma M)``. The energy that a capacitance's
dependence on SOC creates or removes is booked as table energy: the change of the stored energy is
``stored_energy + table_energy``, and ``electrical_energy = stored_energy + heat``.

Aging, where it is declared
---------------------------
Three inputs act at the beginning of a step, where they have changed since the last one or, at first, since the
initialisation. With `capacity_loss` the capacity is ``Q = capacity (1 - capacity_loss)``: a loss dQ leaves the SOC z as
it is, and takes the charge ``z dQ`` and the energy ``dQ (integral from 0 to z of (U - T dU/dT) dz + v_h^2 / (2 gamma
M))`` out of the cell, its aging charge and aging energy. `resistance_growth` g multiplies all resistances by ``1 + g``.
What `soc_shift` has gained is added to the SOC, and its charge and energy to the cell. Then::

    charge + shifted_charge = stored_charge + lost_charge + aging_charge
    electrical_energy + shifted_energy = stored_energy + heat + aging_energy

The counters of stress are cumulative since the initialisation. Damage is that of the laws of power of
`empirical_aging`: by time at the open-circuit voltage of the SOC, at the reference temperature, and at the cell's
temperature; by cycles of the SOC (`rainflow`), with the charge that flowed in a cycle and the mean voltage weighed by
it. What is open counts as half-cycles: the damage grows with the charge, not by whole cycles, and a day like the one
before adds as much, wherever in it the counters are read. The voltage is that at open circuit, at the reference
temperature: what current adds on the way up it takes on the way down, little in a cycle, but much in half of one.
Throughput and C-rate count by the capacity that the cell had when new. A shift of the SOC is no cycle. Times are
weighed by the activities of the film's reaction and diffusion (`sei`) at the anode's potential at rest. Lithium is
plated and stripped by `plating`, by the anode's potential under the current. A step takes all of these at the SOC in
its middle: under constant stress it is exact, whatever its length.

Limits
------
The tables extrapolate linearly (U, dU/dT) or hold their ends (resistances, capacitances) beyond SOC 0 and 1; the
model does not stop there. Hysteresis is switched by the charge through the terminals, self-discharge and what
Coulombic efficiency loses included. The whole cell has one temperature.

References
----------
G. L. Plett, Battery Management Systems, Volume I: Battery Modeling, Artech House 2015, chapter 2 (enhanced
self-correcting cell model). D. Bernardi, E. Pawlikowski, J. Newman, J. Electrochem. Soc. 132 (1985) 5,
doi:10.1149/1.2113792 (heat and the entropic term). Aging: J. Schmalstieg et al., J. Power Sources 257 (2014) 325,
doi:10.1016/j.jpowsour.2014.02.012 (the laws), ASTM E1049-85 (2017), doi:10.1520/E1049-85R17 (rainflow count), M. Safari
et al., J. Electrochem. Soc. 156 (2009) A145, doi:10.1149/1.3043429 (film), S. E. J. O'Kane et al., J. Electrochem. Soc.
167 (2020) 090540, doi:10.1149/1945-7111/ab90ac (plating).
"""

from __future__ import annotations

from dataclasses import replace

from ...core import timescale
from ...core.fields import Fields
from ...core.model import DONE, Block, Model, Update, kernel
from ...core.statistics import extremes_of
from ...core.variable import Count
from ..aging.kind import AgingParameters
from . import aged as cell_aging
from . import circuit, stress_variables, variables
from . import step as cell_step
from . import stress as cell_stress
from .kind import CellParameters
from .port import offer_port


def declare(cells: int, parameters: CellParameters, aging: AgingParameters | None = None) -> Model:
    """Declare n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    parameters : CellParameters
        Start values of every cell; each may be given its own capacity, resistance scale and so on afterwards.
    aging : AgingParameters, optional
        How they age. Without it they have neither counters of stress nor inputs of aging.
    """
    cells = Count(cells, "cell")
    port = variables.port_outputs(cells)
    voltage, soc = port[2:4]
    model = Model(
        name="Cell",
        description="Cells as Thévenin equivalent circuits with RC pairs, hysteresis, self-discharge and heat",
        fields=Fields(
            modules=(__name__,),
            parameters=variables.cell_parameters(cells, parameters) + variables.kind_parameters(parameters),
            inputs=variables.inputs(cells, parameters),
            outputs=(
                *(port + variables.ledger_outputs()),
                *(extremes_of(voltage).variables + extremes_of(soc).variables + timescale.timescale_variables()),
            ),
            states=variables.states(cells, parameters.pairs),
        ),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        update=Update.EXACT,
    )
    return with_aging(model, cells, parameters, aging) if aging else model


def with_aging(model: Model, cells: int, parameters: CellParameters, aging: AgingParameters) -> Model:
    """Return the cells with inputs of aging and counters of stress.

    These stand first in their blocks: a record that began like that of cells without aging, numba would take for one.
    """
    return replace(
        model,
        fields=Fields(
            parameters=stress_variables.parameters(aging),
            inputs=cell_aging.inputs(cells),
            outputs=stress_variables.outputs(cells) + cell_aging.ledger_outputs(),
            states=cell_aging.states(cells) + stress_variables.states(cells, parameters.nodes),
        )
        + model.fields,
        initialize=initialize_aging,
        advance=advance_aging,
    )


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Rest as new."""
    circuit.renew(x, p)
    cell_step.rest(x, p, u, y)


@kernel
def initialize_aging(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Rest as aged as the inputs tell, all counters at 0."""
    cell_aging.renew(x, p, u)
    cell_aging.clear_ledger(y)
    cell_step.rest(x, p, u, y)
    cell_stress.begin(x, p, y)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Let the ports follow `lookahead`."""
    timescale.reset_timescales(y)
    for k in range(x.soc.shape[0]):
        offer_port(x, p, y, k)


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Advance every cell by h seconds under constant current and temperature."""
    cell_step.begin(y)
    for k in range(x.soc.shape[0]):
        cell_step.step(x, p, u, y, k, h)
    cell_step.summarise(y)
    return DONE


@kernel
def advance_aging(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what aging has changed, advance every cell, and count what the step did to it."""
    cell_step.begin(y)
    cell_aging.clear_ledger(y)
    for k in range(x.soc.shape[0]):
        shifted = cell_aging.take(x, p, u, y, k)
        if shifted != 0.0:
            cell_stress.shift(x, k, shifted)
        start = x.soc[k]
        voltage = cell_step.step(x, p, u, y, k, h)
        cell_stress.count(x, p, y, k, start, voltage, h)
    cell_step.summarise(y)
    return DONE
