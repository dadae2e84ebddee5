"""Keys of the pack file that set a variable: default, bounds and text are those of the variable."""

import pytest
from pydantic import ValidationError

from packfmu.core.variable import DataType
from packfmu.pack.file import tables
from packfmu.pack.setting import Table, models, setting
from packfmu.pack.tables import Busbar


class Wider(Busbar):
    """A table with one key more: this line is all that a new key takes."""

    charge_limit: float = setting("maximum_charge_current", "network")


def declared(name, model):
    return models()[model].variable(name)


def test_a_new_key_takes_default_bounds_and_text_from_its_variable():
    variable = declared("maximum_charge_current", "network")
    field = Wider.model_fields["charge_limit"]
    assert field.default == float(variable.start_values())
    assert field.description == f"{variable.description} [A]"
    assert Wider(charge_limit=7.0).start("network")["maximum_charge_current"] == 7.0
    with pytest.raises(ValidationError, match=r"charge_limit = -1 A is not within \[0, "):
        Wider(charge_limit=-1.0)


def settings():
    return [
        pytest.param(table, key, id=f"{name}-{key}") for name, table in tables().items() for key in table.settings()
    ]


@pytest.mark.parametrize(("table", "key"), settings())
def test_all_models_of_a_key_declare_its_variable_alike(table, key):
    name, of = table.settings()[key]
    first, *others = [declared(name, model) for model in of]
    assert first.data_type in (DataType.REAL, DataType.INTEGER, DataType.BOOLEAN)
    for other in others:
        for what in ("unit", "min", "max", "description", "data_type"):
            assert getattr(other, what) == getattr(first, what), what
        assert float(other.start_values()) == float(first.start_values())


def test_what_has_no_value_is_not_set():
    class Optional(Table):
        convection: float | None = setting("convection", "thermal", optional=True)

    assert Optional().start("thermal") == {}
    assert Optional(convection=0.5).start("thermal") == {"convection": 0.5}
    assert Optional(convection=0.5).start("network") == {}
