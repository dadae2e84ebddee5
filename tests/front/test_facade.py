"""The facade for Python: what is taken for a profile, steps and years, and what is refused before anything is built."""

from dataclasses import replace

import pytest

from packfmu.core.errors import InputError
from packfmu.front import facade
from packfmu.usage.longitudinal_vehicle import NISSAN_LEAF

PACK = '[pack]\nseries = 2\nparallel = 1\n[cell]\nparameters = "nissan_leaf_2013"\n'


@pytest.fixture
def ran(monkeypatch):
    """What was run how, instead of running it."""
    calls = []
    for name in ("run_profile", "run_steps", "run_years_file"):
        monkeypatch.setattr(facade, name, lambda *given, name=name: calls.append((name, given)) or "told")
    return calls


@pytest.fixture
def pack(tmp_path):
    (tmp_path / "my.toml").write_text(PACK)
    return facade.load(tmp_path / "my.toml")


@pytest.mark.parametrize(
    ("name", "text", "runner"),
    [
        ("ride.csv", "time [s],current [A]\n0,1\n9,0\n", "run_profile"),
        ("week.toml", 'steps = ["Rest for 1 h"]', "run_steps"),
        ("life.toml", 'steps = ["Rest for 1 h"]\n[seasons.all]\ndays = 1\n', "run_years_file"),
    ],
)
def test_a_file_is_run_as_what_it_is(name, text, runner, pack, ran, tmp_path):
    (tmp_path / name).write_text(text)
    result = facade.run(pack, str(tmp_path / name), tmp_path / "out")
    assert (ran[0][0], result.summary) == (runner, "told")
    assert result.files.netcdf == tmp_path / "out" / f"my_{name.partition('.')[0]}.nc"


def test_what_is_recorded_or_set_besides_is_not_for_years(pack, ran, tmp_path):
    (tmp_path / "life.toml").write_text('steps = ["Rest for 1 h"]\n[seasons.all]\ndays = 1\n')
    for given in ({"record": {"moved": "Balancer.moved_charge"}}, {"values": {"Cell.lookahead": 1.0}}):
        with pytest.raises(InputError, match="record and values are for profiles and steps, not for years"):
            facade.run(pack, tmp_path / "life.toml", tmp_path, **given)
    assert ran == []


def test_a_shipped_cycle_is_run_by_its_name(pack, ran, tmp_path):
    assert facade.run(pack, "wltc_class3b", tmp_path).files.page.name == "my_wltc_class3b.html"
    assert ran[0][1][1].name == "wltc_class3b"


@pytest.mark.parametrize(
    ("usage", "text", "message"),
    [
        ("no.csv", None, "no.csv: cannot be read: No such file or directory"),
        ("no.toml", None, "no.toml: cannot be read: No such file or directory"),
        ("text.toml", "steps", "is not TOML"),
        ("text.csv", "hello\n", "text.csv"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named(usage, text, message, pack, tmp_path):
    if text is not None:
        (tmp_path / usage).write_text(text)
    with pytest.raises(InputError, match=message):
        facade.run(pack, tmp_path / usage, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_vehicle_is_read_before_anything_runs(pack, tmp_path):
    (tmp_path / "car.toml").write_text("mass = -1.0\n")
    with pytest.raises(InputError, match="mass"):
        facade.run(pack, "wltc_class3b", tmp_path / "out", vehicle=tmp_path / "car.toml")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", [{"years": 3}, {"resume": True}, {"components": True}])
@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [("ride.csv", "time [s],current [A]\n0,1\n9,0\n", "a profile"), ("week.toml", 'steps = ["Rest for 1 h"]', "steps")],
)
def test_an_option_of_years_is_refused_elsewhere(option, name, text, kind, pack, ran, tmp_path):
    (tmp_path / name).write_text(text)
    told = f"{name}: {next(iter(option))} is for experiments of years, not for {kind}; leave it out"
    with pytest.raises(InputError, match=told):
        facade.run(pack, tmp_path / name, tmp_path / "out", **option)
    assert not ran


def test_a_vehicle_for_a_profile_of_current_is_refused(pack, ran, tmp_path, monkeypatch):
    car = replace(NISSAN_LEAF, mass=1500.0)
    monkeypatch.setattr(facade, "load_vehicle", lambda _: car)
    (tmp_path / "ride.csv").write_text("time [s],current [A]\n0,1\n9,0\n")
    with pytest.raises(
        InputError, match=r"ride.csv: vehicle is for speeds, not for a profile of current; leave it out"
    ):
        facade.run(pack, tmp_path / "ride.csv", tmp_path / "out", vehicle="car.toml")
    facade.run(pack, "wltc_class3b", tmp_path / "out", vehicle="car.toml")
    assert ran[0][1][3] is car


def test_years_last_ten_unless_told(pack, ran, tmp_path):
    (tmp_path / "life.toml").write_text('steps = ["Rest for 1 h"]\n[seasons.all]\ndays = 1\n')
    facade.run(pack, tmp_path / "life.toml", tmp_path / "out")
    facade.run(pack, tmp_path / "life.toml", tmp_path / "out", years=3)
    assert [given[2] for _, given in ran] == [10, 3]


def test_a_folder_is_no_usage(pack, ran, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wltc_class3b").mkdir()
    with pytest.raises(InputError, match="is a folder; name a file in it, or a cycle: wltc_class3b"):
        facade.run(pack, tmp_path, tmp_path / "out")
    facade.run(pack, "wltc_class3b", tmp_path / "out")
    assert len(ran) == 1
