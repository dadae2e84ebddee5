"""The command line: what it answers, what it imports, and how it refuses."""

import subprocess
import sys

import pytest

import packfmu
from packfmu.front.command import main

HEAVY = ("numba", "xarray", "scipy", "matplotlib", "plotly", "pandas", "fmpy")

HELP = f"""
import sys
from packfmu.front.command import main
assert main(["--help"]) == 0
assert main(["run", "--help"]) == 0
print(sorted(set({HEAVY!r}) & set(sys.modules)))
"""


def test_help_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Usage: packfmu [OPTIONS] COMMAND" in done.stdout


def test_package_imports_nothing_heavy():
    code = f"import packfmu, sys; print(packfmu.__version__, sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{packfmu.__version__} []\n"


@pytest.mark.parametrize("command", [["packfmu"], [sys.executable, "-m", "packfmu"]])
def test_both_commands_tell_the_version(command, monkeypatch):
    monkeypatch.setenv("PATH", str(sys.prefix) + "/bin", prepend=":")
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"packfmu {packfmu.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["buil"], "error: No such command 'buil'. Did you mean 'build'?; packfmu --help lists what there is\n"),
        (["check"], "error: Missing argument 'PACK.toml'; packfmu check --help lists what there is\n"),
        (["check", "no.toml"], "error: no.toml: cannot be read: No such file or directory\n"),
        (["cell"], "error: Missing command; packfmu cell --help lists what there is\n"),
    ],
)
def test_what_does_not_fit_is_one_line(arguments, line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", line)


def test_without_a_command_it_lists_them(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    commands = [line.split()[0] for line in out.split("Commands:")[1].splitlines() if line.strip()]
    assert commands == ["new", "check", "build", "run", "report", "cell", "study"]


def test_facade_has_what_it_names():
    assert all(hasattr(packfmu, name) for name in packfmu.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'lod'"):
        packfmu.lod  # noqa: B018
