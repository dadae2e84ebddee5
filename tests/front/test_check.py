"""What `packfmu check` tells of a pack."""

import pytest

from packfmu.core.errors import InputError
from packfmu.front.check import explain_pack
from packfmu.pack.cells.cell_file import write_cell
from tests.models.cells import plain_cell

PACK = """
[pack]
series = 6
parallel = 2
[cell]
parameters = "nissan_leaf_2013"
[variation]
soc_spread = 0.02
"""
CONVERTERS = """
[balancer]
converter = "flyback"
links = "pack"
gain = 50.0
[bms]
[aging]
parameters = "nissan_leaf_aging"
[schedule]
control = "1 s"
thermal = "5 s"
aging = "15 min"
"""


def told(tmp_path, text):
    path = tmp_path / "pack.toml"
    path.write_text(text)
    return explain_pack(path)


def line_of(text, word):
    return next(line for line in text.splitlines() if line.startswith(word))


def test_size_limits_and_plan(tmp_path):
    text = told(tmp_path, PACK)
    assert "6 groups of 2 cells, 12 cells" in text
    assert line_of(text, "lowest voltage").split() == ["lowest", "voltage", "3", "V", "18", "V"]
    assert line_of(text, "charging current").split() == ["charging", "current", "62.5", "A,", "1.99C", "125", "A"]
    assert [line.split()[0] for line in text.splitlines() if line.split()[1:3] == ["10", "s"]] == ["control", "thermal"]


def test_time_to_bleed_is_that_of_the_charge_over_the_current(tmp_path):
    text = told(tmp_path, PACK)
    assert line_of(text, "time").endswith(" of bleeding, the longest that a group needs")
    days = float(line_of(text, "time").split()[1])
    assert 0.5 < days < 60.0


def test_five_layers_and_the_stability_of_consensus(tmp_path):
    """With a link from each group to the pack all rates are gain / Q, of capacities that are alike: 50 A / 225.7 kC."""
    text = told(tmp_path, PACK + CONVERTERS)
    layers = [line.split()[0] for line in text.splitlines() if line.split() and line.split()[-2:-1] != []]
    assert {"switching", "electrical", "control", "thermal", "aging"} <= set(layers)
    rate = 50.0 / (2.0 * 112850.0)
    assert [float(word) for word in line_of(text, "rates").split()[1:4:2]] == pytest.approx([rate, rate], rel=1e-2)
    assert "step times greatest rate is 0.000222;" in line_of(text, "stability")
    slowest = (1.0 - rate) ** 2
    assert float(line_of(text, "stability").split()[-3]) == pytest.approx(slowest, rel=1e-5)


def test_gain_that_would_overshoot_is_refused(tmp_path):
    with pytest.raises(InputError, match="Balancer steps every 1 s and its update is explicit"):
        told(tmp_path, PACK + CONVERTERS.replace("gain = 50.0", "gain = 1e6"))


def test_groups_that_no_link_joins_are_balanced_never(tmp_path):
    text = PACK.replace("series = 6", "series = 4") + "capacity_cv = 0.03\nseed = 5\n"
    links = CONVERTERS.replace('links = "pack"', "links = [[1, 2], [3, 4]]")
    rates = line_of(told(tmp_path, text + links), "rates")
    assert rates.startswith("rates      0 to ")
    assert rates.endswith(" to never")


def test_kinds_of_cells_and_what_they_have_lost(tmp_path):
    """The least group is what the pack holds, and the limits are those that suit both kinds."""
    replaced = """[[replaced]]
groups = [1]
parameters = "other.toml"
[[replaced]]
cells = [4]
capacity_loss = 0.2
resistance_growth = 0.4
"""
    write_cell(plain_cell(), tmp_path / "other.toml")
    text = told(tmp_path, PACK + replaced)
    assert line_of(text, "cell       nissan").endswith("SOC 0 and 1, 10 cells")
    assert line_of(text, "cell       other.toml: 10 A.h").endswith("SOC 0 and 1, 2 cells")
    lost = "worn       1 of 12 cells: at most 0.2 of the capacity lost, 0.4 of the resistance gained"
    assert line_of(text, "worn") == lost
    assert " V, 20 A.h, " in line_of(text, "nominal")
    assert line_of(text, "discharging current").split()[2:4] == ["40", "A,"]
