"""The pack of the example of risk in any number of cells, and what its cells differ by."""

import tomllib
from pathlib import Path

import numpy as np

from packfmu.models.network.loads import LoadMode
from packfmu.pack.file import parse_pack
from packfmu.studies.risk.pack_limit import PackLimit
from packfmu.studies.runs.courses import ProfileCourse

FILE = Path(__file__).parents[3] / "examples" / "runaway_risk_pack.toml"
QUANTITIES = ("resistance_scale", "convection", "contact_resistance", "reaction_heat")
SPREADS = (0.05, 0.1, 0.3, 0.15)
"""Coefficients of variation of lognormal factors of mean 1."""

COURSE = ProfileCourse(
    {"PackNetwork.pack_current": np.repeat([-5.2, 0.0], [25, 15])}, {"PackNetwork.load_mode": LoadMode.CURRENT}
)


def pack_of(cells, temperature=358.15, **tables):
    given = tomllib.loads(FILE.read_text(encoding="utf-8"))
    given["pack"]["series"] = cells
    given["thermal"] |= {"initial_temperature": temperature, "ambient_temperature": temperature}
    return parse_pack(given | tables, "runaway_risk_pack.toml", FILE.parent)


def limit_of(cells, ambient=False, temperature=358.15, warning=300.0):
    return PackLimit(pack_of(cells, temperature), COURSE, QUANTITIES, warning, ambient)


def inputs_of(ot, ambient=None, spread=3.0, copula=None):
    """Return the distribution of one cell: the ambient temperature, where told, and factors of `QUANTITIES`.

    The copula joins contact resistance and heat of side reactions.
    """
    own = [ot.LogNormalMuSigma(1.0, cv).getDistribution() for cv in SPREADS]
    marginals = [*([] if ambient is None else [ot.Normal(ambient, spread)]), *own]
    if copula is None:
        return ot.JointDistribution(marginals)
    others = ot.IndependentCopula(len(marginals) - 2)
    return ot.JointDistribution(marginals, ot.BlockIndependentCopula([others, copula]))
