"""What a cell is given by its aging and by jumps in time, and what it books of it, whatever its model."""

from __future__ import annotations

from dataclasses import replace

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable


def fields(cells: int) -> Fields:
    """Return what the aging model and jumps give to n cells, and what the cells book of it."""
    shift = Variable("soc_shift", "1", cells, 0.0, -1.0, 1.0, 0.01,
                     "What jumps in time have added to the SOC in all; a change is taken at the beginning of a step",
                     display_unit="%", shifts="soc")  # fmt: skip
    return Fields(
        inputs=(
            Variable("capacity_loss", "1", cells, 0.0, 0.0, 0.9, 0.1,
                     "Share of the capacity that the cell has lost; taken at the beginning of a step",
                     display_unit="%", sensitivity="sensitivity.soc"),
            Variable("resistance_growth", "1", cells, 0.0, 0.0, 100.0, 0.1,
                     "Relative growth of all resistances of the cell; taken at the beginning of a step",
                     display_unit="%", sensitivity="sensitivity.resistance_growth"),
            Variable("film_resistance", "Ohm", cells, 0.0, 0.0, UNBOUNDED, 1e-3,
                     "Resistance that a film gained, at the reference temperature; taken at the beginning of a step",
                     display_unit="mOhm"),
            shift,
        ),
        outputs=tuple(
            Variable(name, unit, None, 0.0, -UNBOUNDED, UNBOUNDED, 1e3, f"{text}, all cells, over the step")
            for name, unit, text in (
                ("aging_charge", "C", "Charge that left with lost capacity"),
                ("aging_energy", "J", "Energy that left with lost capacity"),
                ("shifted_charge", "C", "Charge that shifts of the SOC added"),
                ("shifted_energy", "J", "Energy that shifts of the SOC added"),
            )
        ),
        states=(replace(shift, description="Shift of the SOC that was taken last"),),
    )  # fmt: skip


@kernel
def reset_sums(y: Block) -> None:
    """Set the integrals of a step to 0."""
    y.aging_charge = y.aging_energy = y.shifted_charge = y.shifted_energy = 0.0
