import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.studies.questions.probability import plot_exceedance, plot_probability, probability


def test_two_of_fifty_have_the_interval_of_clopper_and_pearson():
    values = np.r_[np.zeros(2), np.ones(48)]
    found = probability(values, 0.5, name="voltage", unit="V")
    ends = [float(found[f"probability{end}"]) for end in ("_low", "_high")]
    assert ends == pytest.approx([0.00488, 0.13714], abs=5e-6)
    assert "voltage is below 0.5 V in 2 of 50" in found.attrs["verdict"]


def test_the_estimate_settles_and_ends_with_the_answer():
    values = np.random.default_rng(2).random(4000)
    found = probability(values, 0.9, below=False)
    width = (found["running_high"] - found["running_low"]).values
    assert width[-1] < 0.2 * width[10]
    assert float(found["running"][-1]) == float(found["probability"]) == pytest.approx(0.1, abs=0.02)
    assert len(plot_probability(found).data) == 3


def test_what_never_happened_may_still_happen():
    found = probability(np.ones(300), 0.5)
    assert float(found["probability"]) == 0.0
    assert float(found["probability_high"]) == pytest.approx(1.0 - 0.025 ** (1.0 / 300.0))


def test_a_bound_must_be_finite():
    with pytest.raises(InputError, match="must be finite"):
        probability(np.ones(20), np.inf)


@pytest.mark.parametrize("least", [False, True])
def test_the_fitted_law_passes_through_the_return_levels(least):
    pytest.importorskip("openturns", reason="needs the extra studies")
    from packfmu.studies.risk.extreme import extreme

    sign = -1.0 if least else 1.0
    found = extreme(sign * np.random.default_rng(4).gumbel(size=200), least=least)
    _, law, levels = plot_exceedance(found).data
    order = np.argsort(law.y)
    at = np.interp(np.log(levels.y[0]), np.log(law.y[order]), law.x[order])  # once in 10 is within the drawn curve
    assert at == pytest.approx(levels.x[0], rel=1e-2)
