"""The example of a runaway: the module burns as fast as the measured one, and without its shorts not at all."""

import re

import runaway as example


def test_the_module_burns_as_fast_as_the_measured_one(tmp_path, capsys):
    assert example.main(["--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    speed = float(re.search(r"([\d.]+) cells a minute", printed)[1])
    assert 0.2 < speed < 0.5
    assert "without shorts where separators melt, 1 of 10 cells ran away" in printed
    for name in ("runaway.png", "runaway.html"):
        assert (tmp_path / name).stat().st_size > 10_000
