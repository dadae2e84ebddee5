"""What the site takes from the package."""

import re
from enum import Enum

import pytest
from pydantic import BaseModel

from packfmu.pack.cells import cell_table
from packfmu.pack.cells.cell_tables import CircuitFile
from packfmu.pack.file import tables
from packfmu.records.labels import LABELS
from packfmu.usage.vehicle_file import VehicleFile
from tests.docs import pages

FMUS = ("Pack", "Cell", "PackNetwork", "Thermal", "Balancer", "Bms", "Aging")


@pytest.fixture(scope="module")
def hooks():
    return pages.hooks()


@pytest.fixture(scope="module")
def fmu_pages(hooks):
    return dict(hooks.fmu_pages())


def test_every_key_of_the_pack_file_has_a_row_with_its_default_and_its_meaning(hooks):
    rows = hooks.pack_file().splitlines()
    keys = [(table, key, field) for table, kind in tables().items() for key, field in kind.model_fields.items()]
    assert len(rows) == 2 + len(keys)
    for row, (table, key, field) in zip(rows[2:], keys, strict=True):
        told = re.fullmatch(r"\| `\[{1,2}(\w+)\]{1,2}` `(\w+)` \| (.+?) \| (.+) \|", row)
        assert (told[1], told[2], told[4]) == (table, key, field.description)
        assert (told[3] == "required") == field.is_required()
        if isinstance(field.default, float):
            assert float(told[3]) == pytest.approx(field.default, rel=1e-5)


def test_every_key_of_a_cell_file_has_a_row(hooks):
    keys = re.findall(r"^\| `(\[*\w+\]*)`(?: `(\w+)`)? \|", hooks.cell_file(), re.MULTILINE)
    assert ("format", "") in keys
    assert ("[cell]", "capacity") in keys
    assert ("[[rc_pairs]]", "capacitance") in keys
    assert {re.sub(r"\W", "", table) for table, _ in keys} == set(CircuitFile.model_fields)


def test_the_keys_of_a_vehicle_and_the_headers_of_columns_are_told(hooks):
    assert len(hooks.vehicle_file().splitlines()) == 2 + len(VehicleFile.model_fields)
    told = hooks.headers()
    assert all(f"`{name}`" in told for quantity in LABELS.values() for name in (*quantity.names, *quantity.turned))


def test_the_columns_of_a_table_of_cells_are_told_with_their_units(hooks):
    told = hooks.cell_columns()
    assert "| `cell` |" in told
    assert all(f"| `{name} [{variable.unit}]` |" in told for name, variable in cell_table.columns().items())


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("default", "told"),
    [(None, "see there"), (True, "true"), (Colour.RED, '"red"'), ("1 s", '"1 s"'), (0.5, "0.5"), (30, "30"),
     ((0.0, 0.5), "0, 0.5"), (1e-5, "1e-05")],
)  # fmt: skip
def test_defaults_are_written_as_a_file_holds_them(hooks, default, told):
    assert hooks.shown(default) == told


def test_a_key_at_the_top_of_a_file_has_no_table(hooks):
    class File(BaseModel):
        size: float = 2.0

    assert hooks.rows("", File) == ["| `size` | 2 | None |"]


def test_the_help_of_every_command_is_told(hooks):
    told = hooks.command()
    titles = re.findall(r"^## (.+)$", told, re.MULTILINE)
    assert titles[:3] == ["packfmu", "packfmu new", "packfmu check"]
    assert all(f"Usage: {title} " in told for title in titles)


def test_each_fmu_has_a_page_with_the_same_sections(fmu_pages):
    assert len(fmu_pages) == len(FMUS)
    for text in fmu_pages.values():
        titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert titles == ["Connect", "Example", "Ports", "How it works"]
        assert not re.search(r"<h\d>", text)


def test_marks_are_replaced_and_everything_else_stays(hooks):
    page = "# Title\n\n<!-- packfmu: pack file -->\n\nText <!-- of any kind -->\n"
    told = hooks.on_page_markdown(page)
    assert told.startswith("# Title\n\n| key | default |")
    assert told.endswith("|\n\nText <!-- of any kind -->\n")
    with pytest.raises(KeyError):
        hooks.on_page_markdown("<!-- packfmu: no such thing -->")
