"""The file of an experiment: cycles written out, temperatures handed down, and what is refused."""

import re

import pytest

from packfmu.core.errors import InputError
from packfmu.usage.experiment_file import load_steps
from packfmu.usage.step import Common

FILE = """
ambient = "25 oC"
balancing = false
repeat = 2
steps = [
    "Rest for 1 h",
    { repeat = 2, steps = ["Charge at C/6 until 4.1 V", ["Rest for 1 min at 5 oC"]] },
    { step = "Rest for 2 h", ambient = 280.0, balancing = true },
]
"""


def written(folder, text):
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_cycles_are_written_out(tmp_path):
    steps = load_steps(written(tmp_path, FILE))
    cycle = ["Charge at C/6 until 4.1 V", "Rest for 1 min at 5 oC"]
    assert [step.text for step in steps] == ["Rest for 1 h", *cycle, *cycle, "Rest for 2 h"] * 2
    assert [step.ambient for step in steps[:6]] == [None, None, 278.15, None, 278.15, 280.0]
    assert [step.balancing for step in steps[:6]] == [None] * 5 + [True]
    assert {step.common for step in steps} == {Common(298.15, False)}
    assert steps[2].label == f"{tmp_path / 'experiment.toml'}: steps[2][2][1] 'Rest for 1 min at 5 oC'"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("repeat = 2", "steps is missing"),
        ("steps = []", "steps = []: List should have at least 1 item"),
        ("step = ['Rest for 1 h']", 'is not a known key; did you mean "steps"?'),
        ("steps = ['Rest for 1 h', 'Sleep']", "steps[2]: step 'Sleep': 'Sleep' is no step"),
        ("steps = ['Rest for 1 h', [['Sleep']]]", "steps[2][1][1]: step 'Sleep'"),
        ("steps = [7]", "steps[1] = 7 is no text, list or table"),
        (
            "steps = [{ step = 'Rest for 1 h', repeats = 2 }]",
            "steps[1]: [repeats] = 2 is not a known key; allowed are step, ambient",
        ),
        ("steps = [{ steps = ['Rest for 1 h'], repeat = 0 }]", "steps[1]: repeat = 0: it should be greater than"),
        ("steps = [{ step = 'Rest for 1 h at 3 oC', ambient = 280.0 }]", "both tell the temperature; leave one out"),
        ("steps = [{ step = 'Rest for 1 h', ambient = '900 K' }]", "an ambient temperature of 900 K is not within"),
        ("steps = [{ step = 'Rest for 1 h', pace = 3 }]", "steps[1]: pace = 3: it must be a power of two"),
        ("steps = [{ step = 'Rest for 1 h', pace = -4 }]", "steps[1]: pace = -4: it should be greater than"),
        ("steps = ['Rest for 4000 d']", "steps[1]: step 'Rest for 4000 d': '4000 d' is longer than ten years"),
        ("steps = ['Rest for 1e300 h']", "steps[1]: step 'Rest for 1e300 h': duration '1e300 h' is not a positive"),
        ("repeat = 500\nsteps = ['Rest for 10 d']", "steps: they take 5000 d in all; at most ten years are taken"),
        ("steps = ['Rest until 07:00']", "only the day of years has times; write 'for TIME'"),
        ("steps = [{ step = 'Rest for 1 h', pace = 4 }]", "pace = 4 is for years; leave it out"),
        (
            "repeat = 10000\nsteps = ['Rest for 1 h', 'Rest for 2 h']",
            "20000 steps, repeated ones counted; at most 10000",
        ),
        (f"steps = {'[' * 12}'Rest for 1 h'{']' * 12}", "cycles lie within cycles 9 times; at most 8"),
        ("steps = ", "is not TOML"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(text, words, tmp_path):
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=re.escape(words)) as refused:
        load_steps(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)
