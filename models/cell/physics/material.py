"""Active material that a cell of physics loses, with the lithium in it.

Equations
---------
`negative_material_loss` and `positive_material_loss` are the shares of the active material that the electrodes have
lost. A change acts at the start of a step. Of what an electrode still has, of the charge Q_e, the share s leaves with
the lithium of its filling z_m, the mean over the charge that has passed since the last change::

    lithium lost = s Q_e z_m,   Q_e becomes (1 - s) Q_e,   z becomes z + s/(1 - s) (z - z_m)

which is what a loss with each charge would have come to. The surface of the particles and their exchange current fall
with Q_e. SOC 0 and 1 and the capacity between are found anew, where the rest voltage is that of the nominal cell at its
limits (`lithium`). Charge and energy of what leaves are aging charge and energy.

A cell that starts with a loss has lost `earlier_material_lithium` with it.

Limits
------
The lost material keeps its place: porosity and conductors stay as they are. All particles of an electrode lose alike.

References
----------
V. Sulzer, P. Mohtat, A. Aitio, S. Lee, Y. T. Yeh, F. Steinbacher, M. U. Khan, J. W. Lee, J. B. Siegel, A. G.
Stefanopoulou, D. A. Howey, J. Electrochem. Soc. 168 (2021) 120531, doi:10.1149/1945-7111/ac37fa, equation 37: the
lithium in lost material.

Shared states
-------------
`material_charge`, `material_surface`, `exchange_current` and `lithium` are written here after `materials` and
`lithium`; the models use them. `material_lost` is written here; `ageing` uses it.
"""

from __future__ import annotations

from dataclasses import replace

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Detail, Variable
from ...aging.material import MOST, shares
from ...electrochemistry import lithium, particles, potentials
from ...electrochemistry.kind import NEGATIVE
from ...electrochemistry.materials import ELECTRODES, electrode_of


def fields(cells: Count) -> Fields:
    """Return what n cells are given of their losses, and what they remember of them."""
    gone = Variable("material_lithium", "C", cells, 0.0, 0.0, UNBOUNDED, 1e3,
                    "Lithium that has left with lost active material", display_unit="A.h",
                    detail=Detail.CELL)  # fmt: skip
    before = f"{gone.description}, before the start"
    return Fields(
        parameters=(replace(gone, name="earlier_material_lithium", description=before),),
        inputs=tuple(
            replace(share, description=f"{share.description}; taken at the beginning of a step")
            for share in shares(cells)
        ),
        outputs=(gone,),
        states=(
            state("material_lost", "1", (cells, ELECTRODES), "Share of the material that was lost last", 0.0, MOST),
            state("worn_charge", "C", cells, "Absolute charge since the last loss", 0.0),
            state("worn_moment", "C", cells, "Integral of the SOC over it"),
            state("worn_soc", "1", cells, "Mean SOC over the charge that the last loss was for"),
        ),
        modules=(__name__,),
    )


@kernel
def told(u: Block, k: int, e: int) -> float:
    """Return the share of its material that electrode e of cell k has lost by now."""
    return u.negative_material_loss[k] if e == NEGATIVE else u.positive_material_loss[k]


@kernel
def waits(x: Block, u: Block, k: int) -> bool:
    """Return whether a loss of cell k has changed since it was taken last."""
    return bool(x.material_lost[k, 0] != told(u, k, 0) or x.material_lost[k, 1] != told(u, k, 1))


@kernel
def any_lost(x: Block, k: int) -> bool:
    """Return whether an electrode of cell k has lost material."""
    return bool(x.material_lost[k, 0] != 0.0 or x.material_lost[k, 1] != 0.0)


@kernel
def keep(x: Block, p: Block, k: int, e: int, share: float) -> None:
    """Leave a share of its material to electrode e of cell k."""
    for m in range(x.material_charge.shape[1]):
        if electrode_of(p, m) == e:
            x.material_charge[k, m] *= share
            x.material_surface[k, m] *= share
            x.exchange_current[k, m] *= share


@kernel
def renew(x: Block, p: Block, u: Block, k: int) -> None:
    """Take out of cell k, which has the electrodes of a new one, what they have lost; `lithium` finds the window."""
    for e in range(ELECTRODES):
        x.material_lost[k, e] = told(u, k, e)
        if x.material_lost[k, e] != 0.0:
            keep(x, p, k, e, 1.0 - x.material_lost[k, e])
    x.lithium[k] -= p.earlier_material_lithium[k]
    x.worn_charge[k] = x.worn_moment[k] = 0.0
    x.worn_soc[k] = p.initial_soc[k]


@kernel
def reset(p: Block, y: Block) -> None:
    """Start the lithium that has left with what had left before."""
    for k in range(y.material_lithium.shape[0]):
        y.material_lithium[k] = p.earlier_material_lithium[k]


@kernel
def count(x: Block, k: int, soc: float, h: float) -> None:
    """Count a step of h [s] of cell k at a mean SOC."""
    charge = h * abs(x.current[k])
    x.worn_charge[k] += charge
    x.worn_moment[k] += charge * soc


@kernel
def mean_soc(x: Block, k: int) -> float:
    """Return the mean SOC over the charge since the last loss of cell k, and begin anew; without charge the last."""
    if x.worn_charge[k] > 0.0:
        x.worn_soc[k] = x.worn_moment[k] / x.worn_charge[k]
    x.worn_charge[k] = x.worn_moment[k] = 0.0
    return x.worn_soc[k]


@kernel
def asked(x: Block, u: Block, k: int, e: int) -> float:
    """Return the share of what electrode e of cell k still has that it is to lose."""
    return (told(u, k, e) - x.material_lost[k, e]) / (1.0 - x.material_lost[k, e])


@kernel
def rise(x: Block, k: int, e: int, share: float, soc: float) -> float:
    """Return by how much the filling of electrode e rises as a share leaves with the lithium of a mean SOC."""
    present = lithium.stoichiometry_of(x, k, e, x.soc[k])
    return share / (1.0 - share) * (present - lithium.stoichiometry_of(x, k, e, soc))


@kernel
def shrink(x: Block, p: Block, k: int, particle: int, m: int, share: float, change: float) -> float:
    """Take a share of a particle of material m away and change its mean; return by how much it stores more [V]."""
    level = potentials.enthalpy(p, m, potentials.locate(p, m, x.mean_stoichiometry[k, particle]))
    particles.rise(x, k, particle, change)
    reached = potentials.enthalpy(p, m, potentials.locate(p, m, x.mean_stoichiometry[k, particle]))
    return level - (1.0 - share) * reached


@kernel
def book(x: Block, p: Block, y: Block, k: int, e: int, share: float, soc: float, gained: float) -> None:
    """Book a share of electrode e of cell k that has left at a mean SOC; the electrode stores more energy now [J]."""
    charge = share * lithium.electrode_charge(x, p, k, e) * lithium.stoichiometry_of(x, k, e, soc)
    keep(x, p, k, e, 1.0 - share)
    x.material_lost[k, e] += share * (1.0 - x.material_lost[k, e])
    x.lithium[k] -= charge
    y.material_lithium[k] += charge
    y.stored_energy += gained
    y.aging_energy -= gained
    if e == NEGATIVE:
        y.stored_charge -= charge
        y.aging_charge += charge


@kernel
def settle(x: Block, p: Block, u: Block, k: int) -> None:
    """Find the window of cell k after its losses, which are those of the inputs to the last bit."""
    for e in range(ELECTRODES):
        x.material_lost[k, e] = told(u, k, e)
    lithium.find_window(x, p, k)


@kernel
def lose(x: Block, p: Block, u: Block, y: Block, k: int) -> None:
    """Take what has changed out of cell k, whose electrodes are single particles."""
    soc = mean_soc(x, k)
    for e in range(ELECTRODES):
        share = asked(x, u, k, e)
        charge = x.material_charge[k, e]
        gained = charge * shrink(x, p, k, e, e, share, rise(x, k, e, share, soc))
        book(x, p, y, k, e, share, soc, gained)
    settle(x, p, u, k)
