"""The report in a real browser."""

import numpy as np
import pytest

from packfmu.report.page import made_page, write_report
from tests.report.browser import look_at, needs_browser
from tests.report.made import CELLS, drive, saved, years

CHOOSE = 'set("group", 2, "change"); set("place", 1, "change"); set("quantity", 0, "input"); set("frame", 10, "input");'


def report(data, folder):
    return write_report(saved(data, folder / "run.nc"), folder / "run.html")


@needs_browser
def test_on_a_phone_the_figures_are_drawn_without_an_error_and_fit(tmp_path):
    data = drive()
    told, errors = look_at(report(data, tmp_path), tmp_path, 390, CHOOSE)
    assert errors == []
    assert told["figures"] > 0
    assert told["needed"] <= told["width"] == 390
    assert (told["chosen"], told["instant"]) == ("cell 3", "10 s")
    step = np.ptp(data.voltage.values) / 65535.0
    shown = np.array(told["map"]).T.reshape(CELLS)
    assert shown == pytest.approx(data.voltage.values[10], abs=step)
    assert np.array(told["lines"][0]) == pytest.approx(data.voltage.values[:, 2], abs=step)


@needs_browser
@pytest.mark.campaign
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("data", [drive(), years(), drive(record=None)], ids=["drive", "years", "older"])
def test_any_page_is_drawn_at_any_width(tmp_path, data, width):
    told, errors = look_at(report(data, tmp_path), tmp_path, width)
    assert errors == []
    assert told["figures"] > 0
    assert told["needed"] <= told["width"] == width


@needs_browser
@pytest.mark.campaign
def test_the_browser_lets_nothing_be_loaded_and_its_errors_are_seen(tmp_path):
    page = tmp_path / "run.html"
    script = "<main><script>fetch('http://example.com/').catch(() => 0); isNowhere();</script>"
    page.write_text(made_page(drive(), "run").replace("<main>", script))
    _, errors = look_at(page, tmp_path, 1440)
    assert any("Content Security Policy" in line for line in errors)
    assert any("isNowhere is not defined" in line for line in errors)
