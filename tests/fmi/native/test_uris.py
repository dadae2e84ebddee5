"""Resource locations on Windows: drives, names that are not of ASCII, names that are none; run under Wine."""

import subprocess
from urllib.parse import quote

import pytest

from packfmu.fmi.native.platforms import WINDOWS
from tests.fmi.native.native_client import find_wine, windows_client
from tests.fmi.native.native_toy import CLIENT, GUID, LEVEL, SHIM, compile_c, write_tables

NAME = "with space \N{LATIN SMALL LETTER O WITH DIAERESIS}\u4e2d\U0001f50b%"
UTF_8 = {"LC_ALL": "C.UTF-8"}
"""What has Wine read the names of files as UTF-8."""


@pytest.fixture(scope="module")
def obey(tmp_path_factory):
    """Return a function that runs the toy on Windows with a resource location, and returns what was printed."""
    wine = find_wine()
    if wine is None:
        pytest.skip("no command wine64 or wine; Debian has it in wine64, which puts it into /usr/lib/wine")
    folder = tmp_path_factory.mktemp("uris")
    options = ("-O2", "-g0", "-shared", "-fvisibility=hidden", "-target", WINDOWS.linker_triple)
    library = compile_c(folder / "toy.dll", [SHIM / "shim.c", CLIENT / "toy_model.c"], *options)
    client = windows_client(folder, wine)

    def run(location):
        command = [*client.command, f"{client.root}{library}", location, GUID]
        environment, commands = {**client.environment, **UTF_8}, f"initialise\nprint {LEVEL} 3\n"
        done = subprocess.run(command, input=commands.encode(), env=environment, capture_output=True, check=False)
        return done.stdout.decode().replace("\r", "").strip()

    return run


@pytest.mark.parametrize(
    "form", ["file:///Z:{}", "file:/z%3A{}", "file://localhost/Z:{}", "file://Z:{}", "file:Z:{}", "file:////z:{}"]
)
def test_a_drive_and_any_name_are_found(obey, tmp_path, form):
    folder = tmp_path / NAME
    write_tables(folder)
    assert [float.fromhex(value) for value in obey(form.format(quote(str(folder)))).split()] == [5.0, 5.0, 5.0]


@pytest.mark.parametrize(
    "location", ["file:///Z:/%80", f"file:///Z:/{'a' * 2100}", "file://server/share", "file:////server/share"]
)
def test_what_cannot_be_opened_is_told(obey, location):
    assert "model.bin at file:" in obey(location)


@pytest.mark.parametrize("location", ["file:folder", "file:", "file:?:/folder", "Z:/folder"])
def test_what_has_no_root_is_no_location(obey, location):
    assert "must be a file URI" in obey(location)
