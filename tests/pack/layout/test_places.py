"""Where cells lie: neighbours by their coordinates."""

import itertools
import math

import pytest

from packfmu.pack.layout.places import Places


def coordinates(places):
    """Return where each cell is, in pitches."""
    found = {}
    for b, block in enumerate(places.blocks_of_cells()):
        for z, layer in enumerate(places.layers_of(block)):
            for r, row in enumerate(places.rows_of(layer)):
                for c, k in enumerate(row):
                    shift = 0.5 * (r % 2) if places.hexagonal else 0.0
                    height = math.sqrt(0.75) if places.hexagonal else 1.0
                    found[k] = (100.0 * b + c + shift, height * r, float(z))
    return found


@pytest.mark.parametrize(
    "places",
    [
        Places(12, 1, 1, 12),
        Places(12, 1, 1, 4),
        Places(14, 1, 1, 4),
        Places(14, 1, 1, 4, hexagonal=True),
        Places(24, 2, 1, 4, hexagonal=True),
        Places(36, 3, 2, 3),
        Places(22, 2, 2, 3, hexagonal=True),
    ],
)
def test_neighbours_are_the_cells_at_a_distance_of_a_pitch(places):
    where = coordinates(places)
    assert sorted(where) == list(range(places.cells))
    near = {
        pair for pair in itertools.combinations(range(places.cells), 2)
        if abs(math.dist(where[pair[0]], where[pair[1]]) - 1.0) < 1e-9
    }  # fmt: skip
    found = [*places.within_rows(), *places.across_rows(), *places.across_layers()]
    assert len(set(found)) == len(found)
    assert {tuple(sorted(pair)) for pair in found} == near


def test_free_places_and_neighbours_are_all_places():
    places = Places(20, 1, 1, 5, hexagonal=True)
    along, across = places.free_sides()
    pairs = len(places.within_rows()) + len(places.across_rows())
    assert sum(along) + sum(across) + 2 * pairs == 6 * 20
    assert min(across) == 0


def test_sides_of_blocks_in_layers():
    places = Places(24, 2, 2, 3)  # each block two layers of two rows of three
    assert places.at("bottom") == [[[0, 1, 2], [3, 4, 5]], [[12, 13, 14], [15, 16, 17]]]
    assert places.at("top")[0] == [[6, 7, 8], [9, 10, 11]]
    assert places.at("left")[0] == [[0, 3, 6, 9]]
    assert places.at("right")[0] == [[2, 5, 8, 11]]
    assert places.at("front")[0] == [[0, 1, 2], [6, 7, 8]]
    assert places.at("back")[0] == [[3, 4, 5], [9, 10, 11]]
    assert len(places.at("rows")[0]) == 4


def test_listed_paths_leave_neighbours_apart():
    places = Places(12, 1, 1, 12, joined=False)
    assert places.within_rows() == places.across_rows() == places.across_layers() == []


def test_extents():
    assert Places(12, 1, 1, 4).extents((0.02, 0.1), (0.001, 0.005)) == pytest.approx((0.083, 0.31))
    length, width = Places(12, 1, 1, 4, hexagonal=True).extents((0.018, 0.018), (0.002, 0.002))
    assert length == pytest.approx(0.078 + 0.01)
    assert width == pytest.approx(0.018 + 2 * 0.02 * math.sqrt(0.75))
