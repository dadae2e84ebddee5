"""The command line that builds the FMUs: all of a folder, or one line and an exit code."""

import importlib.util
import json
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fmpy import read_model_description, supported_platforms

from packfmu.core.errors import InputError
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native import libraries
from packfmu.fmus.pack import CIRCUIT_SHARED, SHARED
from packfmu.pack.block import all_parts
from packfmu.pack.file import load_pack, parse_pack
from packfmu.pack.fmus import build_pack

ROOT = Path(__file__).parents[1]
NAMES = ["Balancer", "Cell", "Pack", "PackNetwork", "Thermal"]
PYTHON = ["--flavour", "python"]
"""Tests of what both flavours share use the one that compiles nothing."""
PACK = """
[pack]
series = 3
parallel = 2
[cell]
parameters = "nissan_leaf_2013"
[variation]
capacity_cv = 0.05
soc_spread = 0.02
"""


def load_script():
    spec = importlib.util.spec_from_file_location("build_fmus", ROOT / "build_fmus.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


build_fmus = load_script()


@pytest.fixture
def pack_file(tmp_path):
    path = tmp_path / "pack.toml"
    path.write_text(PACK)
    return path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_writes_the_components_and_the_block_and_says_so(pack_file, tmp_path, capsys):
    output = tmp_path / "out"
    assert build_fmus.main([str(pack_file), "--output", str(output), *PYTHON]) == 0
    assert sorted(contents(output / "python")) == [f"{name}.fmu" for name in NAMES]
    written = [Path(line.split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert sorted(path.stem for path in written if path.parent == output / "python") == NAMES
    assert written[-3:] == [output / "Pack.ssp", output / "osp" / "OspSystemStructure.xml", output / "PackSystem.ssp"]
    assert all(path.is_file() for path in written)


def test_writes_either_flavour_or_both_each_into_its_folder(pack_file, tmp_path):
    for flavour, folders in (("native", {"native"}), ("both", {"native", "python"})):
        output = tmp_path / flavour
        options = ["--output", str(output), "--flavour", flavour, "--platform", "linux64"]
        assert build_fmus.main([str(pack_file), *options]) == 0
        assert {path.name for path in output.iterdir()} == {"Pack.ssp", "PackSystem.ssp", "osp"} | folders
        assert all(sorted(contents(output / folder)) == [f"{name}.fmu" for name in NAMES] for folder in folders)
    with zipfile.ZipFile(tmp_path / "both" / "native" / "Cell.fmu") as archive:
        assert [name for name in archive.namelist() if name.startswith("binaries/")] == ["binaries/linux64/Cell.so"]
    first, again = (contents(tmp_path / flavour / "native") for flavour in ("native", "both"))
    assert first == again


def test_default_is_the_leaf(tmp_path):
    build_fmus.main(["--output", str(tmp_path)])
    for name in ("Cell", "Pack"):
        path = tmp_path / "native" / f"{name}.fmu"
        description = read_model_description(path, validate=False)
        assert sum(variable.name.startswith("voltage[") for variable in description.modelVariables) == 192
        assert sorted(supported_platforms(path)) == ["darwin64", "linux64", "win64"]
        assert path.stat().st_size < 2e6


def test_variation_enters_as_start_values(pack_file, tmp_path):
    pack = load_pack(pack_file)
    for name, path in build_parts(all_parts(pack), tmp_path, pack.outputs.detail, Form.PYTHON).items():
        start = next(part for part in all_parts(pack) if part.name == name).start
        described = {v.name: v.start for v in read_model_description(path, validate=False).modelVariables}
        hidden = SHARED | CIRCUIT_SHARED if name == "Pack" else {}
        with zipfile.ZipFile(path) as archive:
            inside = json.loads(archive.read("resources/component.json"))["start"]
        for variable, values in start.items():
            flat = np.ravel(values)
            names = [f"{variable}[{k + 1}]" for k in range(flat.size)] if np.ndim(values) else [variable]
            assert np.array_equal(np.ravel(inside[variable]), flat), variable
            for scalar, value in zip(names, flat, strict=True) if variable not in hidden else ():
                told = described.get(scalar, described.get(f"{scalar}[1]"))  # a scalar start fills an array
                assert float(told) == value, scalar


@pytest.mark.parametrize("form", Form)
def test_same_pack_gives_the_same_bytes(form, pack_file, tmp_path):
    pack = load_pack(pack_file)
    first, again = (build_pack(pack, tmp_path / name, form) for name in ("first", "again"))
    assert {n: p.read_bytes() for n, p in first.items()} == {n: p.read_bytes() for n, p in again.items()}


def interface(description):
    return [(v.name, v.valueReference, v.causality, v.type, v.unit, v.min, v.max) for v in description.modelVariables]


def test_variation_changes_the_guid_and_not_the_interface(pack_file, tmp_path):
    """The start values lie in the resources, which the GUID binds to the description."""
    pack_file.with_name("other.toml").write_text(PACK.replace("soc_spread = 0.02", "seed = 9"))
    packs = [load_pack(pack_file.with_name(name)) for name in ("pack.toml", "other.toml")]
    built = [
        build_parts(all_parts(pack), tmp_path / str(number), pack.outputs.detail, Form.PYTHON)
        for number, pack in enumerate(packs)
    ]
    for name in NAMES:
        one, other = (read_model_description(paths[name], validate=False) for paths in built)
        assert interface(one) == interface(other)
        assert (one.guid == other.guid) == (name == "Thermal")  # which has no values that differ from cell to cell


def test_less_detail_tells_fewer_variables(tmp_path):
    tables = {"pack": {"series": 3, "parallel": 2}, "cell": {"parameters": "nissan_leaf_2013"}}
    counts = []
    for detail in ("cell", "pack"):
        pack = parse_pack(tables | {"outputs": {"detail": detail}}, "detail")
        built = build_parts(all_parts(pack), tmp_path / detail, pack.outputs.detail, Form.PYTHON)
        counts.append(sum(len(read_model_description(p, validate=False).modelVariables) for p in built.values()))
    assert counts[1] < counts[0]


def line_of_refusal(capsys, arguments, code=2):
    assert build_fmus.main(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("series = 3", "series = 0", "[pack] series = 0: it should be greater than or equal to 1"),
        (
            "capacity_cv",
            "capacity_vc",
            '[variation] capacity_vc = 0.05 is not a known key; did you mean "capacity_cv"?',
        ),
        ("0.05", "nan", "[variation] capacity_cv = nan: it should be a finite number"),
        ("[variation]", "[busbar]\nsegment_resistance = 1e7\n[variation]", "segment_resistance = 10000000 Ohm is not"),
        ("[pack]", "[pack", "is not TOML"),
    ],
)
def test_bad_pack_file_gets_one_line_and_nothing_is_written(pack_file, tmp_path, capsys, old, new, message):
    pack_file.write_text(PACK.replace(old, new))
    output = tmp_path / "out"
    assert message in line_of_refusal(capsys, [str(pack_file), "--output", str(output), *PYTHON])
    assert not output.exists()


def test_output_that_cannot_be_written_is_refused_and_nothing_is_replaced(pack_file, tmp_path, capsys):
    output = tmp_path / "out"
    build_fmus.main([str(pack_file), "--output", str(output), *PYTHON])
    capsys.readouterr()
    thermal = output / "python" / "Thermal.fmu"
    thermal.chmod(0o444)
    before = contents(output)
    pack_file.write_text(PACK.replace("parallel = 2", "parallel = 1"))
    line = line_of_refusal(capsys, [str(pack_file), "--output", str(output), *PYTHON])
    assert line == f"error: output {thermal} cannot be written: it is write-protected"
    assert contents(output) == before


def test_output_below_a_file_or_onto_a_folder_is_refused(pack_file, tmp_path, capsys):
    assert "cannot be written" in line_of_refusal(capsys, [str(pack_file), "--output", str(pack_file), *PYTHON])
    cell = tmp_path / "out" / "python" / "Cell.fmu"
    cell.mkdir(parents=True)
    assert "it is a folder" in line_of_refusal(capsys, [str(pack_file), "--output", str(tmp_path / "out"), *PYTHON])
    assert list(cell.parent.iterdir()) == [cell]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--outptu", "x"], "unrecognized arguments: --outptu"),
        (["one.toml", "two.toml"], "unrecognized arguments: two.toml"),
        (["--output"], "argument --output: expected one argument"),
        (["--flavour", "natvie"], "argument --flavour: invalid choice: 'natvie'"),
        (["--platform", "linux32"], "argument --platform: invalid choice: 'linux32'"),
        (["no\nsuch.toml"], "no\\nsuch.toml: cannot be read: No such file"),
        (["x" * 5000], "cannot be read: File name too long"),
    ],
)
def test_mistyped_command_line_gets_one_line(capsys, arguments, words):
    line = line_of_refusal(capsys, arguments)
    assert line.startswith("error: ")
    assert words in line


def test_failure_while_building_replaces_nothing(pack_file, tmp_path, monkeypatch):
    built = build_pack(load_pack(pack_file), tmp_path / "out", Form.PYTHON)
    before = contents(tmp_path / "out")
    build_one = sys.modules["packfmu.fmi.build"].build_python_fmu

    def fail_at_the_last(draft, name, *others):
        if name == "balancer":
            raise InputError("no space left")
        build_one(draft, name, *others)

    monkeypatch.setattr("packfmu.fmi.build.build_python_fmu", fail_at_the_last)
    with pytest.raises(InputError, match="no space left"):
        build_pack(parse_pack({"pack": {"series": 1, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013"}}, "x"),
                   tmp_path / "out", Form.PYTHON)  # fmt: skip
    assert contents(tmp_path / "out") == before
    assert sorted(path.name for path in built["Cell"].parent.iterdir()) == sorted(before)


def fail():
    raise InputError("no space left")


def interrupt():
    signal.raise_signal(signal.SIGINT)
    time.sleep(1.0)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(
    ("end", "code", "line"),
    [
        (fail, 2, "error: no space left"),
        (interrupt, 130, "interrupted; no file is half-written, and results end with the last step"),
    ],
)
def test_what_ends_a_build_keeps_queued_fmus_from_being_built(
    pack_file, tmp_path, monkeypatch, capsys, end, code, line
):
    begun = []

    def build_one(draft, name, *others):
        begun.append(name)
        if len(begun) == 1:
            end()
        time.sleep(1.0)  # ample for the others to be taken from the queue

    monkeypatch.setattr("packfmu.fmi.build.build_python_fmu", build_one)
    monkeypatch.setattr("packfmu.fmi.build.os.cpu_count", lambda: 1)
    output = tmp_path / "out"
    assert line_of_refusal(capsys, [str(pack_file), "--output", str(output), *PYTHON], code) == line
    assert len(begun) <= 2  # a worker may take the next one at once
    assert contents(output) == {}


def test_missing_tool_is_named(pack_file, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(libraries, "TOOLS", ("ziglang-of-another-world",))
    line = line_of_refusal(capsys, [str(pack_file), "--output", str(tmp_path / "out")])
    assert line == "error: ziglang-of-another-world is not installed; pip install packfmu brings it"
    assert contents(tmp_path / "out") == {}


def test_command_line_as_a_newcomer_types_it(pack_file, tmp_path):
    pack_file.write_text(PACK.replace("series = 3", "series = 0"))
    command = [sys.executable, str(ROOT / "build_fmus.py"), str(pack_file), "--output", str(tmp_path / "out")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == f"error: {pack_file}: [pack] series = 0: it should be greater than or equal to 1\n"
