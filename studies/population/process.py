"""From the process to the electrode: conservation of mass, from the slurry to the calendered coating.

Equations
---------
A wet film of thickness h_w holds the solids w of its mass, and leaves per area the mass::

    L = w h_w rho_wet,   1/rho_wet = w/rho_solids + (1 - w)/rho_liquid

if the volumes add; or with a constant rho_wet. Calendered to the thickness t, the coating has the porosity::

    eps = 1 - L / (t rho_solids)

Either is drawn, t or eps; the other follows. Of the solids a constant share is active: ``eps_active`` is in proportion
to ``1 - eps``, so that an electrode holds lithium in proportion to ``t eps_active``, that is to L. Its particles have
the surface ``a_s = 3 eps_active / R``.

Calendering alone leaves L, and with it the capacity; thickness, porosity and transport change.

References
----------
W. Yourey, Batteries 6 (2020) 23, doi:10.3390/batteries6020023: tolerances of loading and thickness as porosity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core.errors import InputError
from .counter import Values


@dataclass(frozen=True)
class Slurry:
    """What a coating is made of.

    Parameters
    ----------
    solids : float
        Nominal mass of the solids over that of the slurry [1].
    solids_density, liquid_density : float
        [kg/m3].
    is_mixed : bool
        Whether the volumes add; else the wet density is constant.
    """

    solids: float
    solids_density: float
    liquid_density: float
    is_mixed: bool = True

    def density(self, solids: Values | float) -> Values:
        """Return rho_wet [kg/m3] at a mass fraction of solids."""
        w = np.asarray(solids, np.float64) if self.is_mixed else np.full(np.shape(solids), self.solids)
        return np.asarray(1.0 / (w / self.solids_density + (1.0 - w) / self.liquid_density))

    def loading(self, solids: Values | float, wet: Values | float) -> Values:
        """Return the mass per area L [kg/m2] of a wet film of a thickness [m]."""
        return np.asarray(np.asarray(solids) * np.asarray(wet) * self.density(solids))

    def elasticity(self, solids: float) -> float:
        """Return by how much percent L rises with 1 % more solids."""
        if not self.is_mixed:
            return 1.0
        apart = 1.0 / self.solids_density - 1.0 / self.liquid_density
        return 1.0 - solids * float(self.density(solids)) * apart


def porosity(loading: Values | float, thickness: Values | float, solids_density: float) -> Values:
    """Return eps [1] of a mass per area [kg/m2], a thickness [m] and a density [kg/m3]."""
    return np.asarray(1.0 - np.asarray(loading) / (np.asarray(thickness) * solids_density))


def thickness(loading: Values | float, porosity: Values | float, solids_density: float) -> Values:
    """Return t [m] of a mass per area [kg/m2], a porosity [1] and a density [kg/m3]."""
    return np.asarray(np.asarray(loading) / ((1.0 - np.asarray(porosity)) * solids_density))


def electrode_factors(
    nominal_porosity: float,
    slurry: Slurry,
    solids: Values,
    coating: Values,
    porosity_drawn: Values | None,
    thickness_drawn: Values | None,
) -> dict[str, Values]:
    """Return by which factors electrodes differ from the nominal one.

    Parameters
    ----------
    nominal_porosity : float
        Of the nominal electrode [1].
    slurry : Slurry
        What it is coated with.
    solids : array
        w of each [1].
    coating : array
        h_w of each, over the nominal one [1].
    porosity_drawn : array or None
        eps of each [1].
    thickness_drawn : array or None
        t of each, over the nominal one [1]; where both are None the rolls leave the nominal porosity.

    Returns
    -------
    dict of str to array
        ``thickness_scale``, ``porosity_scale`` and ``active_fraction_scale`` [1].

    Raises
    ------
    InputError
        When a coating would have no pores, or no solids.
    """
    loading = slurry.loading(solids, coating) / slurry.loading(slurry.solids, 1.0)
    filled = 1.0 - nominal_porosity
    if thickness_drawn is not None:
        gap, eps = thickness_drawn, 1.0 - loading * filled / thickness_drawn
    else:
        eps = np.full(np.shape(loading), nominal_porosity) if porosity_drawn is None else porosity_drawn
        gap = loading * filled / (1.0 - eps)
    if not ((eps > 0.0) & (eps < 1.0)).all():
        raise InputError(
            f"porosity = {float(np.min(eps)):.3g} to {float(np.max(eps)):.3g} of the population must be above 0 and "
            "below 1; lower the spread, or truncate it"
        )
    return {
        "thickness_scale": gap,
        "porosity_scale": eps / nominal_porosity,
        "active_fraction_scale": (1.0 - eps) / filled,
    }
