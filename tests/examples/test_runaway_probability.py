"""The example of risk: how often a module runs away."""

import re

import pytest

pytest.importorskip("openturns", reason="openturns is of the extra studies")


@pytest.mark.campaign
def test_importance_sampling_saves_nearly_all_runs_and_the_gumbel_copula_fails_more_often(tmp_path, capsys):
    import runaway_probability as example

    assert example.main(["--runs", "200", "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    saved = float(re.search(r"^runaway, importance .* (\d+)$", printed, re.MULTILINE)[1])
    assert saved > 1000.0
    assert float(re.search(r"gumbel over gaussian: [\d.]+ \(([\d.]+)", printed)[1]) > 1.0
    assert (tmp_path / "runaway_probability.png").stat().st_size > 10_000
