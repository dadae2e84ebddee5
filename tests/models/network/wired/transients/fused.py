"""Packs with fuses for the tests of what happens within a step."""

from packfmu.core.bounds import LARGE
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist

EMF, RESISTANCE, CABLE = 400.0, 0.09, 0.01
"""Of one strong cell and of the cable in which its fuse is [V], [Ohm]."""


def fused_cable(inductance=0.0, integral=1e4, least=0.0, arc=600.0):
    """One cell of the voltage of a pack, behind a cable with a fuse."""
    cable = Conductor("cable", "pole", "high", CABLE, inductance, integral, least, arc)
    group = GroupPlace("a", "low", "pole")
    return Instance(network.declare(Netlist("low", "high", (CellPlace("a", "low", "pole"),), (cable,), (group,)), 2))


def fused_strings(inductance=0.0, integrals=(1e4, LARGE, LARGE), arc=600.0, cable=None):
    """Strings of one cell each, a fuse in the cable of each, and a cable of the pack, all of one inductance."""
    cells, conductors, groups = [], [], []
    for s, integral in enumerate(integrals):
        cells.append(CellPlace(f"{s}", "low", f"pole {s}", s))
        conductors.append(Conductor(f"cable {s}", f"pole {s}", "bus", CABLE, inductance, integral, 0.0, arc))
        groups.append(GroupPlace(f"{s}", "low", f"pole {s}", s))
    conductors.append(Conductor("pack", "bus", "high", 1e-3, inductance, *(cable or ())))
    return Instance(network.declare(Netlist("low", "high", tuple(cells), tuple(conductors), tuple(groups)), 2))


def begin(pack, **inputs):
    """Start at rest, cells without contact resistance and with a load that sets a current, under these inputs."""
    pack.p["contact_resistance"] = 0.0
    for name, value in {"emf": EMF, "resistance": RESISTANCE, "load_mode": 1, "pack_current": 0.0, "cell_open": 0.0,
                        "cell_short": 0.0, "conductor_parted": 0.0, "external_short": 0.0, "soc": 0.5,
                        "balancing_current": 0.0, "balancing_pack_current": 0.0, **inputs}.items():  # fmt: skip
        pack.u[name] = value
    pack.initialize()
    return pack


def run(pack, end, h, start=0.0):
    """Take steps of h [s] to an end; return the sums of charge and energies."""
    sums = {}
    for n in range(round((end - start) / h)):
        assert pack.advance(start + n * h, h) == DONE
        for name in SUMMED:
            sums[name] = sums.get(name, 0.0) + float(pack.y[name])
    return sums


SUMMED = ("pack_charge", "pack_energy", "balancing_energy", "cell_energy", "busbar_loss", "short_energy",
          "external_short_energy", "inductive_energy", "method_loss", "arc_energy")  # fmt: skip
"""Outputs that are integrals over a step."""


def unbalanced(y):
    """Energy of a step that nothing accounts for, as a share of what flowed."""
    went = [float(y[name]) for name in SUMMED[3:] if name != "external_short_energy"]
    came = [float(y["pack_energy"]), float(y["balancing_energy"])]
    return abs(sum(came) - sum(went)) / (sum(map(abs, came + went)) + 1e-9)
