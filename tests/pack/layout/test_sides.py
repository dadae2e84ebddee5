"""The sides of a cell: what is in series, and that small gaps leave what is inside."""

import math

import pytest

from packfmu.models.thermal.geometry.gaps import between_cylinders
from packfmu.pack.layout.sides import Way
from tests.pack.layout.graphs import CYLINDER, PRISM, pack_of


def side_of(way, **layout):
    return pack_of(layout=layout).heat_setup.side(way)


def test_two_prisms_have_half_of_each_and_the_gap_in_series():
    side = side_of(Way.ALONG, **PRISM, conductivity_across=0.8)
    area = 0.148 * 0.095
    assert 1.0 / side.to_neighbour(0.026) == pytest.approx(0.027 / (0.8 * area) + 0.001 / (0.026 * area))
    assert 1.0 / side.to_wall(0.026, 0.005) == pytest.approx(0.0135 / (0.8 * area) + 0.005 / (0.026 * area))


def test_prisms_in_neighbouring_rows_are_joined_along_their_layers():
    side = side_of(Way.ACROSS, **PRISM, arrangement="grid", row_gap=0.004, conductivity_along=30.0)
    area = 0.027 * 0.095
    assert 1.0 / side.to_neighbour(0.026) == pytest.approx(0.148 / (30.0 * area) + 0.004 / (0.026 * area))


@pytest.mark.parametrize(("arrangement", "places"), [("grid", 4), ("hexagonal", 6)])
def test_a_cylinder_gives_each_place_around_it_its_share(arrangement, places):
    side = side_of(Way.ALONG, **CYLINDER, arrangement=arrangement, conductivity_across=0.7)
    assert side.area == pytest.approx(math.pi * 0.021 * 0.07 / places)
    assert side.inner == pytest.approx(8.0 * math.pi * 0.7 * 0.07 / places)
    between = between_cylinders(0.026, 0.021, 0.07, 0.001, math.pi / places)
    assert 1.0 / side.to_neighbour(0.026) == pytest.approx(2.0 / side.inner + 1.0 / between)


def test_the_inside_of_two_nodes_is_no_part_of_a_side():
    side = side_of(Way.ALONG, **PRISM, cell_nodes=2)
    assert side.inner == math.inf
    assert side.to_air(10.0) == pytest.approx(10.0 * 0.148 * 0.095)
    assert side_of(Way.END, **PRISM, cell_nodes=2).inner < math.inf


def test_cylinders_in_an_array_see_no_more_than_their_neighbours():
    touching = side_of(Way.ALONG, **CYLINDER, arrangement="hexagonal", gap=1e-6)
    assert touching.view == pytest.approx(1.0 / 6.0)
    assert side_of(Way.ALONG, **CYLINDER, arrangement="hexagonal", gap=0.02).view < 1.0 / 6.0
