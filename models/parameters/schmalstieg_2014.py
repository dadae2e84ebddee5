"""Aging of Sanyo UR18650E, NMC against graphite, 2.05 A.h.

J. Schmalstieg, S. Käbitz, M. Ecker, D. U. Sauer, J. Power Sources 257 (2014) 325, doi:10.1016/j.jpowsour.2014.02.012.
In the units of the publication, with time t in days, throughput Q in A.h, voltages in V and T in K::

    C = 1 - alpha_cap t**0.75 - beta_cap Q**0.5           R = 1 + alpha_res t**0.75 + beta_res Q
    alpha_cap = (7.543 V - 23.75) 1e6 exp(-6976 / T)      alpha_res = (5.270 V - 16.32) 1e5 exp(-5986 / T)
    beta_cap = 7.348e-3 (V_mean - 3.667)**2 + 7.600e-4 + 4.081e-3 DOD
    beta_res = 2.153e-4 (V_mean - 3.725)**2 - 1.521e-5 + 2.798e-4 DOD

The calendar law was measured between 35 and 50 degC, the cycle law at 35 degC and 1C: it depends on neither temperature
nor C-rate. V_mean is the mean voltage of the cycle. Knees of the capacity are not described.
"""

from ..aging.power_laws import EmpiricalLaws, PowerLaw
from ..numerics.arrhenius import GAS_CONSTANT

_DAY = 86400.0
_AMPERE_HOUR = 3600.0
_EVERYWHERE = (0.0, 0.0, 1.0, 0.0, 0.0)

PARAMETERS = EmpiricalLaws(
    name="Sanyo UR18650E",
    source="Schmalstieg et al. 2014, doi:10.1016/j.jpowsour.2014.02.012",
    tested_capacity=2.05 * _AMPERE_HOUR,
    capacity=PowerLaw(
        calendar=(7.543e6 / _DAY**0.75, -23.75e6 / _DAY**0.75, 6976.0 * GAS_CONSTANT),
        calendar_exponent=0.75,
        charge=_EVERYWHERE,
        cycle=(7.348e-3 / _AMPERE_HOUR**0.5, 3.667, 4.081e-3 / _AMPERE_HOUR**0.5, 7.600e-4 / _AMPERE_HOUR**0.5),
        cycle_exponent=0.5,
    ),
    resistance=PowerLaw(
        calendar=(5.270e5 / _DAY**0.75, -16.32e5 / _DAY**0.75, 5986.0 * GAS_CONSTANT),
        calendar_exponent=0.75,
        charge=_EVERYWHERE,
        cycle=(2.153e-4 / _AMPERE_HOUR, 3.725, 2.798e-4 / _AMPERE_HOUR, -1.521e-5 / _AMPERE_HOUR),
        cycle_exponent=1.0,
    ),
)
