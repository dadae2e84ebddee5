"""Switching converters that carry charge between cells: one period exactly, its steady state, its averages.

Equations
---------
The voltages at both sides are constant over a period T, so that every interval is linear of first order, and its
end, charge and Joule heat are closed forms.

*Inductor* (`converter_inductor`). For d T the switch lays the inductor across the input, then the diode lets
its current run on into the output until it ends or the period does::

    (L + L_s) di/dt = V_1 - (R_w1 + R_s) i                                      switch closed
    L di/dt = -(V_2 + V_d) / n - (R_w2 + R_d) i / n**2                          diode conducting
    t_zero = L n**2 / (R_w2 + R_d) ln(1 + (R_w2 + R_d) i_peak / (n (V_2 + V_d)))

with the turns n of the output for each turn of the input, the output's current being i / n, the resistances of
windings, switch and diode, the diode's drop V_d and the leakage L_s. The buck-boost between adjacent cells is
``n = 1``, one winding, no leakage; the flyback from a cell to the pack has the pack's voltage as V_2, that from
the pack to a cell as V_1.

Commutation of the leakage takes no time here; what it moves is booked. As the switch opens, the leakage runs down into
the clamp at V_c and keeps charge from the output meanwhile; as it closes on a current i, the flux of the
loop is conserved, and the energy set free goes to both sides by the share that the ramps of a commutation give them::

    opens:   clamp takes V_c q,  output loses q / n,  q = L_s i**2 / (2 (V_c - V_r)),  V_r = (V_2 + V_d) / n
    closes:  i -> i L / (L + L_s),  input regains q,  output gains q / n,  q = L L_s / (L + L_s) i**2 / (2 (V_1 + V_r))

*Steady state.* In continuous conduction a period is an affine map ``i -> a i + b`` of the current at its start, whose
fixed point is ``b / (1 - a)``; where that is not positive, conduction is discontinuous, and the period
starts from 0. Without losses, discontinuous, the input gives ``V_1 d**2 T / (2 L)`` on average.

*Capacitor* (`converter_capacitor`). For d T it lies across cell 1, for the rest across cell 2, each time through
R = ESR + switches::

    C dv/dt = (V_k - v) / R        charge of a period = C (V_1 - V_2) (1 - e_1) (1 - e_2) / (1 - e_1 e_2)

with ``e_k = exp(-t_k / (R C))``. At d = 1/2 it is the resistance ``coth(1 / (4 f R C)) / (f C)`` between the cells:
``1 / (f C)`` where each interval settles, ``4 R`` where the voltage hardly moves.

Averages over the period: current into the cell at either side (the one that gives has a negative one), losses by part,
and ``V_1 charge taken = V_2 charge given + losses`` in the steady state.

Limits
------
Voltages constant within a period: the cells' fast impedance may be added to the resistances. Positive voltages, and
``V_c > (V_2 + V_d) / n`` where there is leakage. Edges of the switch are instants; gate charge, capacitances of the
semiconductors, reverse recovery and core losses are left out. A synchronous rectifier is a diode without a
drop that opens at current 0. The drop over resistances during commutation is that of the full current: in
continuous conduction the averages of a flyback err by about half the share of the period that its commutations
take (0.5 to 1 % where the leakage is 1 % of L), in discontinuous conduction by less than 0.05 %. Continuous conduction
settles only where something loses: without any resistance and leakage its current is infinite. A capacitor needs a
resistance.

References
----------
R. W. Erickson, D. Maksimovic, Fundamentals of Power Electronics, 3rd edition, Springer 2020,
doi:10.1007/978-3-030-43881-4, chapters 3 (losses), 5 (discontinuous conduction) and 6 (flyback). J. W. Kimball, P. T.
Krein, K. R. Cahill, IEEE Power Electronics Letters 3 (2005) 136, doi:10.1109/LPEL.2005.863603 (the coth law, and its
limits). W. E, B. Engquist, Commun. Math. Sci. 1 (2003) 87, doi:10.4310/CMS.2003.v1.n1.a8 (averages of the fast
system drive the slow one).
"""

from __future__ import annotations

from typing import NamedTuple

from ....core.model import kernel


class OperatingPoint(NamedTuple):
    """Where a converter works."""

    input_voltage: float
    """V_1 at the side of the switch [V], > 0."""
    output_voltage: float
    """V_2 [V], > 0."""
    duty: float
    """Share d of the period in which the input is connected, 0 to 1."""
    period: float
    """T [s], > 0."""


class Average(NamedTuple):
    """What a converter does in its periodic steady state."""

    input_current: float
    """Mean current into the cell or pack at the input [A]: negative where it gives."""
    output_current: float
    """Mean current into the cell or pack at the output [A]."""
    peak: float
    """Largest size of the current in the inductor or capacitor [A]."""
    ripple: float
    """Range of the inductor's current [A] or of the capacitor's voltage [V] over the period."""
    loss: float
    """Mean power of all losses [W]."""
    efficiency: float
    """Energy that arrives over energy given; 0 where nothing is given."""


@kernel
def efficiency(input_energy: float, output_energy: float) -> float:
    """Return which share of the energy given arrives; 0 where nothing is given.

    Parameters
    ----------
    input_energy : float
        Taken from the input [J]; negative where the input receives.
    output_energy : float
        Given to the output [J].
    """
    if input_energy > 0.0:
        return output_energy / input_energy
    return input_energy / output_energy if output_energy < 0.0 else 0.0
