"""The published schemas: current, in both places, and at one with what is read."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.pack.cells.cell_file import SCHEMA, write_cell
from packfmu.pack.reading.schema import SCHEMAS, SHIPPED, schema_text, write_schemas
from tests.pack.cells import lfp

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*_pack.toml")) + sorted((ROOT / "examples").glob("leaf_*.toml"))


def validator(name):
    schema = json.loads(schema_text(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_files_are_current(name):
    """Where not: python -m packfmu.pack.reading.schema."""
    for folder in (SHIPPED, ROOT / "docs" / "schema"):
        assert (folder / name).read_text(encoding="utf-8") == schema_text(name)


def test_cells_that_are_read_fit_the_schema(tmp_path):
    write_cell(LEAF, tmp_path / "leaf.toml")
    assert SCHEMA in SCHEMAS
    for contents in (lfp.contents(), tomllib.loads((tmp_path / "leaf.toml").read_text(encoding="utf-8"))):
        validator(SCHEMA).validate(contents)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_packs_that_are_read_fit_the_schema(path):
    validator("pack.schema.json").validate(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("schedule", "control", 10),
        ("balancer", "converter", "fly"),
        ("balancer", "links", "tree"),
        ("balancer", "maximum_temperature", 85.0),
        ("outputs", "detail", "cells"),
        ("busbar", "terminals", "both"),
        ("cell", "parameter", "nissan_leaf_2013"),
    ],
)
def test_an_editor_sees_mistakes_in_a_pack(table, key, value):
    contents = {"pack": {"series": 2, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013"}}
    validator("pack.schema.json").validate(contents)
    contents.setdefault(table, {})[key] = value
    assert not validator("pack.schema.json").is_valid(contents)


def test_every_quantity_of_a_cell_tells_its_unit():
    schema = json.loads(schema_text(SCHEMA))
    for table, held in schema["$defs"].items():
        for key, told in held["properties"].items():
            if told["type"] != "string":
                assert told["description"].endswith("]"), (table, key)


def test_schemas_are_written_to_any_folder(tmp_path):
    write_schemas(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(SCHEMAS)
