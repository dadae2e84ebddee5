"""The page in each FMU begins with what to connect and an example that runs."""

import html
import re
import zipfile

import numpy as np
import pytest

from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack
from packfmu.pack.topology import PACK_CONNECTIONS
from tests.pack.planned import MANAGED

PACK = Pack.model_validate(
    {
        "pack": {"series": 2, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "balancer": {"converter": "flyback"},
        "bms": {},
        "aging": {"parameters": "nissan_leaf_aging"},
        "schedule": {"control": "1 s", "thermal": "5 s", "aging": "15 min"},
    }
)
PARTS = {part.name: part for part in all_parts(PACK)}

SHOWN = {
    "Cell": lambda rows: rows["soc_minimum"][-1] < rows["soc_minimum"][0],
    "PackNetwork": lambda rows: rows["pack_current_actual"][-1] == -30.0,
    "Thermal": lambda rows: rows["temperature_maximum"][-1] > rows["temperature_mean"][-1] > 298.15,
    "Balancer": lambda rows: rows["active_groups"][-1] > 0 and rows["heat_rate"][-1] > 0.0,
    "Bms": lambda rows: abs(rows["measured_current"][-1] + 30.0) < 1.0,
    "Aging": lambda rows: rows["soh_minimum"][-1] < rows["soh_mean"][-1] < 1.0,
    "Pack": lambda rows: rows["pack_soc"][-1] < rows["pack_soc"][0],
}
"""What the first run of each FMU does."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of the FMUs; the block is one that other tests build, too: its schedule is code."""
    parts = PARTS | {"Pack": all_parts(MANAGED)[-1]}
    built = build_parts(list(parts.values()), tmp_path_factory.mktemp("dist"), PACK.outputs.detail,
                        platforms=(host_platform(),))  # fmt: skip
    return built["Cell"].parent


def page(folder, name):
    with zipfile.ZipFile(folder / f"{name}.fmu") as archive:
        return archive.read("documentation/index.html").decode()


@pytest.mark.parametrize("name", SHOWN)
def test_the_example_runs_and_shows_what_the_fmu_does(name, folder, monkeypatch, capfd):
    assert set(SHOWN) == set(PARTS)
    code = html.unescape(re.search(r"<pre><code>(from fmpy.*?)</code></pre>", page(folder, name), re.DOTALL)[1])
    assert len(code.splitlines()) == 5
    monkeypatch.chdir(folder)
    namespace = {}
    exec(code, namespace)
    result = namespace["result"]
    assert "Warning" not in capfd.readouterr().err
    assert all(np.all(np.isfinite(result[column])) for column in result.dtype.names)
    assert SHOWN[name](result)


@pytest.mark.parametrize("name", PARTS)
def test_the_page_begins_with_what_to_connect_then_the_example_the_ports_and_how_it_works(name, folder):
    titles = re.findall(r"<h2>(.*?)</h2>", page(folder, name))
    assert titles == ["Connect", "Example", "Ports", "How it works"]


def partners(name, variable):
    """Return what the terminals with this variable are connected to; None where it is in no terminal."""
    part = PARTS[name]
    terminals = load_definition(part.component, part.arguments, part.start).terminals
    told = [terminal.partner for terminal in terminals if variable in terminal.members]
    return " ".join(told) if told else None


@pytest.mark.parametrize("connection", [c for c in PACK_CONNECTIONS if c.target[0] != "Meter"], ids=str)
def test_the_terminals_of_both_ends_name_each_other(connection):
    for (own, variable), (other, _) in ((connection.source, connection.target), (connection.target, connection.source)):
        told = partners(own, variable)
        assert told is None or re.search(rf"\b{other}\b", told), (own, variable, told)
