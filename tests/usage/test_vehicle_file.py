"""A vehicle of one's own as a TOML file."""

import pytest

from packfmu.core.errors import InputError
from packfmu.usage.longitudinal_vehicle import NISSAN_LEAF
from packfmu.usage.vehicle_file import load_vehicle

NEEDED = "mass = 1800\ndrag_area = 0.65\nrolling_resistance = 0.009\nrated_power = 150e3\n"


def load(folder, text):
    (folder / "van.toml").write_text(text, encoding="utf-8")
    return load_vehicle(folder / "van.toml")


def test_four_figures_make_a_vehicle(tmp_path):
    vehicle = load(tmp_path, NEEDED)
    assert (vehicle.mass, vehicle.drag_area, vehicle.rated_power) == (1800.0, 0.65, 150e3)
    assert vehicle.drive_efficiency == NISSAN_LEAF.drive_efficiency


def test_the_efficiency_of_the_drive_may_be_given(tmp_path):
    vehicle = load(tmp_path, NEEDED + "load = [0, 0.5, 1]\ndrive_efficiency = [0.8, 0.95, 0.9]\n")
    assert vehicle.drive_efficiency == (0.8, 0.95, 0.9)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mass = 1800\n", "drag_area is missing; it has no default"),
        (NEEDED + "wings = 2\n", r"\[wings\] = 2 is not a known key"),
        (NEEDED.replace("1800", "-1"), "mass = -1: it should be greater than 0"),
        (NEEDED.replace("1800", "'heavy'"), 'mass = "heavy": it should be a valid number'),
        (NEEDED + "load = [0, 1]\n", "load must rise from 0 and have as many values as drive_efficiency"),
        (NEEDED + "load = [0, 1]\ndrive_efficiency = [0.9, 1.5]\n", "drive_efficiency must be above 0 and at most 1"),
        (NEEDED + "gear_efficiency = nan\n", "gear_efficiency = nan: it should be a finite number"),
        ("mass = \n", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_by_key(tmp_path, text, told):
    with pytest.raises(InputError, match=told) as error:
        load(tmp_path, text)
    assert "\n" not in str(error.value)
