"""Balancers side by side on a small pack: what they move, waste and gain, by the steps and the cases of the example."""

import csv

import balancing
import numpy as np
import pytest

from packfmu.report.balancing import figure, outcome, tables

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
[schedule]
electrical = "10 s"
[bms]
"""
NAMES = ("none", "bleed_history", "bleed_history_known", "flyback_pack")
HOURS = 16.0


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return tmp_path_factory.mktemp("balancing")


@pytest.fixture(scope="module")
def outcomes(output):
    """Return the outcome of some of the example's cases by name."""
    chosen, rest = [case for case in balancing.CASES if case.name in NAMES], output / "rest.toml"
    cases = [case._replace(table=case.table.replace("33.0", "20.0")) for case in chosen]
    rest.write_text(f"steps = ['Rest for {HOURS:g} h or until balanced']")
    return {each.name: each for each in balancing.compare(PACK, rest, output / "balancing", cases)}


@pytest.fixture(scope="module")
def told(outcomes, output):
    return balancing.tell(list(outcomes.values()), output, shown=("bleed_history", "flyback_pack"))


def test_every_case_is_a_pack_of_its_own(tmp_path, monkeypatch):
    packs = {}
    monkeypatch.setattr(balancing, "balance", lambda case, pack, *_: packs.update({case.name: pack}))
    balancing.compare(PACK, balancing.REST, tmp_path)
    assert len(packs) == len(balancing.CASES) == 12
    assert {name for name, text in packs.items() if "[bms]" not in text} == {
        "bleed_history_known",
        "flyback_ring_known",
    }


def test_nothing_balances_where_nobody_may(outcomes):
    idle = outcomes["none"]
    assert idle.moved == idle.lost == idle.warming == 0.0
    assert idle.hours[-1] == HOURS
    assert idle.spread()[-1] == pytest.approx(idle.spread()[0], abs=0.01)  # self-discharge alone
    assert np.isnan(idle.taken)
    assert idle.begin == -1


@pytest.mark.parametrize("name", NAMES[1:])
def test_balancers_bring_the_groups_together(name, outcomes):
    balanced = outcomes[name]
    assert balanced.taken > 0.0
    assert balanced.spread()[0] > 2.0
    surely = 100.0 * balanced.balanced_spread
    if "soc_sigma" in balanced.recorded:
        assert balanced.estimated_spread <= surely
        surely += 200.0 * 2**0.5 * float(balanced.recorded["soc_sigma"][-1].max())
    assert balanced.spread()[-1] <= surely
    assert balanced.usable[0] < balanced.usable[-1] <= balanced.weakest * (1.0 + 1e-12)
    assert 0.0 < balanced.regained <= 100.0


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
    assert all(each.run.violations == () for each in outcomes.values())
    assert outcomes["flyback_pack"].run.plan[0][1][:3] == ("switching", "1e-05 s", "within Balancer")
    assert all(row[0] != "switching" for row in outcomes["bleed_history"].run.plan[0])


def test_files_are_saved(told, outcomes, output):
    assert {path.name for path in output.iterdir()} == {"balancing.csv", "balancing.png", "balancing", "rest.toml"}
    for name in NAMES:
        ends = {path.name.removeprefix(f"{name}_rest") for path in (output / "balancing").glob(f"{name}_rest*")}
        assert ends == {".nc", ".csv", ".png", ".html"}
    with (output / "balancing.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["balancer"]: row for row in csv.DictReader(file)}
    assert set(rows) == {each.title for each in outcomes.values()}
    moved = outcomes["flyback_pack"]
    assert float(rows[moved.title]["cost: moved [Wh]"]) == pytest.approx(moved.moved, rel=1e-8)


def test_the_tables_tell_every_case(told, outcomes):
    for each in outcomes.values():
        assert told.count(f"\n{each.title} ") >= 2
    assert "weakest group" in told.splitlines()[0]


def test_the_figure_shows_the_groups_of_those_that_are_named(outcomes):
    drawn = figure.draw(list(outcomes.values()), shown=("flyback_pack", "none"))
    assert [axes.get_title() for axes in drawn.axes[4:]] == [
        f"SOC of the groups: {outcomes[name].title}; grey: estimated" for name in ("flyback_pack", "none")
    ]


def test_what_is_recorded_follows_the_balancer(outcomes):
    assert set(outcome.USED) <= set(outcomes["bleed_history"].recorded)
    assert "refreshes" not in outcomes["bleed_history"].recorded
    assert set(outcome.USED_OF_CONVERTERS) <= set(outcomes["flyback_pack"].recorded)


def test_times_and_what_there_is_not_as_text():
    assert tables.shown(np.nan, ".2f") == "-"
    assert tables.shown(np.inf, ".2f") == "never"
    assert tables.shown(-0.2, "z.0f") == "0"
