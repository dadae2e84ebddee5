"""The report as a file: what it tells, what it escapes, and that it needs nothing else."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.coupling.holding import HeldChange
from packfmu.pack.balances import Balance
from packfmu.report.page import made_page, write_report
from packfmu.report.run_record import RunRecord, RunStep
from tests.report.made import RECORD, drive, results, saved, years

HOSTILE = "</script><script>alert(1)</script>"


class Outline(HTMLParser):
    """Elements with their attributes, and the text outside scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text, self.skipped = [], "", 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.skipped += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.skipped -= tag in ("script", "style")

    def handle_data(self, data):
        self.text += "" if self.skipped else data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def outline(data, name="run"):
    return Outline(made_page(data, name))


def with_record(**changes):
    return drive(record=RECORD.model_copy(update=changes))


def test_the_same_results_give_the_same_bytes(tmp_path):
    path = saved(drive(), tmp_path / "run.nc")
    first, second = (write_report(path, tmp_path / f"{n}.html").read_bytes() for n in (1, 2))
    assert first == second


def test_the_page_stands_alone_and_can_be_read_by_a_machine():
    page = outline(drive())
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("link") == page.all("img") == page.all("iframe") == []
    assert all("src" not in attributes for attributes in page.all("script"))
    (policy,) = (each["content"] for each in page.all("meta") if each.get("http-equiv"))
    assert policy.startswith("default-src 'none';")
    assert {each["scope"] for each in page.all("th")} == {"row", "col"}
    targets = [each["id"] for _, each in page.elements if "id" in each]
    assert len(targets) == len(set(targets))
    assert {each["href"].removeprefix("#") for each in page.all("a")} <= set(targets)
    assert len(page.all("h1")) == 1


def test_nothing_of_a_file_runs():
    balance = Balance(HOSTILE, HOSTILE, 1.0, 1.0, 2.0)
    data = with_record(
        pack_name=HOSTILE,
        pack_text=HOSTILE,
        profile=HOSTILE,
        cell=HOSTILE,
        begin=HOSTILE,
        summary=(HOSTILE,),
        notices=(HOSTILE,),
        violations=(HOSTILE,),
        stopped_by=(HOSTILE,),
        plan=(((HOSTILE,), (HOSTILE,)),),
        balances=(balance,),
        held=(HeldChange(HOSTILE, 1.0, 1.0, HOSTILE, 1, 1, None),),
        versions={HOSTILE: HOSTILE},
        hashes={HOSTILE: HOSTILE},
        steps=(RunStep(name=HOSTILE, start=0.0, end=1.0, ended_by=HOSTILE),),
    )
    data.attrs |= {"complete": 0, "reason": HOSTILE}
    data["voltage"].attrs["display_units"] = data["voltage"].attrs["units"] = HOSTILE
    page = outline(data, HOSTILE)
    assert len(page.all("script")) == 4
    assert page.text.count("alert(1)") >= 19


def test_an_incomplete_run_says_so_and_why_before_all_else():
    page = outline(drive(complete=False))
    assert page.text.index("This run is incomplete (complete = 0): interrupted") < page.text.index("at a glance")
    assert "incomplete" not in outline(drive()).text
    ended = outline(with_record(stopped_by=("PackNetwork.undervoltage",))).text
    assert "The run was ended by a cell below its minimum voltage: cell 6 (group 3, place 2)." in ended


def test_an_older_file_makes_a_report_that_tells_what_is_missing():
    data = drive(record=None)
    del data.attrs["complete"]
    text = outline(data, "drive_cycle").text
    for told in (
        "drive_cycle: results of a run",
        "The file does not tell whether its run is complete.",
        "The cut-offs were not recorded.",
        "The limits of the cells are not known",
        "What was asked of the pack was not recorded",
        "There is no dQ/dV: the capacity of the cells is not known",
        "No ledger was recorded.",
        "No plan was recorded.",
        "No versions and hashes were recorded.",
    ):
        assert told in text


def test_without_single_cells_there_is_a_band_and_no_map():
    bands = {f"soc_{end}": np.full(50, value) for end, value in (("minimum", 0.1), ("mean", 0.2), ("maximum", 0.3))}
    page = outline(results(**bands))
    assert 'set [outputs] detail = "cell"' in page.text
    assert {each.get("id") for each in page.all("div")} == {None, "course"}


def test_years_tell_what_has_worn_most():
    text = outline(years()).text
    assert "mine: run of years" in text
    assert "Least state of healthcell 4 (group 2, place 2)" in text
    assert "Least capacity of a groupgroup 2" in text
    assert "19.2 A.h" in text  # of 10 A.h each, with 3 and 5 % lost


def test_a_record_is_told_in_tables():
    text = outline(
        with_record(
            balances=(Balance("cells, charge", "C", 1.0, 0.75, 2.0),),
            plan=((("layer", "period"), ("electrical", "1 s")),),
            held=(HeldChange("Cell.soc", 2e-2, 1e-2, "1", 10**9, 2 * 10**9, 0.001),),
            hashes={"mine.toml": "ab" * 32},
            steps=(RunStep(name="Rest for 1 h", start=0.0, end=3600.0, ended_by="time"),),
        )
    ).text
    for told in ("cells, charge10.75C0.250.12", "electrical1 s", "Cell.soc0.020.011 mV2beyond", "ab" * 32, "03600time"):
        assert told in text


def shapes(steps):
    """Return the lines that part the steps in the figure of the course."""
    data = with_record(steps=tuple(RunStep(name="Rest", start=float(n), end=n + 1.0) for n in range(steps)))
    figures = made_page(data, "run").partition('id="figures">')[2].partition("</script>")[0]
    return json.loads(figures)["course"]["layout"].get("shapes", [])


def test_a_few_steps_are_parted_by_lines_and_many_are_not():
    assert {line["x0"] for line in shapes(3)} == {1.0, 2.0}
    assert shapes(40) == []


def test_one_row_is_enough_and_none_is_refused(tmp_path):
    assert "1 instants recorded" in outline(drive().isel(time=slice(1))).text
    with pytest.raises(InputError, match="hold no row over time"):
        made_page(drive().isel(time=slice(0)), "run")
    with pytest.raises(InputError, match="No such file"):
        write_report(tmp_path / "none.nc", tmp_path / "run.html")


def test_a_pack_of_7104_cells_stays_below_20_megabytes():
    values = np.random.default_rng(1).normal(size=(160, 7104))
    record = RunRecord(series=96, parallel=74)
    page = made_page(results(160, record, voltage=values, soc=values, temperature=values, current=values), "big")
    assert len(page.encode()) < 20e6
