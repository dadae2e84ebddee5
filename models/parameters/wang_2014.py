"""Aging of a blend of LMO and NMC against graphite, cells of 1.5 A.h: for the chemistry of the 2013 Nissan Leaf.

J. Wang, J. Purewal, P. Liu, J. Hicks-Garner, S. Soukazian, E. Sherman, A. Sorenson, L. Vu, H. Tataria, M. W.
Verbrugge, J. Power Sources 269 (2014) 937, doi:10.1016/j.jpowsour.2014.07.030. Loss in percent, t in days, throughput
in A.h that were discharged, T in K, rate in C::

    loss = (a T**2 + b T + c) exp((d T + e) rate) Ah + f t**0.5 exp(-E / (R T))
    a = 8.61e-6, b = -5.13e-3, c = 0.763, d = -6.7e-3, e = 2.35, f = 14876, E = 24.5 kJ/mol

With a, b and c as printed, to three digits, the polynomial is negative from 286 to 309 K: its terms of about 0.76
cancel to 0.001. Here stands the polynomial that V2G-Sim of Lawrence Berkeley National Laboratory holds for the same
model, with more digits: ``a = 8.888888888889532e-6, b = -0.005288888888889, c = 0.787113333333394`` (D. Wang, J.
Coignard, T. Zeng, C. Zhang, S. Saxena, J. Power Sources 332 (2016) 193, doi:10.1016/j.jpowsour.2016.09.116). It is
positive everywhere, least at the same 24 degC, and as close as a polynomial comes to the four values that others have
read off the figure of the publication, at 10, 20, 34 and 46 degC. V2G-Sim takes ``f = 8720`` besides, 41 % less
calendar aging than published.

Calendar loss does not depend on SOC in this law, and cycle loss not on the depth of discharge. There is none for
resistance. The throughput is scaled from 1.5 A.h to the cell's capacity.
"""

from ..aging.power_laws import EmpiricalLaws, PowerLaw

_DAY = 86400.0
_AMPERE_HOUR = 3600.0
_PERCENT = 0.01
_ONE_WAY = 0.5
"""Share of discharge in the charge of both directions."""

PARAMETERS = EmpiricalLaws(
    name="LMO/NMC blend, 18650, 1.5 A.h",
    source="Wang et al. 2014, doi:10.1016/j.jpowsour.2014.07.030; see the module's docstring",
    tested_capacity=1.5 * _AMPERE_HOUR,
    capacity=PowerLaw(
        calendar=(0.0, 14876.0 * _PERCENT / _DAY**0.5, 24500.0),
        calendar_exponent=0.5,
        charge=(8.888888888889532e-6, -0.005288888888889, 0.787113333333394, -6.7e-3, 2.35),
        cycle=(0.0, 0.0, 0.0, _PERCENT * _ONE_WAY / _AMPERE_HOUR),
        cycle_exponent=1.0,
    ),
    resistance=PowerLaw(
        calendar=(0.0, 0.0, 0.0),
        calendar_exponent=0.5,
        charge=(0.0, 0.0, 1.0, 0.0, 0.0),
        cycle=(0.0, 0.0, 0.0, 0.0),
        cycle_exponent=1.0,
    ),
)
