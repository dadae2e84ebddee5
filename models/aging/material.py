"""Aging by the loss of active material: particles lose contact, or crack, in proportion to the charge that has passed.

Equations
---------
The volume fraction eps_e of the active material of an electrode falls with the current, ``d eps_e/dt = -a_e |i|``, so
that with the charge throughput q of a cell of capacity Q when new the share::

    lost_e = k_e q / (2 Q)

of its active material is lost, k_e with each full cycle. The cells count q, whatever their model; a step of any length
is exact. Material leaves with the lithium that is in it: see `cell.physics.material`.

Limits
------
The rate depends on neither temperature nor depth nor rate of the cycles. At most 0.9 of an electrode is lost. Cells
that are equivalent circuits have no electrodes to lose material of.

References
----------
C. Delacourt, M. Safari, J. Electrochem. Soc. 159 (2012) A1283, doi:10.1149/2.049208jes, equation 5, of which this has
the term linear in the current. J. M. Reniers, G. Mulder, D. A. Howey, J. Electrochem. Soc. 166 (2019) A3189,
doi:10.1149/2.0281914jes (models of the loss of active material compared).
"""

from __future__ import annotations

from dataclasses import dataclass

from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable

MOST = 0.9
"""Bound on the share that is lost, as cells take it."""

LOSSES = (("negative_material_loss", "negative"), ("positive_material_loss", "positive"))
"""The shares, each with its electrode."""


@dataclass(frozen=True, kw_only=True)
class MaterialLoss:
    """Loss of active material. Rates of 0: none.

    Parameters
    ----------
    negative_rate, positive_rate : float
        k_e: share of the active material that an electrode loses with each full cycle [1], >= 0.
    """

    negative_rate: float = 0.0
    positive_rate: float = 0.0

    @property
    def happens(self) -> bool:
        """Whether any material is lost."""
        return self.negative_rate > 0.0 or self.positive_rate > 0.0


def shares(cells: int) -> tuple[Variable, ...]:
    """Return the share of the active material that each electrode of n cells has lost."""
    return tuple(
        Variable(name, "1", cells, 0.0, 0.0, MOST, 0.1,
                 f"Share of its active material that the {electrode} electrode has lost", display_unit="%")
        for name, electrode in LOSSES
    )  # fmt: skip


def aging_fields(loss: MaterialLoss, cells: int) -> Fields:
    """Return the rates of the loss, and what n cells have lost."""
    rates = (("negative", loss.negative_rate), ("positive", loss.positive_rate))
    return Fields(
        parameters=tuple(
            Variable(f"{electrode}_material_rate", "1", None, rate, 0.0, 1.0, 1e-5,
                     f"Share of its active material that the {electrode} electrode loses with each full cycle")
            for electrode, rate in rates
        ),
        outputs=shares(cells),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def write(x: Block, p: Block, y: Block) -> None:
    """Write what the charge that the cells have counted has made of their electrodes."""
    for k in range(y.negative_material_loss.shape[0]):
        cycles = 0.5 * (x.charge_throughput[k] + p.earlier_charge_throughput[k]) / p.capacity[k]
        y.negative_material_loss[k] = min(p.negative_material_rate * cycles, MOST)
        y.positive_material_loss[k] = min(p.positive_material_rate * cycles, MOST)
