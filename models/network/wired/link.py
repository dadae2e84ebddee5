"""The link behind the contactor of a wired pack: the capacitor at which the load acts, exactly over any step.

Equations
---------
The wired pack is a port ``V = E + R I``; E and R hold during the step. A conductance G, of contactor and pre-charge
path together, leads from its terminals to the link (`contactors`); so ``g = 1 / (R + 1/G)`` leads from E to the link, 0
where both are open. The load lets the constant current I_L flow into the link, the pack takes I of it, and the
capacitor C what is left, J at the start, where the link's voltage is v_0::

    C dv/dt = I_L - I,   I = g (v - E),   J = I_L + g (E - v_0)
    v(t) = v_0 + J t/C m_1(g t/C),   I(t) = I_L - J exp(-g t/C),   m_1(a) = (1 - exp(-a))/a

With ``a = g h/C`` and ``m_2(a) = (1 - m_1(a))/a`` the link is a port to the load, at the end of a step of h and in the
mean over it. A power is the mean over the step; voltages hold at the end of it, and so do limits of cells::

    v(h) = v_0 + g (E - v_0) h/C m_1 + h/C m_1 I_L
    mean v = v_0 + g (E - v_0) h/C m_2 + h/C m_2 I_L

Over the step I has the mean ``I_L - J m_1`` and the variance ``J^2 q``, ``q = (1 - exp(-2a))/(2a) - m_1^2``.

Limits
------
A load draws the link to 0 V and no further, and charges it to `maximum_link_voltage` and no further: then its current
is smaller than it asks for, and `link_empty` or `link_full` is set. A power that neither pack nor capacitor can give in
this step is refused.

References
----------
L. O. Chua, C. A. Desoer, E. S. Kuh, Linear and Nonlinear Circuits, McGraw-Hill 1987, chapter 6: first-order circuits.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import DataType, Variable
from ...numerics.elementary import exp, expm1
from .. import loads
from ..bounds import VOLTAGE
from . import limits

TERMS = 18
"""Of a series whose argument is below 1: the next one is below 1e-17 of the first."""


def fields(series: int) -> Fields:
    """Return the capacitor behind a pack of so many cells in series, and what it tells."""
    highest = VOLTAGE * series
    energies = {
        "load_energy": "Energy from the load into the link",
        "link_energy": "Energy that the capacitor of the link has taken up",
    }
    return Fields(
        parameters=(
            Variable("link_capacitance", "F", None, 1e-3, 1e-9, 1e3, 1e-3, "Capacitance of the link",
                     display_unit="uF"),
            Variable("initial_link_voltage", "V", None, 0.0, 0.0, highest, 4.0 * series,
                     "Voltage of the link at the start, where the main contactor is open then"),
            Variable("maximum_link_voltage", "V", None, 5.0 * series, 0.0, highest, 4.0 * series,
                     "Voltage to which a load charges the link at most", tunable=True),
        ),
        outputs=(
            Variable("link_voltage", "V", None, 0.0, -UNBOUNDED, UNBOUNDED, 4.0 * series,
                     "Voltage of the link at the end of the step"),
            Variable("load_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                     "Current of the load into the link"),
            Variable("link_empty", "1", None, 0.0, 0.0, 1.0, 1.0, "The load draws the link to 0 V",
                     data_type=DataType.BOOLEAN),
            Variable("link_full", "1", None, 0.0, 0.0, 1.0, 1.0, "The load charges the link to its greatest voltage",
                     data_type=DataType.BOOLEAN),
            *(
                Variable(name, "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1e3, f"{text}, over the step")
                for name, text in energies.items()
            ),
        ),
        states=(
            state("capacitor_voltage", "V", None, "Voltage of the link"),
            state("link_conductance", "S", None, "g: from the EMF of the pack to the link", 0.0),
            state("link_drive", "A", None, "g (E - v_0): current into the capacitor without a load"),
            state("link_decay", "1", None, "a: how much the step is longer than the time constant", 0.0),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def mean_decay(a: float) -> float:
    """Return ``m_1(a) = (1 - exp(-a))/a``, a >= 0."""
    return -expm1(-a) / a if a > 0.0 else 1.0


@kernel
def mean_rise(a: float) -> float:
    """Return ``m_2(a) = (1 - m_1(a))/a``, a >= 0; below 1 by its series."""
    if a >= 1.0:
        return (1.0 - mean_decay(a)) / a
    term, total = 0.5, 0.5
    for n in range(3, TERMS + 3):
        term *= -a / n
        total += term
    return total


@kernel
def variance_of_decay(a: float) -> float:
    """Return ``q(a)``, the variance of ``exp(-a s)`` for s from 0 to 1; below 1 by its series, all of it positive."""
    if a >= 1.0:
        return mean_decay(2.0 * a) - mean_decay(a) * mean_decay(a)
    term, total = 0.5, 0.0
    for n in range(1, TERMS // 2):
        term *= a * a / ((2 * n + 1) * (2 * n + 2))
        total += 2 * n * term
    return exp(-a) * total


@kernel
def reset(x: Block, y: Block, voltage: float) -> None:
    """Start a run with the link at a voltage [V]."""
    x.capacitor_voltage = y.link_voltage = voltage
    y.load_current = y.load_energy = y.link_energy = y.link_empty = y.link_full = 0.0


@kernel
def begin(x: Block, p: Block, emf: float, conductance: float, h: float) -> None:
    """Set how the link follows an EMF [V] behind a conductance [S] over a step of h [s]."""
    x.link_conductance = conductance
    x.link_drive = conductance * (emf - x.capacitor_voltage)
    x.link_decay = conductance * h / p.link_capacitance


@kernel
def mean_port(x: Block, p: Block, h: float) -> tuple[float, float]:
    """Return EMF [V] and resistance [Ohm] of the link in the mean over a step of h [s]."""
    resistance = h / p.link_capacitance * mean_rise(x.link_decay)
    return x.capacitor_voltage + resistance * x.link_drive, resistance


@kernel
def end_port(x: Block, p: Block, h: float) -> tuple[float, float]:
    """Return EMF [V] and resistance [Ohm] of the link at the end of a step of h [s]."""
    resistance = h / p.link_capacitance * mean_decay(x.link_decay)
    return x.capacitor_voltage + resistance * x.link_drive, resistance


@kernel
def end_current(x: Block, current: float) -> float:
    """Return the pack current at the end of the step [A] under a load's current [A]."""
    return -expm1(-x.link_decay) * current - exp(-x.link_decay) * x.link_drive


@kernel
def current_for(x: Block, wanted: float, ending: float, limited: float) -> float:
    """Return the load's current, as wanted or less, whose pack current at the end is `limited`, not `ending` [A]."""
    if limited == ending:
        return wanted
    current = (limited + exp(-x.link_decay) * x.link_drive) / -expm1(-x.link_decay)
    return min(max(current, min(wanted, 0.0)), max(wanted, 0.0))


@kernel
def set_load(x: Block, p: Block, u: Block, y: Block, h: float) -> float:
    """Return the current [A] that the load sets over a step of h [s], after `limits.prepare`."""
    if u.load_mode == loads.CONSTANT_CURRENT_CELL_VOLTAGE:
        loads.begin_charge(x, u)
        ending = end_current(x, u.pack_current)
        limited = limits.cell_limited_current(x, p, u, y, ending)
        return loads.charge_current(x, p, u, current_for(x, u.pack_current, ending, limited))
    emf, resistance = mean_port(x, p, h) if u.load_mode == loads.POWER else end_port(x, p, h)
    return loads.terminal_current(x, p, u, emf, resistance)


@kernel
def set_load_by_anodes(x: Block, p: Block, u: Block, y: Block, h: float) -> float:
    """Return the current [A] that the load sets, where cells tell of their negative electrodes."""
    if u.load_mode == loads.ANODE_POTENTIAL:
        loads.begin_charge(x, u)
        ending = end_current(x, u.pack_current)
        return current_for(x, u.pack_current, ending, limits.anode_limited_current(x, u, y, ending))
    return set_load(x, p, u, y, h)


@kernel
def drawn(x: Block, p: Block, y: Block, current: float, h: float) -> float:
    """Return the load's current [A] that leaves the link within 0 V and its limit after a step of h [s]."""
    emf, resistance = end_port(x, p, h)
    ending = emf + resistance * current
    y.link_empty = 1.0 if current < 0.0 and ending <= 0.0 else 0.0
    y.link_full = 1.0 if current > 0.0 and ending > p.maximum_link_voltage else 0.0
    if y.link_full == 1.0:
        return max((p.maximum_link_voltage - emf) / resistance, 0.0)
    return min(-emf / resistance, 0.0) if y.link_empty == 1.0 else current


@kernel
def mean_current(x: Block, current: float) -> float:
    """Return the mean of the pack current [A] under a load's current [A]."""
    return current - (current + x.link_drive) * mean_decay(x.link_decay)


@kernel
def variance(x: Block, current: float) -> float:
    """Return the variance of the pack current within the step [A2] under a load's current [A]."""
    at_start = current + x.link_drive
    return at_start * at_start * variance_of_decay(x.link_decay)


@kernel
def finish(x: Block, p: Block, y: Block, current: float, h: float) -> None:
    """Write voltage and energies of the link after a step of h [s] under a load's current [A]."""
    emf, resistance = mean_port(x, p, h)
    y.load_current, y.load_energy = current, h * current * (emf + resistance * current)
    emf, resistance = end_port(x, p, h)
    before, after = x.capacitor_voltage, 0.0 if y.link_empty == 1.0 else emf + resistance * current
    y.link_energy = 0.5 * p.link_capacitance * (after - before) * (after + before)
    x.capacitor_voltage = y.link_voltage = after
