"""A short between the terminals of a pack, from its first microsecond until the fuse: python examples/short_circuit.py.

Two strings of 96 cells in parallel, each on a cable of its own, and the cable of the pack, with a fuse in each. The
current rises by the inductances, settles on the resistances, melts the fuse of the pack, and falls under its arc; those
of the strings stay whole. Printed is what happens when; the figure, in the folder of --output, has currents, voltages
and the melting of both kinds of fuse. The network alone does it: in milliseconds the EMFs of cells stand still.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from packfmu.core.instance import Instance
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import replacing
from packfmu.models.network.wired import network
from packfmu.models.network.wired.arranged import CABLE, Arranged

SERIES, STRINGS = 96, 2

# Assumed: cells of 50 A.h, cables of some metres, fuses of the kind that traction packs have (400 A and 250 A).
CELL_EMF, CELL_RESISTANCE, CONTACT_RESISTANCE = 3.7, 0.8e-3, 1e-4
STRING_CABLE, PACK_CABLE = (1e-3, 2e-6), (2e-3, 6e-6)
PACK_FUSE = {"melting_integral": 30e3, "minimum_melting_current": 600.0, "arc_voltage": 700.0}
STRING_FUSE = {"melting_integral": 12e3, "minimum_melting_current": 400.0, "arc_voltage": 700.0}
SHORT = 1e3
"""Conductance of the short [S]."""

TIMES = np.concatenate([np.geomspace(1e-7, 1e-5, 21), np.arange(2e-5, 5.001e-3, 1e-5)])
"""Ends of the steps [s]."""


class Course(NamedTuple):
    """Currents that leave pack and string [A], voltage at the terminals [V], and what is melted of both fuses."""

    pack: np.ndarray
    string: np.ndarray
    voltage: np.ndarray
    pack_melted: np.ndarray
    string_melted: np.ndarray


def shorted_pack() -> tuple[Instance, int]:
    """Return the network of the pack at rest, a short between its terminals, and the number of its cable."""
    plain = Arranged(series=SERIES, parallel=1, strings=STRINGS, string_cable=STRING_CABLE, pack_cable=PACK_CABLE)
    netlist = plain.netlist()
    fuses = {c.name: PACK_FUSE if c.name == CABLE else STRING_FUSE for c in netlist.conductors if c.resistance > 0.0}
    conductors = tuple(replace(c, **fuses[c.name]) if c.name in fuses else c for c in netlist.conductors)
    pack = Instance(network.declare(replace(netlist, conductors=conductors), 2))
    pack.u["emf"], pack.u["resistance"], pack.p["contact_resistance"] = CELL_EMF, CELL_RESISTANCE, CONTACT_RESISTANCE
    pack.u["load_mode"], pack.u["external_short"] = 1, SHORT
    pack.initialize()
    return pack, list(fuses).index(CABLE)


def follow(pack: Instance, cable: int) -> Course:
    """Return the course of a short over all steps."""
    rows, before = [], 0.0
    for time in TIMES:
        if pack.advance(before, time - before) != 0:
            raise RuntimeError("the network refused a step")
        y, before = pack.y, time
        rows.append(
            (-y["conductor_current"][cable], -y["conductor_current"][cable - 1], y["pack_voltage"],
             y["melted_share"][cable], y["melted_share"][cable - 1])
        )  # fmt: skip
    return Course(*np.array(rows, float).T)


def main(arguments: Sequence[str] | None = None) -> int:
    """Short the pack as the command line asks; return the exit code."""
    parser = Parser("Short a pack.")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: tell(chosen.output / "short_circuit.png"))


def tell(picture: Path) -> str:
    """Short the pack, draw the course, and return what happens when; one step of a second says the same."""
    pack, cable = shorted_pack()
    course = follow(pack, cable)
    draw(course, picture)
    melting, clearing = (float(pack.y[f"fuse_{what}_time"][cable]) for what in ("melting", "clearing"))
    peak = int(course.pack.argmax())
    whole, _ = shorted_pack()
    whole.advance(0.0, 1.0)
    in_one = float(whole.y["fuse_melting_time"][cable])
    return "\n".join(
        [
            f"rise at first            {course.pack[0] / TIMES[0] / 1e6:10.2f} A/us",
            f"greatest current         {course.pack[peak] / 1e3:10.2f} kA  at {TIMES[peak] * 1e3:.2f} ms",
            f"fuse of the pack melts   {melting * 1e3:10.4f} ms  (in one step of 1 s: {in_one * 1e3:.4f} ms)",
            f"fuse of the pack clears  {clearing * 1e3:10.4f} ms",
            f"energy of its arc        {float(whole.y['arc_energy']) / 1e3:10.3f} kJ",
            f"fuses of strings melted  {course.string_melted[-1]:10.1%}",
            f"figure: {picture}",
        ]
    )


def draw(course: Course, picture: Path) -> None:
    """Save a figure of currents, voltage and melting, the first microseconds as wide as the milliseconds."""
    figure = Figure(figsize=(7.0, 6.5), layout="constrained")
    current, voltage, melted = figure.subplots(3, 1, sharex=True)
    current.plot(TIMES, course.pack / 1e3, label="pack")
    current.plot(TIMES, course.string / 1e3, "--", label="string")
    voltage.plot(TIMES, course.voltage)
    melted.plot(TIMES, course.pack_melted, label="fuse of the pack")
    melted.plot(TIMES, course.string_melted, "--", label="fuse of a string")
    for axes, label in ((current, "Current [kA]"), (voltage, "Pack voltage [V]"), (melted, "Melted share [1]")):
        axes.set_ylabel(label)
    for axes in (current, melted):
        axes.legend()
    melted.set(xlabel="Time [s]", xscale="log")
    with replacing(picture) as draft:
        figure.savefig(draft, format="png", dpi=150)


if __name__ == "__main__":
    sys.exit(main())
