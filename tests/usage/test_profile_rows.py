"""Profiles as inputs of a pack: charge, energy and distance conserved, and units that cannot be."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim.duty import with_profiles
from packfmu.models.network.loads import LoadMode
from packfmu.pack.file import load_pack, parse_pack
from packfmu.pack.topology import pack_system
from packfmu.usage.longitudinal_vehicle import NISSAN_LEAF, pack_power
from packfmu.usage.profile import load_profile
from packfmu.usage.profile_rows import flow_of, profile_notices, profile_rows, profile_values
from tests.pack import models

SECOND = 10**9
LEAF = load_pack(Path(__file__).parents[2] / "examples" / "leaf_pack.toml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rows")


def load(folder, header, rows):
    text = header + "\n" + "".join(",".join(map(repr, row)) + "\n" for row in rows)
    (folder / "profile.csv").write_text(text, encoding="utf-8")
    return load_profile(folder / "profile.csv")


def irregular(steps, values):
    """Return rows of a time [s], of steps in ms, and a value each."""
    return list(zip((np.cumsum([0, *steps]) / 1000.0).tolist(), values, strict=False))


@given(st.lists(st.integers(1, 9999), min_size=1, max_size=40), st.data())
def test_charge_and_energy_of_a_file_are_conserved(folder, steps, data):
    values = data.draw(st.lists(st.integers(-2000, 2000), min_size=len(steps) + 1, max_size=len(steps) + 1))
    for header, name, scale in (("time [s],current [mA]", "current", 1e-3), ("time [s],power [kW]", "power", 1e3)):
        rows = irregular(steps, [value / 100 for value in values])
        means = profile_rows(load(folder, header, rows), LEAF, SECOND)[f"PackNetwork.pack_{name}"]
        lasting = np.diff([time for time, _ in rows])  # of times as doubles: at 9 s they are rounded by 2e-12 of 1 ms
        exact = math.fsum(value * scale * step for (_, value), step in zip(rows, lasting, strict=False))
        throughput = math.fsum(abs(value) * scale * step for (_, value), step in zip(rows, lasting, strict=False))
        assert abs(math.fsum(means) - exact) <= (1e-12 if name == "current" else 1e-9) * throughput + 1e-300


@given(st.lists(st.integers(800, 5000), min_size=1, max_size=40), st.data())
def test_energy_of_a_speed_is_that_of_the_vehicle_between_its_samples(folder, steps, data):
    speeds = data.draw(st.lists(st.integers(0, 130), min_size=len(steps) + 1, max_size=len(steps) + 1))
    profile = load(folder, "time [s],speed [km/h]", irregular(steps, speeds))
    means = profile_rows(profile, LEAF, SECOND)["PackNetwork.pack_power"]
    energies = pack_power(NISSAN_LEAF, profile.time, profile.values) * np.diff(profile.time)
    assert abs(math.fsum(means) - math.fsum(energies)) <= 1e-9 * math.fsum(np.abs(energies))
    assert profile.distance == pytest.approx(
        math.fsum((a + b) / 7.2 * step / 1e3 for a, b, step in zip(speeds, speeds[1:], steps, strict=False)), rel=1e-12
    )


def test_the_wltc_has_the_power_of_the_vehicle_second_by_second():
    profile = load_profile("wltc_class3b")
    power = profile_rows(profile, LEAF, SECOND)["PackNetwork.pack_power"]
    assert power == pytest.approx(flow_of(profile, NISSAN_LEAF), abs=1e-6)  # read off a sum of 11 MJ
    assert profile_values(profile) == {"PackNetwork.load_mode": LoadMode.POWER}
    assert profile_notices(profile, SECOND) == (
        "the profile drives 23.27 km and asks for 823.8 Wh into the pack and 3940 Wh out of it",
    )
    assert (
        profile_notices(profile, 7 * SECOND)[-1] == "the profile ends within a period of 7 s: its last 6 s have no load"
    )


def test_all_inputs_drive_the_system_of_a_pack(folder):
    header = "time [s],current [A],ambient temperature [degC],coolant temperature [degC],enable"
    profile = load(folder, header, [(0, 5, 20, 30, 1), (1.5, -5, 22, 30, 0), (4.0, 0, 22, 30, 0)])
    rows = profile_rows(profile, LEAF, SECOND)
    assert {name: values.tolist() for name, values in rows.items()} == {
        "PackNetwork.pack_current": [5.0, 0.0, -5.0, -5.0],
        "Thermal.ambient_temperature": pytest.approx([293.15, 294.15, 295.15, 295.15]),
        "Thermal.coolant_temperature": [303.15] * 4,
        "Balancer.enable": [1.0, 0.0, 0.0, 0.0],
    }
    assert profile_values(profile) == {"PackNetwork.load_mode": LoadMode.CURRENT}
    assert with_profiles(pack_system(models.pack()), rows).components[0].name == "Inputs"


def test_a_management_allows_balancing_where_there_is_one(folder):
    profile = load(folder, "time [s],current [A],enable", [(0, 1, 1), (1, 0, 1)])
    managed = parse_pack(
        {"pack": {"series": 2, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013"}, "bms": {}}, ""
    )
    assert "Bms.balancing_allowed" in profile_rows(profile, managed, SECOND)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (
            "current [A]",
            "profile.csv, line 3: -20000 A is 319 C for a pack of 62.69 Ah, beyond any cell; is the unit mA?",
        ),
        (
            "power [kW]",
            "profile.csv, line 3: -2e+07 W is 791 C for a pack of 62.69 Ah, beyond any cell; is the unit mW or W?",
        ),
    ],
)
def test_a_demand_beyond_any_cell_is_named_for_what_it_is(folder, header, told):
    profile = load(folder, f"time [s],{header}", [(0, 1000), (1, -20000), (2, 0)])
    with pytest.raises(InputError) as error:
        profile_rows(profile, LEAF, SECOND)
    assert str(error.value) == told


@pytest.mark.parametrize(
    ("fast", "told"),
    [(36000, "line 3: the speed until there takes -"), (1e160, "line 3: the speed until there takes ")],
)
def test_a_speed_beyond_any_cell_is_named_by_its_line(folder, fast, told):
    profile = load(folder, "time [s],speed [km/h]", [(0, 0), (1, fast), (2, fast)])
    with pytest.raises(InputError) as error:
        profile_rows(profile, LEAF, SECOND)
    assert str(error.value).startswith(f"profile.csv, {told}")
    assert str(error.value).endswith("beyond any cell; is the unit km/h or m/s?")


def test_a_profile_of_countless_periods_is_refused_by_its_last_line(folder):
    profile = load(folder, "time [s],current [A]", [(0, -10), (1e8, 0)])
    with pytest.raises(InputError) as error:
        profile_rows(profile, LEAF, SECOND)
    assert str(error.value) == (
        "profile.csv, line 3: ends after 1e+08 s, 100000000 periods of 1 s; at most 20000000 are taken: "
        "is the unit ms or ns?"
    )
