"""The DFN with PyBaMM's means at faces: python -m tests.models.cell.physics.pybamm_faces FILE PROTOCOL LONGEST...

In the file's name `series` means that kappa is that of two half volumes in series, as ours is; else PyBaMM's linear
interpolation of kappa is taken. The diffusion potential has the harmonic mean of 1/c_e in both. Kernels of packfmu are
replaced before they are compiled, so this needs a process of its own. Prints the RMS departure from each trace and
the greatest [mV], and the greatest of the anode potential where the trace has one.
"""

import sys

from packfmu.core.kernel import Block, kernel
from packfmu.models.electrochemistry import electrolyte
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.electrochemistry.porous import mesh, solution, transport
from tests.models.cell.physics.pybamm_cells import FINE, both_departures, rms

NEGATIVE, SEPARATOR, POSITIVE = 8.52e-6, 3e-6, 7.56e-6
"""Widths of the volumes of Chen 2020, 10/4/10 [m]."""


@kernel
def width(i: int) -> float:
    """Return the width of a volume [m]."""
    if i < 10:
        return NEGATIVE
    return SEPARATOR if i < 14 else POSITIVE


@kernel
def drop_by_mean(x: Block, i: int) -> tuple[float, float, float]:
    """Return ``C (c_j - c_i)`` at the right face of volume i, C the harmonic mean of 1/c, and its derivatives."""
    j = i + 1
    rise, share = x.iterate[j] - x.iterate[i], width(i) / (width(i) + width(j))
    mean = 1.0 / (share * x.iterate[i] + (1.0 - share) * x.iterate[j])
    return rise * mean, -mean - rise * mean * mean * share, mean - rise * mean * mean * (1.0 - share)


@kernel
def resistance(x: Block, i: int) -> tuple[float, float, float]:
    """Return the resistance at the right face of volume i, kappa interpolated, and its derivatives [Ohm]."""
    j = i + 1
    uneven = (width(i) + width(j)) ** 2 / (width(i) * width(j))
    left, right = x.conduction_resistance[i], x.conduction_resistance[j]
    both = left + right
    by_left = uneven * (right / both) ** 2 * x.conduction_by_concentration[i]
    by_right = uneven * (left / both) ** 2 * x.conduction_by_concentration[j]
    return uneven * left * right / both, by_left, by_right


@kernel
def conduct(x: Block, i: int, flowing: float, current: float, scale: float) -> None:
    """Add the current at the right face of volume i to the equations of both neighbours, as `transport.conduct`."""
    j = i + 1
    solid = x.node_solid[i] + x.node_solid[j]
    ohmic, ohmic_left, ohmic_right = resistance(x, i)
    conductance = 1.0 / (solid + ohmic)
    drop, drop_left, drop_right = drop_by_mean(x, i)
    by_left = conductance * (scale * drop_left - flowing * ohmic_left)
    by_right = conductance * (scale * drop_right - flowing * ohmic_right)
    known = conductance * (current * solid + scale * drop)
    x.face_conductance[i] = conductance
    x.own_pc[i] += by_left
    x.own_pp[i] -= conductance
    x.right_pc[i], x.right_pp[i] = by_right, conductance
    x.known_p[i] -= known
    x.own_pc[j] -= by_right
    x.own_pp[j] -= conductance
    x.left_pc[j], x.left_pp[j] = -by_left, conductance
    x.known_p[j] += known


@kernel
def across_separator(x: Block, p: Block, k: int, current: float) -> float:
    """Return the rise of the electrolyte's potential across the separator [V], as `solution.across_separator`."""
    scale, rise = electrolyte.diffusion_voltage(x, p, k), 0.0
    for i in range(mesh.first(p, 1) - 1, mesh.first(p, 2)):
        drop, by_left, by_right = drop_by_mean(x, i)
        ohmic, ohmic_left, ohmic_right = resistance(x, i)
        left, right = x.change[i], x.change[i + 1]
        rise += scale * (drop + by_left * left + by_right * right)
        rise -= current * (ohmic + ohmic_left * left + ohmic_right * right)
    return rise


def main() -> int:
    """Print the departures."""
    name, *wanted = sys.argv[1:]
    transport.diffusion_drop = drop_by_mean
    if "series" not in name:
        transport.conduct, solution.across_separator = conduct, across_separator
    for protocol, longest in zip(wanted[::2], wanted[1::2], strict=True):
        modes = FINE if "fine" in name else None
        second = "anode" if "charge" in protocol or protocol == "drive" else "V"
        found, anode = both_departures("chen_2020", Physics.DFN, name, protocol, second, float(longest), modes=modes)
        told = (rms(found), abs(found).max(), abs(anode).max()) if second == "anode" else (rms(found), abs(found).max())
        print(protocol, *told, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
