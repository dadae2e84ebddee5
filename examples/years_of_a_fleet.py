"""Age a fleet of packs to their end of life: python examples/years_of_a_fleet.py [--packs 200] [--output dist].

Each pack has 24 cells in series and stands in a climate of its own. The film on the anode grows in each cell at a rate
of its own, k_i, and with noise; the kernels of the Aging component grow it, month by month. Printed is how the state of
health spreads over the years, when packs end (the first cell at 80 %), where the variance of the film comes from,
against the exact law, and how well the record of a cell tells its k_i. Four fleets of the same cells have noise of
their own, which is how the variances are told apart. A page with the pictures is saved.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from packfmu.core.instance import Instance
from packfmu.fmi.command_line import Parser
from packfmu.front.study_page import draw
from packfmu.models.aging import losses
from packfmu.models.numerics.arrhenius import acceleration
from packfmu.models.parameters.graphite_film_aging import PARAMETERS
from packfmu.studies.population.population import Population, load_population
from packfmu.studies.questions.asking import Asked
from packfmu.studies.questions.columns import Columns
from packfmu.studies.questions.question import Question
from packfmu.studies.risk.variance_split import variance_split

POPULATION = Path(__file__).with_name("years_of_a_fleet_population.toml")
PACKS, CELLS, PATHS, YEARS = 200, 24, 4, 14
MONTH, MONTHS = 30.4375 * 86400.0, 12
END_OF_LIFE = 0.8
MEAN, DEVIATION = 298.15, 4.0
"""Of the temperatures of the packs' climates, normal [K]; assumed."""

FILM = PARAMETERS.sei
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fleet:
    """What the years have made of a fleet.

    Parameters
    ----------
    soh : (instants, packs, cells) array
        Of one path of the noise, month by month.
    growth : (packs, cells, paths) array
        ``L**2 + A L`` of the film at the end less that at the start, over ``2 k_0 t``.
    rates : (packs, cells) array
        The same of the film without noise: k_i over k_0 in the climate of its pack.
    warm : (packs,) array
        Activity of the film in each climate.
    """

    soh: Values
    growth: Values
    rates: Values
    warm: Values


def aged(population: Population, packs: int, years: int = YEARS, paths: int = PATHS) -> Fleet:
    """Age a fleet, `paths` times with the same cells and other noise."""
    own = np.array([population.draw(pack, CELLS)["sei_rate"][:, 0] for pack in range(packs)])
    celsius = np.random.default_rng(population.population.seed).standard_normal(packs)
    warm = np.array([acceleration(FILM.diffusion_activation_energy, MEAN + DEVIATION * z, MEAN) for z in celsius])
    months, count = years * MONTHS, packs * CELLS
    time, soh = months * MONTH, np.ones((months + 1, packs, CELLS))
    length = 2.0 * own.ravel() * FILM.diffusion / FILM.reaction_speed  # A: both activities are those of the climate
    growth = []
    for path in range(paths):
        start = {"aging_rate": own.ravel(), "noise_seed": path, "film_noise": FILM.noise}
        aging = Instance(losses.declare(count, PARAMETERS).with_start(start))
        aging.initialize()
        for month in range(months):
            for counter in ("reaction_time", "diffusion_time"):
                aging.u[counter] += np.repeat(warm, CELLS) * MONTH
            aging.advance(month * MONTH, MONTH)
            if path == 0:
                soh[month + 1] = 1.0 - aging.y["capacity_loss"].reshape(packs, CELLS)
        film, first = aging.y["film_thickness"], FILM.initial_thickness
        gained = film * (film + length) - first * (first + length)
        growth.append(gained.reshape(packs, CELLS) / (2.0 * FILM.diffusion * time))
    return Fleet(soh, np.stack(growth, axis=-1), own * warm[:, None], warm)


def lives(soh: Values) -> Values:
    """Return when the first cell of each pack reaches the end of life [a]; NaN where none does."""
    weakest = soh.min(axis=2)
    after = (weakest < END_OF_LIFE).argmax(axis=0)
    packs = np.arange(weakest.shape[1])
    before, beyond = weakest[after - 1, packs], weakest[after, packs]
    found = (after - 1 + (before - END_OF_LIFE) / (before - beyond)) / MONTHS
    return np.where(after > 0, found, np.nan)


def exact(population: Population, warm: Values) -> dict[str, float]:
    """Return the parts of the variance of the growth by the law: of these climates, of cells, and of the noise.

    Over ``2 k_0 t`` the growth is ``e c`` and noise of the variance ``(s e c)**2 / 4``, where e is the activity of the
    climate and c the cell's own rate. The first thickness of the film, 1e-3 of its growth, is left out.
    """
    rate = population.cells.sei_rate
    assert rate is not None
    mean, cv = rate.mean or 1.0, rate.cv or 0.0
    second = float(np.mean(warm**2))
    return {
        "climate": mean**2 * float(warm.var(ddof=1)),
        "cell": mean**2 * cv**2 * second,
        "noise": FILM.noise**2 / 4.0 * mean**2 * (1.0 + cv**2) * second,
    }


def told(population: Population, fleet: Fleet) -> list[str]:
    """Return tables of the spread over the years, of the parts of the variance, and of what records tell of k_i."""
    lines = ["year  SOH mean  deviation in a pack  between packs"]
    for year in range(0, (len(fleet.soh) - 1) // MONTHS + 1, 2):
        soh = fleet.soh[year * MONTHS]
        within, between = soh.std(axis=1, ddof=1).mean(), soh.mean(axis=1).std(ddof=1)
        lines.append(f"{year:4} {soh.mean():9.4f} {within:20.5f} {between:14.5f}")
    ended = lives(fleet.soh)
    quantiles = np.nanquantile(ended, [0.05, 0.5, 0.95])
    lines.append("packs end after {:.2f}, {:.2f}, {:.2f} years (5 %, median, 95 %)".format(*quantiles))
    parts = variance_split(xr.DataArray(fleet.growth, dims=("climate", "cell", "noise")))
    lines.append("\nvariance of the film's growth    fleet         (95 %)       exact law")
    for level, law in exact(population, fleet.warm).items():
        value, low, high = (float(parts[f"variance{end}"].sel(level=level)) for end in ("", "_low", "_high"))
        lines.append(f"  of the {level:8}             {value:10.4f} ({low:.4f} to {high:.4f}) {law:10.4f}")
    error = fleet.growth[:, :, 0] / fleet.rates - 1.0
    lines.append(
        f"\nk_i from the record of one cell errs by {100.0 * error.std():.2f} % (law: s/2, {50.0 * FILM.noise:.2f} %), "
        "however long the record is; cells differ by "
        f"{100.0 * (fleet.rates / fleet.rates.mean(axis=1, keepdims=True)).std():.2f} %"
    )
    return lines


def age(packs: int, output: Path) -> str:
    """Age a fleet, save the page, and return the tables."""
    population = load_population(POPULATION)
    fleet = aged(population, packs)
    ended = lives(fleet.soh)
    last = fleet.soh[-1]
    data = xr.Dataset(
        {
            "life": ("sample", np.where(np.isnan(ended), len(fleet.soh) / MONTHS, ended), {"units": "a"}),
            "soh": (("sample", "cell"), last, {"units": "1"}),
        },
        {"sample": np.arange(packs)},
    )
    columns = Columns(data, "years_of_a_fleet", batch_size=CELLS)
    asked = [(Question.DISTRIBUTION, "life"), (Question.DISPERSION, "life"), (Question.EXTREME, "life"),
             (Question.BATCHES, "soh")]  # fmt: skip
    saved = draw(columns, [(question, Asked(of)) for question, of in asked], output / "years_of_a_fleet.html")
    return "\n".join([*told(population, fleet), "", saved])


def main(arguments: Sequence[str] | None = None) -> int:
    """Age a fleet as the command line asks; return the exit code."""
    parser = Parser("Age a fleet of packs to their end of life.")
    parser.add_argument("--packs", type=int, default=PACKS, help=f"packs; default: {PACKS}")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: age(chosen.packs, chosen.output))


if __name__ == "__main__":
    sys.exit(main())
