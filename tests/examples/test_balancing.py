"""Balancers side by side on a small pack: what they move, waste and gain, over the FMUs that the example builds."""

import csv

import balancing
import balancing_report
import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.pack.balancing_tables import Bms
from packfmu.pack.file import load_pack

PACK = """
[pack]
series = 3
parallel = 2
[cell]
parameters = "nissan_leaf_2013"
initial_soc = 0.6
[variation]
seed = 7
capacity_cv = 0.02
soc_spread = 0.02
[balancer]
bleed_resistance = 20.0
[bms]
[schedule]
electrical = "10 s"
"""
NAMES = ("none", "bleed_history", "bleed_history_known", "flyback_pack")
HOURS = 16.0


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return tmp_path_factory.mktemp("balancing")


@pytest.fixture(scope="module")
def pack(output):
    path = output / "pack.toml"
    path.write_text(PACK)
    return load_pack(path)


@pytest.fixture(scope="module")
def outcomes(pack, output):
    """Return the outcome of some of the example's cases by name."""
    cases = [case for case in balancing.CASES if case.name in NAMES]
    return {outcome.name: outcome for outcome in balancing.compare(pack, output, HOURS, cases)}


def test_cases_keep_what_balancers_share_and_replace_the_rest(pack):
    by_name = {case.name: case for case in balancing.CASES}
    assert len(by_name) == len(balancing.CASES)
    for case in balancing.CASES:
        table = case.pack(pack).balancer
        assert table.bleed_resistance == (20.0 if table.is_passive else 430.0)
        assert table.converter == case.table["converter"]
        assert (case.pack(pack).bms is None) == case.known
    assert by_name["none"].pack(pack.model_copy(update={"bms": None})).bms == Bms()


def test_nothing_balances_where_nobody_may(outcomes):
    idle = outcomes["none"]
    assert idle.moved == idle.lost == idle.warming == 0.0
    assert idle.hours[-1] == HOURS
    assert idle.spread()[-1] == pytest.approx(idle.spread()[0], abs=0.01)  # self-discharge alone
    assert np.isnan(idle.taken)
    assert idle.begin == -1


@pytest.mark.parametrize("name", NAMES[1:])
def test_balancers_bring_the_groups_together(name, outcomes):
    outcome = outcomes[name]
    assert outcome.taken > 0.0
    assert outcome.spread()[0] > 2.0
    surely = 100.0 * outcome.balanced_spread
    if "soc_sigma" in outcome.recorded:
        assert outcome.estimated_spread <= surely
        surely += 200.0 * 2**0.5 * float(outcome.recorded["soc_sigma"][-1].max())
    assert outcome.spread()[-1] <= surely
    assert outcome.usable[0] < outcome.usable[-1] <= outcome.weakest * (1.0 + 1e-12)
    assert 0.0 < outcome.regained <= 100.0


def test_known_and_constant_bleeding_ends_when_it_was_predicted(outcomes):
    """The current is V / R or P / V: V falls by 1 % and the duty is whole, so 2 %."""
    known = outcomes["bleed_history_known"]
    assert known.predicted == pytest.approx(known.taken, rel=0.02)
    assert known.taken == known.true_time


def test_passive_wastes_what_it_bleeds(outcomes):
    for name in ("bleed_history", "bleed_history_known"):
        bled = outcomes[name]
        assert bled.lost == bled.moved > 1.0
        assert bled.links == bled.connectivity == 0
        assert np.all(bled.recorded["balancing_current"] <= 0.0)
        assert 0.0 < bled.warming < bled.heat / 1.0  # the board loses 1 W/K


def test_active_loses_one_less_efficiency(outcomes):
    """What a group gives goes by way of the pack to another, hence through one converter or two."""
    moved = outcomes["flyback_pack"]
    efficiency = moved.recorded["efficiency"].values
    working = efficiency[efficiency > 0.0]
    assert 0.8 < working.min() <= working.max() < 1.0
    assert working.min() <= moved.efficiency <= working.max()
    assert 1.0 - working.max() <= moved.lost / moved.moved <= 2.0 * (1.0 - working.min())
    assert moved.links == 3
    assert moved.refreshes > 0
    assert moved.lost < 0.1 * outcomes["bleed_history"].lost


def test_a_link_to_the_pack_keeps_to_its_rated_current(outcomes):
    """1 A at the group's end, which takes what the converter yields of the energy."""
    current = outcomes["flyback_pack"].recorded["balancing_current"].values
    assert np.abs(current).max() <= 1.0 + 1e-12
    assert current.min() < 0.0 < current.max()


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_closes(name, outcomes):
    assert outcomes[name].mismatch(held=False) < 1e-12
    assert outcomes[name].mismatch(held=True) < 1e-3  # first order in the period of 10 s


def test_plans_suit_the_time_constants(outcomes):
    assert all(outcome.ended.violations == () for outcome in outcomes.values())
    assert outcomes["flyback_pack"].layers.splitlines()[1].split()[:4] == ["switching", "1e-05", "s", "within"]
    assert "switching" not in outcomes["bleed_history"].layers


def test_files_are_saved(outcomes, output):
    assert {path.name for path in output.iterdir()} == {"pack.toml", "balancing.csv", "balancing.png", "balancing"}
    assert {path.stem for path in (output / "balancing").glob("*.nc")} == set(NAMES)
    with (output / "balancing.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["balancer"]: row for row in csv.DictReader(file)}
    assert set(rows) == {outcome.title for outcome in outcomes.values()}
    moved = outcomes["flyback_pack"]
    assert float(rows[moved.title]["cost: moved [Wh]"]) == pytest.approx(moved.moved, rel=1e-8)


def test_the_tables_tell_every_case(outcomes, output):
    told = balancing.tell(list(outcomes.values()), output)
    for outcome in outcomes.values():
        assert told.count(f"\n{outcome.title} ") >= 2
    assert "weakest group" in told.splitlines()[0]


def test_times_and_what_there_is_not_as_text():
    assert balancing_report.shown(np.nan, ".2f") == "-"
    assert balancing_report.shown(np.inf, ".2f") == "never"
    assert balancing_report.shown(-0.2, "z.0f") == "0"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--hours", "0"], "--hours 0 must be finite, and at least a thermal period"),
        (["--hours", "inf"], "--hours inf must be finite"),
        (["--hours", "nan"], "--hours nan must be finite"),
        (["--hours", "soon"], "invalid float value: 'soon'"),
        (["--pack", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["--pack", "{folder}", "--hours", "1"], "cannot be read"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(options, message, tmp_path, capsys):
    given = [option.format(folder=tmp_path) for option in options]
    assert balancing.main([*given, "--output", str(tmp_path)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert message in told[0]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_a_file_is_told_at_once(tmp_path, capsys):
    (tmp_path / "balancing.png").mkdir()
    assert balancing.main(["--output", str(tmp_path)]) == 2
    assert "balancing.png cannot be written: it is a folder" in capsys.readouterr().err


def test_cases_before_one_that_fails_are_saved(pack, tmp_path, outcomes, monkeypatch):
    def balance(case, *given):
        if case.name == "flyback_pack":
            raise InputError("a converter refuses")
        return outcomes[case.name]

    monkeypatch.setattr(balancing, "balance", balance)
    monkeypatch.setattr(balancing, "build_all", lambda pack, folder, cases: dict.fromkeys(NAMES))
    cases = [case for case in balancing.CASES if case.name in NAMES]
    with pytest.raises(InputError, match="a converter refuses"):
        balancing.compare(pack, tmp_path, HOURS, cases)
    with (tmp_path / "balancing.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == len(NAMES)  # the header, and three cases
    assert (tmp_path / "balancing.png").stat().st_size > 10_000
