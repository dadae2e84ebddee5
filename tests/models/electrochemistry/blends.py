"""Small invented electrodes of several materials, whose equilibrium has a closed form."""

from dataclasses import replace

from packfmu.models.electrochemistry.kind import Electrode
from packfmu.models.numerics.curves import tabulate
from packfmu.models.parameters.chen_2020 import PARAMETERS


def falling(top, slope):
    """Return a potential that falls straight from the stoichiometry 0 on [V]."""
    return tabulate(lambda x: top - slope * x, 0.0, 1.0, 1e-12)


def divided(electrode: Electrode, share: float) -> Electrode:
    """Return an electrode whose material is told as two alike, the first with a share of the volume."""
    (whole,) = electrode.materials
    parts = (replace(whole, active_fraction=part * whole.active_fraction) for part in (share, 1.0 - share))
    return replace(electrode, materials=tuple(parts))


def straight(first: tuple[float, float], second: tuple[float, float], share: float) -> Electrode:
    """Return an electrode of two materials with straight potentials; `share` is that of the first's charge."""
    electrode = divided(PARAMETERS.negative, share)
    materials = zip(electrode.materials, (first, second), strict=True)
    made = (
        replace(m, open_circuit_potential=falling(*line), minimum_stoichiometry=0.1, maximum_stoichiometry=0.8)
        for m, line in materials
    )
    return replace(electrode, materials=tuple(made))
