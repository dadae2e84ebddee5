"""The example of tabs: equal cells against the closed form, and what the draws keep of it."""

import busbar_imbalance as example
import numpy as np
import pytest

from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS
from tests.models.network.wired.laws import hyperbolic


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return the printed table, and the size of the figure."""
    picture = tmp_path_factory.mktemp("busbar") / "busbar.png"
    return example.compare(picture), picture.stat().st_size


@pytest.mark.parametrize(("terminals", "expected"), [("same", hyperbolic.one_end), ("opposite", hyperbolic.both_ends)])
def test_at_once_equal_cells_share_as_the_closed_form_has_it(terminals, expected):
    found = example.group_currents(terminals, {}, 1)["0+"][0]
    ohmic = np.interp(0.35, np.linspace(0.0, 1.0, PARAMETERS.ohmic_resistance.size), PARAMETERS.ohmic_resistance)
    shares = expected(example.CELLS, 1e-5 / (ohmic + 2e-5), 1.0)
    assert found == pytest.approx(shares / shares.mean(), rel=1e-9)


def test_near_cells_carry_more_and_later_less_so(told):
    table, size = told
    rows, title = {}, ""
    for line in table.splitlines()[1:-1]:
        if line.startswith("  "):
            rows.setdefault(title, {})[line[2:34].strip()] = np.array(line[34:106].split(), float)
        else:
            title = line
    one, both = (rows[title] for title in example.TABS.values())
    assert (np.diff(one["0+, draws, 50 %"])[:8] < 0.0).all()
    for tabs in (one, both):
        assert np.ptp(tabs["30 min, draws, 50 %"]) < 0.5 * np.ptp(tabs["0+, draws, 50 %"])
        assert (tabs["0+, draws, 5 %"] < tabs["0+, equal cells"]).all()
        assert (tabs["0+, equal cells"] < tabs["0+, draws, 95 %"]).all()
    assert np.ptp(both["0+, draws, 50 %"]) < 0.3 * np.ptp(one["0+, draws, 50 %"])
    assert size > 10_000
