"""Strings in parallel: which groups are compared, which links there may be, and what a link to the pack does."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.balancing import active, passive
from packfmu.models.balancing.graph import PACK, Graph, links
from packfmu.models.balancing.options import BleedingLaw, Converter, ConverterLaw, Fidelity
from packfmu.models.strings import strings_of

GROUPS = 12
LYING = strings_of(GROUPS, 2, 2)
"""Two modules of two strings of three groups: rows of groups 0-2 and 6-8, 3-5 and 9-11."""
ROWS = np.array(LYING.row_of_groups)

BLEEDING = passive.declare(GROUPS, 1, LYING)
ENDS = (*links(Graph.COMPLETE, GROUPS, LYING), *links(Graph.PACK, GROUPS, LYING))
FLYBACK = active.declare(GROUPS, 1, Converter.FLYBACK, ENDS, LYING)

LOSSLESS = {
    "fidelity": Fidelity.IDEAL, "law": ConverterLaw.CONSENSUS, "rated_current": 1e6, "balanced_spread": 0.0,
    "minimum_voltage": -1e3, "maximum_voltage": 1e3, "maximum_charge_current": 1e9, "maximum_discharge_current": 1e9,
    "clamp_voltage": 1e5, "group_capacity": 1e5, "group_voltage": 3.7, "measured_voltage": 3.7,
}  # fmt: skip


def started(model, **start):
    instance = Instance(model.with_start(start))
    instance.initialize()
    return instance


@pytest.mark.parametrize("law", BleedingLaw)
def test_a_group_bleeds_down_to_the_least_of_its_row(law):
    """The other row is lower as a whole; of this one all but the least bleed, those of the other module too."""
    soc = np.where(ROWS == 0, 0.7, 0.5)
    soc[7], soc[4] = 0.66, 0.52
    volts = 3.3 + 0.8 * soc
    pack = started(BLEEDING, law=law, group_soc=soc, group_voltage=volts, measured_voltage=volts)
    expected = [g for g in range(GROUPS) if (ROWS[g] == 0 and g != 7) or g == 4]
    assert list(np.flatnonzero(pack.y["balancing_current"])) == expected


def test_rows_of_unlike_charge_are_balanced():
    """Strings in parallel equalise by themselves: nothing bleeds, and the pack counts as balanced."""
    soc = np.where(ROWS == 0, 0.7, 0.5)
    pack = started(BLEEDING, law=BleedingLaw.CHARGE_HISTORY, group_soc=soc, group_voltage=3.3 + 0.8 * soc)
    assert not pack.y["balancing_current"].any()
    assert (pack.y["balanced"], pack.y["lyapunov_function"], pack.y["soc_variance"]) == (1.0, 0.0, 0.0)
    assert pack.y["soc_mean"] == pytest.approx(0.6, rel=1e-12)


def test_graphs_stay_within_rows_and_run_through_the_modules():
    assert links(Graph.PATH, GROUPS, LYING) == (
        (0, 1), (1, 2), (2, 6), (6, 7), (7, 8), (3, 4), (4, 5), (5, 9), (9, 10), (10, 11),
    )  # fmt: skip
    assert set(links(Graph.RING, GROUPS, LYING)) - set(links(Graph.PATH, GROUPS, LYING)) == {(8, 0), (11, 3)}
    assert links(Graph.STAR, 4, strings_of(4, 2)) == ((0, 1), (2, 3))
    assert all(ROWS[i] == ROWS[j] for i, j in links(Graph.COMPLETE, GROUPS, LYING))
    assert len(links(Graph.PACK, GROUPS, LYING)) == GROUPS


def test_a_link_across_strings_is_refused():
    with pytest.raises(InputError, match=r"link \(2, 3\) joins groups of strings in parallel"):
        active.check_links(GROUPS, Converter.FLYBACK, [(2, 3)], LYING)
    with pytest.raises(InputError, match="neighbouring groups only"):
        active.check_links(GROUPS, Converter.BUCK_BOOST, [(1, 6)], LYING)
    active.check_links(GROUPS, Converter.BUCK_BOOST, [(2, 6)], LYING)  # neighbours of two modules
    active.check_links(GROUPS, Converter.FLYBACK, [(2, PACK)], LYING)


def test_links_bring_each_row_to_its_own_mean():
    """Complete graphs within rows, without losses: SOC by the currents told, each row keeps its charge."""
    random = np.random.default_rng(1)
    soc = np.where(ROWS == 0, 0.7, 0.5) + 0.02 * random.standard_normal(GROUPS)
    among = np.array([second != PACK for _, second in ENDS], float)
    pack = started(FLYBACK, group_soc=soc, available=among, gain=50.0, **LOSSLESS)
    means = [soc[row == ROWS].mean() for row in (0, 1)]
    for _ in range(400):
        before = float(pack.y["lyapunov_function"])
        soc = soc + 10.0 * pack.y["balancing_current"] / 1e5
        pack.u["group_soc"] = soc
        assert pack.advance(0.0, 10.0) == DONE
        assert pack.y["lyapunov_function"] <= before
    assert pack.y["balancing_pack_current"] == 0.0
    for row in (0, 1):
        assert soc[row == ROWS].mean() == pytest.approx(means[row], rel=1e-12)
        assert np.ptp(soc[row == ROWS]) < 1e-3
    assert pack.y["algebraic_connectivity"] == pytest.approx(GROUPS / 2, rel=1e-9)


def test_a_link_to_the_pack_takes_its_share_of_every_row():
    """One group of six above the others of its row gives at the row's voltage; charge and energy are kept.

    At the terminals comes its power over the voltage of a row; each of the two rows has half of that current.
    """
    soc = np.full(GROUPS, 0.5)
    soc[2] = 0.56
    to_pack = np.array([end == (2, PACK) for end in ENDS], float)
    pack = started(FLYBACK, group_soc=soc, available=to_pack, gain=100.0, **LOSSLESS)
    y = pack.y
    assert y["balancing_current"][2] == pytest.approx(-100.0 * 0.05, rel=1e-12)  # 0.06 less a sixth of it
    assert y["balancing_pack_current"] == pytest.approx(5.0 / 6.0, rel=1e-12)
    assert y["heat_rate"] == pytest.approx(0.0, abs=1e-12)
    before = float(y["lyapunov_function"])
    pack.u["group_soc"] = soc + 10.0 * (y["balancing_current"] + 0.5 * y["balancing_pack_current"]) / 1e5
    assert pack.advance(0.0, 10.0) == DONE
    assert pack.y["lyapunov_decrease"] > 0.0
    assert pack.y["lyapunov_function"] < before
    assert pack.y["balancing_charge"] == pytest.approx(0.0, abs=1e-9)
    assert pack.y["balancing_energy"] == pytest.approx(0.0, abs=1e-9)
