"""The pages on importing name what there is."""

import re
from pathlib import Path

import pytest

from packfmu.fmus.pack import TAPS
from packfmu.models.network.loads import LoadMode
from packfmu.pack.ssp import PARAMETER_SET
from packfmu.pack.topology import PACK_CONNECTIONS

IMPORTING = Path(__file__).parents[1] / "docs" / "importing"
PORTS, PACK, FMPY, LIBCOSIM = (
    (IMPORTING / f"{name}.md").read_text(encoding="utf-8") for name in ("ports", "index", "fmpy", "libcosim")
)


@pytest.mark.parametrize("connection", [c for c in PACK_CONNECTIONS if c.target[0] != "Meter"], ids=str)
def test_every_connection_stands_in_the_table(connection):
    source, target = (re.escape(".".join(end)) for end in (connection.source, connection.target))
    same = f"the same of `{connection.target[0]}`" if connection.source[1] == connection.target[1] else "no such row"
    assert re.search(rf"^\|.*`{source}(\[[kg]\])?`.*\|.*(`{target}(\[[kg]\])?`|{same})", PORTS, re.MULTILINE)


def test_the_example_for_fmpy_asks_for_what_the_block_tells():
    code = FMPY.partition("```python")[2].partition("```")[0]
    asked = re.findall(r'"(\w+)"', code.partition("output=")[2])
    assert len(asked) == 4
    assert set(asked) <= {tap.name for tap in TAPS}
    assert f'"load_mode": {LoadMode.POWER.value}' in code


def test_load_modes_and_parameter_set_are_told():
    for mode in LoadMode:
        assert (
            f"{mode.value} {mode.name.lower().replace('_', ' ')}".replace("current constant", "current then constant")
            in PACK
        )
    assert f'parameter_set="{PARAMETER_SET}"' in LIBCOSIM
