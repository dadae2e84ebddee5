"""The drive cycle in a process without Python: a client in C steps Pack.fmu, and gives the master's trace."""

import drive_cycle
import fmpy
import numpy as np
import pytest

from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import Platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import all_parts
from packfmu.pack.file import load_pack
from packfmu.pack.recorded import RECORD
from packfmu.usage.profile import load_profile
from packfmu.usage.profile_rows import profile_rows
from tests.fmi.native.native_client import find_wine, linux_client, windows_client

READ_ANEW = ("pack_voltage", "group_voltage")
"""What the block reads at the communication point; the network foresees it in the middle of the step."""


def outputs(drive):
    """Return real outputs of the block, and what the master's results call them."""
    recorded = {name for level in RECORD.values() for name, source in level.items() if not source.startswith("Inputs.")}
    real = {name: name for name in drive if name in recorded - {*READ_ANEW} and drive[name].dtype == np.float64}
    del real["pack_current"]
    return {"pack_current_actual": "pack_current", **real}


@pytest.fixture(scope="module")
def platforms():
    return (Platform.LINUX64, Platform.WIN64) if find_wine() else (Platform.LINUX64,)


@pytest.fixture(scope="module")
def block(platforms, tmp_path_factory):
    """Return the folder of the Leaf pack's block, and the names of its variables with their references."""
    pack, folder = load_pack(drive_cycle.LEAF_PACK), tmp_path_factory.mktemp("block")
    fmu = build_parts(all_parts(pack)[-1:], folder, pack.outputs.detail, platforms=platforms)["Pack"]
    fmpy.extract(str(fmu), str(folder / "extracted"))
    described = fmpy.read_model_description(str(fmu), validate=False).modelVariables
    return folder / "extracted", {variable.name: variable.valueReference for variable in described}


@pytest.fixture(scope="module")
def commands(block, drive):
    """Return the drive as commands, that print the outputs after every step."""
    references = block[1]
    sizes = {name: int(np.prod(drive[told].shape[1:])) for name, told in outputs(drive).items()}
    printing = [f"print {references[name if size == 1 else f'{name}[1]']} {size}" for name, size in sizes.items()] + [
        "print 0 0"
    ]
    lines = [f"integer {references['load_mode']} {int(LoadMode.POWER)}", "initialise"]
    powers = profile_rows(load_profile("wltc_class3b"), load_pack(drive_cycle.LEAF_PACK), 10**9)
    for step, power in enumerate(powers["PackNetwork.pack_power"]):
        lines += [f"real {references['pack_power']} {float(power)!r}", f"step {step} 1.0", *printing]
    return lines


@pytest.fixture(scope="module")
def expected(drive):
    """Return the master's trace over the four FMUs, a row a step."""
    return np.column_stack([drive[told].values[1:].reshape(1800, -1) for told in outputs(drive).values()])


def test_the_block_in_c_gives_the_masters_bits(block, commands, expected, tmp_path):
    trace = linux_client(tmp_path).run(block[0], commands)
    assert trace.shape == expected.shape
    assert trace.shape[1] > 4 * 192
    np.testing.assert_array_equal(trace, expected)


def test_windows_gives_the_same_drive(block, commands, expected, tmp_path):
    wine = find_wine()
    if wine is None:
        pytest.skip("Wine is not installed; on Debian it is the package wine64")
    trace = windows_client(tmp_path, wine).run(block[0], commands)
    # the mathematics of the two systems differ in the last place of some values, and that goes on for 1800 steps
    scale = np.maximum(np.abs(expected).max(axis=0), 1e-300)
    assert (np.abs(trace - expected) / scale).max() < 1e-12
