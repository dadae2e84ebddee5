"""What does not fit a table is told in one line, however deep it lies."""

import pytest
from pydantic import Field, model_validator

from packfmu.core.errors import InputError
from packfmu.pack.reading.checking import checked, said_of, tables_of
from packfmu.pack.setting import Table


class Leg(Table):
    length: float = Field(gt=0)


class Stool(Table):
    number: int
    seat: Leg | None = None
    legs: list[Leg] = Field(default_factory=list)

    @model_validator(mode="after")
    def _stands(self):
        with said_of("legs"):
            if len(self.legs) == 1:
                raise ValueError("a stool with 1 leg falls")
        return self


def test_tables_are_found_where_they_may_be_left_out_and_in_lists():
    assert tables_of(Stool) == {"seat": Leg, "legs": Leg}


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ({}, "number is missing; it has no default"),
        ({"number": "one"}, 'number = "one": it should be a valid integer'),
        ({"number": 1, "seat": 3}, "[seat] = 3 must be a table of length"),
        ({"number": 1, "seat": {}}, "[seat] length is missing; it has no default"),
        ({"number": 1, "seat": {"size": 1.0}}, "[seat] size = 1.0 is not a known key; allowed are length (and 1 more)"),
        ({"number": 1, "legs": [{"length": 1.0}, {"length": 0}]}, "[legs.2] length = 0: it should be greater than 0"),
        ({"number": 1, "legs": [{"length": 1.0}, {"lenght": 1.0}]},
         '[legs.2] lenght = 1.0 is not a known key; did you mean "length"? (and 1 more)'),
        ({"number": 1, "legs": [{"length": 1.0}]}, "[legs]: a stool with 1 leg falls"),
        ({"numbre": 1}, '[numbre] = 1 is not a known key; did you mean "number"? (and 1 more)'),
        ({"number": 2**70}, "[number] has an integer of 71 bits, not 64"),
    ],
)  # fmt: skip
def test_the_message_names_key_value_and_what_is_allowed(contents, message):
    with pytest.raises(InputError) as caught:
        checked(Stool, contents, "my.toml")
    assert str(caught.value) == f"my.toml: {message}"


def test_what_fits_is_returned():
    assert checked(Stool, {"number": 2, "seat": {"length": 0.4}}, "my.toml") == Stool(number=2, seat=Leg(length=0.4))
