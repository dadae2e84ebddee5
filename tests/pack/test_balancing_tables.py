"""Defaults of a pack file, and what follows from its tables on balancing and battery management."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.models.balancing.options import BleedingLaw, ConverterLaw
from packfmu.pack.file import parse_pack
from tests.pack.planned import SMALLEST, models, part

STRUCTURE = ("converter", "links", "law", "fidelity")
"""Keys of the balancer that choose, and have no variable of that name and unit."""


@pytest.mark.parametrize(
    ("table", "contents", "component", "others"),
    [
        ("thermal", {}, "Thermal", ("board_conductance",)),
        ("balancer", {}, "Balancer", ("rated_current", "gain")),
        ("balancer", {"converter": "flyback"}, "Balancer", ("bleed_resistance", "start_threshold", "stop_threshold")),
        (
            "bms",
            {"detection": True},
            "Bms",
            ("voltage_offset_sd", "voltage_noise", "current_offset", "current_noise", "initial_soc_error", "detection"),
        ),
    ],
)
def test_defaults_are_those_of_the_models(table, contents, component, others):
    pack = parse_pack(SMALLEST | {table: contents}, "smallest")
    model = models(pack)[component]
    for key, value in getattr(pack, table).model_dump(exclude_none=True).items():
        if key not in STRUCTURE + others:
            assert np.unique(model.variable(key).start_values()) == [value], key


def test_a_balancer_has_the_links_that_the_pack_file_tells():
    four = SMALLEST | {"pack": {"series": 4, "parallel": 1}}

    def links(**balancer):
        return part(parse_pack(four | {"balancer": balancer}, "four"), "Balancer").arguments.get("links")

    assert links() is None
    assert links(converter="buck_boost") == [[0, 1], [1, 2], [2, 3]]
    assert links(converter="flyback") == [[0, -1], [1, -1], [2, -1], [3, -1]]
    assert links(converter="flyback", links="ring") == [[0, 1], [1, 2], [2, 3], [3, 0]]
    assert links(converter="flyback", links=[[1, 3], [4, 0]]) == [[0, 2], [3, -1]]


@pytest.mark.parametrize(
    ("balancer", "message"),
    [
        ({"converter": "flyback", "links": [[1, 9]]}, "[balancer]: links: [1, 9] are not two groups from 1 to 2"),
        ({"converter": "flyback", "links": [[2, 2]]}, "[balancer]: links: [2, 2] are not two groups from 1 to 2"),
        ({"converter": "flyback", "links": [[1, 2], [2, 1]]}, "[balancer]: a balancer needs at least one link, and no"),
        (
            {"converter": "buck_boost", "links": "pack"},
            'links: converter = "buck_boost" joins neighbouring groups only',
        ),
        ({"converter": "flyback", "links": [[1, 2, 1]]}, "[balancer] links = [[1, 2, 1]]: allowed are path, ring, "),
        (
            {"converter": "flyback", "links": "paths"},
            '[balancer] links = "paths": there is no such graph; did you mean "path"?',
        ),
        (
            {"converter": "flyback", "links": "ring"},
            "[balancer]: a balancer with links as a ring needs at least 3 groups",
        ),
    ],
)
def test_links_that_do_not_fit_are_told(balancer, message):
    with pytest.raises(InputError) as caught:
        parse_pack(SMALLEST | {"balancer": balancer}, "my.toml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("balancer", "alone", "managed"),
    [
        ({}, BleedingLaw.VOLTAGE, BleedingLaw.CHARGE_HISTORY),
        ({"law": "voltage"}, BleedingLaw.VOLTAGE, BleedingLaw.VOLTAGE),
        ({"law": "charge_history"}, BleedingLaw.CHARGE_HISTORY, BleedingLaw.CHARGE_HISTORY),
        ({"converter": "flyback"}, ConverterLaw.CONSENSUS, ConverterLaw.CONSENSUS),
        ({"converter": "flyback", "law": "pairwise"}, ConverterLaw.PAIRWISE, ConverterLaw.PAIRWISE),
    ],
)
def test_resistors_go_by_the_charge_where_a_bms_knows_it(balancer, alone, managed):
    contents = SMALLEST | {"balancer": balancer}
    for bms, law in (({}, alone), ({"bms": {}}, managed)):
        assert part(parse_pack(contents | bms, "it"), "Balancer").start["law"] == law


@pytest.mark.parametrize("converter", ["resistor", "flyback"])
def test_the_least_voltage_is_the_cells_unless_another_is_given(converter):
    for given, expected in (({}, 3.0), ({"minimum_voltage": 3.4}, 3.4)):
        contents = SMALLEST | {"balancer": {"converter": converter} | given}
        assert part(parse_pack(contents, "it"), "Balancer").start["minimum_voltage"] == expected


def test_the_error_of_a_voltage_follows_the_noise_of_its_channel():
    found = [
        part(parse_pack(SMALLEST | bms, "it"), "Balancer").start["voltage_error"]
        for bms in ({}, {"bms": {"voltage_noise": 0.0}}, {"bms": {}}, {"bms": {"voltage_noise": 0.002}})
    ]
    assert found == pytest.approx([0.001, 0.001, 0.004, 0.013], rel=1e-12)


def test_a_bms_knows_the_kind_of_cell_and_not_the_cells():
    spread = {"capacity_cv": 0.1, "soc_spread": 0.05, "seed": 4}
    contents = SMALLEST | {"variation": spread, "bms": {"seed": 3, "initial_soc_error": -0.2}}
    pack = parse_pack(contents, "managed")
    start = part(pack, "Bms").start
    assert start["initial_soc"] == pytest.approx(0.7, abs=1e-15)
    assert "capacity" not in start
    assert np.std(start["voltage_sensor_offset"]) > 0.0
    other = parse_pack(contents | {"bms": {"seed": 4}}, "managed")
    assert not np.array_equal(part(other, "Bms").start["voltage_sensor_offset"], start["voltage_sensor_offset"])
    assert np.array_equal(part(other, "Cell").start["capacity"], part(pack, "Cell").start["capacity"])


def test_keys_of_detection_need_detection():
    with pytest.raises(InputError, match="fault_share does nothing without detection = true"):
        parse_pack(SMALLEST | {"bms": {"fault_share": 0.5}}, "smallest")
    pack = parse_pack(SMALLEST | {"bms": {"detection": True, "fault_share": 0.5}}, "smallest")
    assert part(pack, "Bms").arguments["detection"] is True
    assert part(pack, "Bms").start["fault_share"] == 0.5
    assert "short_threshold" not in part(pack, "Bms").start


def test_strings_of_the_pack_are_those_of_balancer_and_bms():
    """Two modules of two strings of two groups: converters join groups of a row, which runs through the modules."""
    several = SMALLEST | {"pack": {"series": 4, "parallel": 1, "strings": 2, "modules": 2}}
    pack = parse_pack(several | {"balancer": {"converter": "buck_boost"}, "bms": {}}, "strings")
    told = {"groups": 8, "strings": [2, 2, 2, 2], "modules": 2}
    for name in ("Balancer", "Bms"):
        assert told.items() <= part(pack, name).arguments.items()
    assert part(pack, "Balancer").arguments["links"] == [[0, 1], [1, 4], [4, 5], [2, 3], [3, 6], [6, 7]]
    with pytest.raises(InputError, match="joins groups of strings in parallel"):
        parse_pack(several | {"balancer": {"converter": "flyback", "links": [[2, 3]]}}, "strings")
