"""Values that are known by what they depend on: `core.dependence.values`."""

import pytest

from packfmu.core.dependence.values import MAYBE, Array, Dependent, dependence, joined, read, same, write

ON_A, ON_B, ON_C = 2, 4, 8


def array(shape=(2, 3)):
    """Return an array whose elements depend on one bit each, from 16 on."""
    return Array([Dependent(16 << k) for k in range(shape[0] * shape[1])], shape)


def test_an_element_is_itself_and_a_row_shares_it():
    whole = array()
    row = read(whole, 1)
    assert row.shape == (3,)
    assert read(row, 2) is read(whole, (1, 2))
    assert read(row, 2).on == 16 << 5


def test_an_element_at_an_unknown_index_may_be_any_of_its_row():
    assert read(array(), (1, Dependent(ON_A))).on == ON_A | (16 << 3) | (16 << 4) | (16 << 5)


def test_a_row_at_an_unknown_index_is_refused():
    with pytest.raises(TypeError, match="a row of an array by an index that depends"):
        read(array(), Dependent(ON_A))


def test_unions_follow_what_is_written():
    whole = array()
    before = read(whole, (0, Dependent(0))).on
    write(whole, (0, 1), Dependent(ON_C), 0)
    assert read(whole, (0, Dependent(0))).on == before & ~(16 << 1) | ON_C


def test_what_may_be_written_may_also_stay():
    whole = array()
    assert write(whole, (0, 0), 1.0, MAYBE | ON_B)
    assert read(whole, (0, 0)).on == 16 | ON_B
    assert not write(whole, (0, 0), 1.0, MAYBE | ON_B)


def test_outside_of_an_array_nothing_is_read_or_written():
    whole = array()
    assert read(whole, (2, 0)).on == 0
    assert not write(whole, (-1, 0), 1.0, 0)


def test_one_of_two_depends_on_both_and_on_the_choice():
    assert joined(Dependent(ON_A), Dependent(ON_B), MAYBE | ON_C).on == ON_A | ON_B | ON_C
    assert joined(1.0, 2.0, MAYBE | ON_C).on == ON_C
    assert joined(1.0, 1.0, ON_C) == 1.0
    pair = joined((1.0, Dependent(ON_A)), (1.0, 2.0), ON_C)
    assert (pair[0], dependence(pair)) == (1.0, ON_A | ON_C)


def test_two_that_depend_on_the_same_are_not_one():
    first, second = Dependent(ON_A), Dependent(ON_A)
    assert same(first, second)
    assert joined(first, second, ON_C).on == ON_A | ON_C
    assert joined(first, first, ON_C) is first


def test_one_of_two_arrays_is_refused():
    with pytest.raises(TypeError, match="one of two arrays"):
        joined(array(), array(), ON_A)
