"""Questions on a study as text, and its pictures as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import xarray as xr

from ..core.errors import InputError, one_line
from ..fmi.files import replacing
from ..report.composed import Section, composed
from ..report.markup import bullets, figure, paragraph, table
from ..studies.questions.asking import Asked, ask
from ..studies.questions.columns import TIME, Columns, load_columns
from ..studies.questions.question import Question

TITLES = {
    Question.DISTRIBUTION: "Distribution",
    Question.DISPERSION: "Normal against lognormal",
    Question.TOLERANCE: "Tolerance limit",
    Question.BATCHES: "Batches",
    Question.EXTREME: "Worst of many",
    Question.PROBABILITY: "Probability",
    Question.INFLUENCE: "Influence of what was drawn",
    Question.WEAKEST: "Weakest link",
}
"""What each question is called on a page."""

OF_PACKS = (Question.DISTRIBUTION, Question.INFLUENCE, Question.DISPERSION, Question.EXTREME)
OF_CELLS = (Question.DISTRIBUTION, Question.BATCHES, Question.INFLUENCE)
OF_COURSES = (Question.INFLUENCE,)
"""What a page asks of each output."""

HEIGHT = 420
"""Of a figure [pixels]."""

MOST_ROWS = 40
"""Numbers of an answer that are told."""


def ask_study(question: Question, data: Path, asked: Asked, output: Path | None) -> str:
    """Answer a question as text, and where `output` is told as a page, too."""
    columns = load_columns(data)
    answer, drawn = ask(question, columns, asked)
    lines = [*columns.notices, str(answer.attrs.get("verdict", "")), *map("  ".join, _aligned(numbers(answer)))]
    if output is not None:
        _save([_shown(question, asked.of, answer, drawn)], columns, output)
        lines.append(f"{output} is written; open it in a browser")
    return "\n".join(line for line in lines if line)


def plot_study(data: Path, output: Path, above: bool, bound: float | None, batch: str | None, of: Sequence[str]) -> str:
    """Write a page with what can be asked of each output; `of` names those that are shown, none are all."""
    columns = load_columns(data)
    asked = [Asked(name, above=above, bound=bound, batch=batch) for name in of or columns.outputs]
    return draw(columns, [(question, each) for each in asked for question in _questions(columns, each)], output)


def draw(columns: Columns, questions: Sequence[tuple[Question, Asked]], output: Path) -> str:
    """Write a page with the answers to questions; one that the data do not answer says so in its place."""
    made: list[Shown] = []
    for question, asked in questions:
        try:
            made.append(_shown(question, asked.of, *ask(question, columns, asked)))
        except InputError as error:
            made.append(((*_named(question, asked.of), [paragraph(one_line(str(error)), "warning")]), {}))
    _save(made, columns, output)
    shown = sum(len(figures) for _, figures in made)
    return f"{output} is written, with {shown} pictures; open it in a browser"


Shown = tuple[Section, dict[str, go.Figure]]


def _questions(columns: Columns, asked: Asked) -> list[Question]:
    numbers_of = columns.numbers(asked.of)
    if any(str(each).endswith(TIME) for each in numbers_of.dims):
        return list(OF_COURSES)
    if numbers_of.ndim > 1:
        return [each for each in OF_CELLS if each is not Question.BATCHES or columns.batch_size or asked.batch]
    questions = [each for each in OF_PACKS if each is not Question.INFLUENCE or columns.drawn]
    questions += [Question.BATCHES] if asked.batch else []
    return questions + ([Question.PROBABILITY] if asked.bound is not None else [])


def _named(question: Question, of: str) -> tuple[str, str]:
    return f"{question.value}-{of}", f"{of}: {TITLES[question].lower()}"


def _shown(question: Question, of: str, answer: xr.Dataset, drawn: go.Figure) -> Shown:
    """Return a section with verdict, figure and numbers of an answer."""
    name, title = _named(question, of)
    place = f"figure-{name}"
    figures = {place: drawn.update_layout(title=None)}  # the verdict stands above it
    verdict = str(answer.attrs.get("verdict", answer.attrs.get("method", "")))
    confidence = answer.attrs.get("confidence")
    told = f"{answer.attrs['method']}" + (f"; intervals of {100 * confidence:g} %" if confidence else "")
    content = [
        paragraph(verdict),
        figure(place, title, HEIGHT),
        table(title, ("Quantity", "Value", "Low", "High", "Unit"), numbers(answer)),
        paragraph(told, "faint"),
    ]
    return (name, title, content), figures


def numbers(answer: xr.Dataset) -> list[tuple[str, ...]]:
    """Return rows of name, value, low, high and unit of the single numbers of an answer, and of its short arrays."""
    rows: list[tuple[str, ...]] = []
    for name, each in answer.items():
        if str(name).endswith(("_low", "_high")) or each.dtype.kind not in "fib" or each.size > MOST_ROWS:
            continue
        if any(dimension in ("rank", "cell", "count", "trial") for dimension in each.dims):
            continue
        for place in np.ndindex(each.shape):
            labels = [
                str(each[dimension].values[k]) if dimension in each.coords else str(k + 1)
                for dimension, k in zip(each.dims, place, strict=True)
            ]
            ends = [
                f"{float(answer[f'{name}{end}'].values[place]):.5g}" if f"{name}{end}" in answer else ""
                for end in ("_low", "_high")
            ]
            unit = str(each.attrs.get("units", ""))
            rows.append((" ".join([str(name), *labels]), f"{each.values[place]:.6g}", *ends, unit))
    return rows


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[list[str]]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [[text.ljust(width) for text, width in zip(row, widths, strict=True)] for row in rows]


def _save(made: Sequence[Shown], columns: Columns, output: Path) -> None:
    sections = [section for section, _ in made]
    figures = {name: drawn for _, own in made for name, drawn in own.items()}
    subtitle = f"{columns.data.sizes['sample']} samples of {columns.source}"
    warnings = [paragraph(f"{columns.failed} samples failed, the first as {columns.reason}", "warning")]
    page = composed(
        f"{Path(columns.source).stem}: study", subtitle, warnings if columns.failed else [],
        [("notices", "What is to be known", [bullets(columns.notices)]), *sections] if columns.notices else sections,
        figures,
    )  # fmt: skip
    with replacing(output) as draft:
        draft.write_text(page, encoding="utf-8")
