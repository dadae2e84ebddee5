"""How often a module runs away: python examples/runaway_probability.py [--runs 1000] [--output dist].

Twelve 18650 cells in a compartment of 86 degC are discharged at 2C for 25 minutes and rest for 15
(`runaway_risk_pack.toml`). The temperature of the air is one for all; resistance, cooling, the resistance of the weld
and the heat of side reactions differ from cell to cell. Asked is how often a cell comes within three minutes of its
runaway, and how often it runs away. The first margin is smooth and tells the design point of both.

Printed is the probability by each method, with its interval, the runs of the module that it took, and how many more
Monte Carlo would take for the same coefficient of variation; then what it is where a bad weld and a reactive cell come
together, by a Gaussian copula and by one of Gumbel with the same Kendall's tau. The distributions are made up.

It needs the extra studies. The first run takes minutes, for the module has to be compiled.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

import packfmu
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import replacing
from packfmu.models.network.loads import LoadMode
from packfmu.studies.extra import library
from packfmu.studies.risk.failure_probability import FailureMethod, failure_probability, monte_carlo_runs, ratio
from packfmu.studies.risk.pack_limit import PackLimit
from packfmu.studies.runs.courses import ProfileCourse

PACK = Path(__file__).with_name("runaway_risk_pack.toml")
COURSE = ProfileCourse(
    {"PackNetwork.pack_current": np.repeat([-5.2, 0.0], [25, 15])}, {"PackNetwork.load_mode": LoadMode.CURRENT}
)
"""A value for each minute [A]."""
AIR = 359.15, 3.0
"""Mean and standard deviation of the temperature of the air [K]."""
SPREADS = {"resistance_scale": 0.05, "convection": 0.1, "contact_resistance": 0.3, "reaction_heat": 0.15}
"""Coefficients of variation of lognormal factors of mean 1."""
TAU = 0.5
"""Kendall's tau of weld and side reactions where they come together."""
WARNING = 180.0
"""Least time to a runaway that does not count as near [s]."""
METHODS = {
    "near": (FailureMethod.SYSTEM_FORM, FailureMethod.IMPORTANCE),
    "runaway": (FailureMethod.IMPORTANCE, FailureMethod.SUBSET, FailureMethod.MONTE_CARLO),
}
"""Of each event. A runaway is no smooth margin: the first order knows the other event alone."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask as the command line tells; return the exit code."""
    parser = Parser("Find how often a module runs away.")
    parser.add_argument("--runs", type=int, default=1000,
                        help="runs of a sampling method, of subsets a step's; default: 1000")  # fmt: skip
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: asked(chosen.runs, chosen.output))


def asked(runs: int, output: Path) -> str:
    """Ask every method, draw the answers, and return them as text."""
    limit = PackLimit(packfmu.load(PACK), COURSE, tuple(SPREADS), WARNING)
    found = {
        f"{event}, {method.name.lower()}": ask(limit, event, inputs(), method, runs)
        for event, methods in METHODS.items()
        for method in methods
    }
    joined = {
        f"runaway, {name}": ask(limit, "runaway", inputs(copula), FailureMethod.IMPORTANCE, runs, seed)
        for seed, (name, copula) in enumerate(copulas().items(), start=2)
    }
    picture = output / "runaway_probability.png"
    draw(found | joined, picture)
    compared = ratio(joined["runaway, gumbel"], joined["runaway, gaussian"])
    return "\n".join([
        f"{'event, method':<22} {'probability':>11} {'95 % interval':>24} {'cov':>6} {'runs':>6} {'MC / runs':>9}",
        *(line(name, one) for name, one in found.items()),
        f"weld and side reactions together, Kendall's tau {TAU}, by importance sampling",
        *(line(name, one) for name, one in joined.items()),
        f"gumbel over gaussian: {float(compared['ratio']):.2f} ({float(compared['ratio_low']):.2f} to "
        f"{float(compared['ratio_high']):.2f})",
        f"figure: {picture}",
    ])  # fmt: skip


def ask(limit: PackLimit, event: str, cell: Any, method: FailureMethod, runs: int, seed: int = 1) -> xr.Dataset:
    """Return the probability of an event by a method."""
    margins = limit.runaway if event == "runaway" else limit
    return failure_probability(
        margins, cell, method, runs, cells=limit.cells, shared=1, seed=seed, one_cell=limit.one_cell
    )


def inputs(copula: Any = None) -> Any:
    """Return the distribution of a cell's inputs; a copula joins its last two."""
    ot = library("openturns")
    marginals = [ot.Normal(*AIR), *(ot.LogNormalMuSigma(1.0, cv).getDistribution() for cv in SPREADS.values())]
    others = ot.IndependentCopula(len(marginals) - 2)
    return ot.JointDistribution(marginals, ot.BlockIndependentCopula([others, copula or ot.IndependentCopula(2)]))


def copulas() -> Mapping[str, Any]:
    """Return how weld and side reactions come together."""
    ot, correlation = library("openturns"), math.sin(0.5 * math.pi * TAU)
    gaussian = ot.NormalCopula(ot.CorrelationMatrix(2, [1.0, correlation, correlation, 1.0]))
    return {"gaussian": gaussian, "gumbel": ot.GumbelCopula(1.0 / (1.0 - TAU))}


def line(name: str, found: xr.Dataset) -> str:
    """Return a line of the table."""
    low, high, runs = (float(found[key]) for key in ("probability_low", "probability_high", "calls"))
    interval = "none" if math.isnan(low) else f"{low:.2e} to {high:.2e}"
    saved, spread = monte_carlo_runs(found) / runs, float(found["coefficient_of_variation"])
    told = f"{saved:9.0f}" if math.isfinite(saved) else f"{'':>9}"
    return f"{name:<22} {float(found['probability']):11.3e} {interval:>24} {spread:6.3f} {runs:6.0f} {told}"


def draw(answers: Mapping[str, xr.Dataset], picture: Path) -> None:
    """Save a figure of the probabilities and their intervals."""
    figure = Figure(figsize=(8.0, 4.0), layout="constrained")
    axes = figure.subplots()
    for place, found in enumerate(answers.values()):
        value, low, high = (float(found[f"probability{end}"]) for end in ("", "_low", "_high"))
        if value > 0.0:
            axes.plot(place, value, "o", color="C0")
        if not math.isnan(low):
            axes.plot([place, place], [max(low, 1e-10), high], color="C0")
    axes.set(yscale="log", ylabel="Probability", xticks=range(len(answers)))
    axes.set_xticklabels([name.replace(", ", "\n") for name in answers], fontsize="small")
    axes.grid(alpha=0.3)
    with replacing(picture) as draft:
        figure.savefig(draft, format="png", dpi=150)


if __name__ == "__main__":
    sys.exit(main())
