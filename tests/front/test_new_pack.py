"""The pack file that `packfmu new` writes."""

import re

import pytest

from packfmu.front.command import main
from packfmu.pack.file import Pack, load_pack, tables


def test_is_a_pack_file_at_its_defaults(tmp_path, capsys):
    path = tmp_path / "my.toml"
    assert main(["new", str(path), "--series", "14", "--parallel", "4"]) == 0
    assert capsys.readouterr().out == f"{path} is written; packfmu check {path} explains the pack\n"
    given = {"pack": {"series": 14, "parallel": 4}, "cell": {"parameters": "nissan_leaf_2013"}}
    assert load_pack(path) == Pack.model_validate(given)


def test_names_every_key_with_its_meaning(tmp_path):
    main(["new", str(tmp_path / "my.toml")])
    text = (tmp_path / "my.toml").read_text(encoding="utf-8")
    for table, kind in tables().items():
        section = re.split(rf"^(?:# )?\[{{1,2}}{table}\]{{1,2}}$", text, flags=re.MULTILINE)[1]
        for key in kind.model_fields:
            assert re.search(rf"^# {key}: ", section, re.MULTILINE), (table, key)
            assert re.search(rf"^(?:# )?{key} =", section, re.MULTILINE), (table, key)


def test_a_key_that_is_uncommented_stands_at_its_default(tmp_path):
    path = tmp_path / "my.toml"
    main(["new", str(path)])
    text = path.read_text(encoding="utf-8")
    for line in ("# initial_soc = 0.9", '# electrical = "1 s"', "# bleed_resistance = 430.0", '# terminals = "same"'):
        assert line in text
        text = text.replace(line, line.removeprefix("# "))
    before = load_pack(path)
    path.write_text(text, encoding="utf-8")
    assert load_pack(path).model_dump() == before.model_dump()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--series", "0"], "[pack] series = 0: it should be greater than or equal to 1"),
        (["--cell", "nissan"], "there is no such cell"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_written(options, told, tmp_path, capsys):
    assert main(["new", str(tmp_path / "my.toml"), *options]) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_stays(tmp_path, capsys):
    path = tmp_path / "my.toml"
    path.write_text("mine")
    assert main(["new", str(path)]) == 2
    assert capsys.readouterr().err == f"error: {path} exists; name another file, or remove it\n"
    assert path.read_text() == "mine"
