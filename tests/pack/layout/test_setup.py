"""What a thermal graph is made of: where cells lie by default, names of nodes, what [thermal] tells."""

import pytest

from tests.pack.layout.graphs import CYLINDER, pack_of


def places(series, parallel, **layout):
    return pack_of(series, parallel, layout=layout).heat_setup.places


def test_columns_are_those_of_a_group_or_as_many_as_rows():
    assert places(4, 3, arrangement="grid").columns == 3
    assert places(10, 1, arrangement="grid").columns == 4
    assert places(4, 3).columns == 12
    assert places(4, 3, arrangement="hexagonal", columns=5).rows == 3


def test_blocks_are_the_modules_or_as_told():
    assert pack_of(4, 3, 2, layout={}).heat_setup.places.blocks == 2
    assert pack_of(4, 3, 2, layout={"blocks": 3}).heat_setup.places.blocks == 3


def test_names_of_nodes():
    one, two = pack_of(layout={}).heat_setup, pack_of(layout={"core_conductance": 1.0}).heat_setup
    assert (one.core(0), one.surface(0)) == ("cell 1", "cell 1")
    assert (two.core(0), two.surface(0)) == ("core 1", "cell 1")
    assert one.casing_of(0) == "casing"
    assert pack_of(modules=2, layout={}).heat_setup.casing_of(1) == "casing 2"


@pytest.mark.parametrize("key", ["conduction", "convection"])
def test_keys_of_the_chain_count_where_they_are_told_or_no_shape_is(key):
    assert pack_of(layout={}).heat_setup.told(key) is not None
    assert pack_of(layout=CYLINDER).heat_setup.told(key) is None
    assert pack_of(layout=CYLINDER, thermal={key: 0.7}).heat_setup.told(key) == 0.7
