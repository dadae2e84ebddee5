"""What people see of an FMU: pages and icon."""

import io
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from types import ModuleType

import matplotlib.image
import numpy as np
import pytest

from packfmu.core.fields import Fields
from packfmu.core.variable import Count, Detail
from packfmu.fmi.definition import Example
from packfmu.fmi.docstring import inline, section, to_html
from packfmu.fmi.documentation import NO_BREAK, example_code, external_dependencies_page, index_page
from packfmu.fmi.python.fmu import PYTHON
from packfmu.fmi.supplements import icon
from packfmu.fmus import cell
from tests.fmi.trees import load_toy

SIZE = 128
"""Pixels along each edge of an icon."""

VOID = {"meta", "img", "br", "wbr"}


class Outline(HTMLParser):
    """Checks that tags are balanced and gathers titles and text."""

    def __init__(self):
        super().__init__()
        self.open, self.titles, self.levels, self.text = [], [], [], ""

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open and self.open[-1] in {"h1", "h2", "h3", "h4", "h5"}:
            self.titles.append(data)
            self.levels.append(int(self.open[-1][1]))


@pytest.fixture(scope="module")
def toy_component():
    return load_toy(3)


def read(page):
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    return outline


def test_the_page_tells_equations_ports_limits_and_references(toy_component):
    page = index_page(toy_component, PYTHON, Detail.CELL)
    outline = read(page)
    assert outline.titles == [
        "Toy", "Connect", "Ports", "Inputs", "Outputs", "Parameters", "How it works",
        "Equations", "Limits", "References",
    ]  # fmt: skip
    for words in ("dl_k/dt = gain * rate_k", "<l> & \"quotes\"", "Factor on <all> \"rates\" & more",
                  "1 work, 2 fail", f"5 (0.00138889{NO_BREAK}A.h)", f"298.15 (25{NO_BREAK}degC)",
                  "1 … 6".replace(" ", NO_BREAK), "table[1..2, 1..3]"):  # fmt: skip
        assert words in outline.text
    assert 'href="https://doi.org/10.1000/182"' in page
    outside = re.findall(r"(?:src|href)=[\"'](\w+:[^\"']*)", page)
    assert [link for link in outside if not link.startswith("https://doi.org/")] == []


EFFECTS = (
    """Cells.

    Limits
    ------
    None is known.
    """,
    """Heat leaves a cell with ``rate``.

    Two laws do it.

    Limits
    ------
    Slow.

    References
    ----------
    Nobody.
    """,
    """A sentence is enough.""",
)


def test_each_further_module_is_a_section_with_its_titles_one_level_lower(toy_component, monkeypatch):
    names = [f"effect_{number}" for number in range(len(EFFECTS))]
    for name, text in zip(names, EFFECTS, strict=True):
        monkeypatch.setitem(sys.modules, name, ModuleType(name, text))
    model = toy_component.model
    effects = replace(model, fields=replace(model.fields, modules=tuple(names)))
    titles = ["Limits", "Heat leaves a cell with ", "Limits", "References", "A sentence is enough"]
    alone, member = replace(toy_component, model=effects), replace(toy_component, members=(effects,))
    for component, level in ((alone, 3), (member, 4)):
        page = index_page(component, PYTHON, Detail.CELL)
        outline = read(page)
        assert outline.titles[-5:] == titles
        assert outline.levels[-5:] == [level, level, level + 1, level + 1, level]
        assert f"<h{level}>Heat leaves a cell with <code>rate</code></h{level}>\n<p>Two laws do it.</p>" in page


def test_a_model_without_words_has_a_page(toy_component):
    model = replace(toy_component.model, fields=replace(toy_component.model.fields, modules=()))
    outline = read(index_page(replace(toy_component, model=model), PYTHON, Detail.CELL))
    assert outline.titles == ["Toy", "Connect", "Ports", "Inputs", "Outputs", "Parameters", "How it works"]


def test_terminals_tell_their_partners_and_what_goes_in_and_out(toy_component):
    first, second = toy_component.terminals
    joined = replace(toy_component, terminals=(replace(first, partner="a <pump>"), second))
    page = index_page(joined, PYTHON, Detail.CELL)
    table = page.partition("<h2>Connect</h2>")[2].partition("<h2>")[0]
    assert "<td>a &lt;pump&gt;</td><td><code>rate<wbr>[1..3]</code></td><td><code>level<wbr>[1..3]</code></td>" in table
    assert "Inputs beyond these: " in table


def test_columns_that_hold_nothing_are_left_out(toy_component):
    table = index_page(toy_component, PYTHON, Detail.CELL).partition("<h2>Connect</h2>")[2].partition("<h2>")[0]
    assert "connect to" not in table
    none = index_page(replace(toy_component, terminals=()), PYTHON, Detail.CELL)
    assert "<h2>Connect</h2><p>An input that nothing drives keeps its start value." in none


def test_the_example_has_five_lines(toy_component):
    first = Example({"rate[1]": -0.5, "limit": 2.0}, 86400.0, ("total",))
    assert example_code("Toy", first).splitlines() == [
        "from fmpy import simulate_fmu",
        'start = {"rate[1]": -0.5, "limit": 2.0}',
        'outputs = ["total"]',
        'result = simulate_fmu("Toy.fmu", start_values=start, stop_time=86400, output=outputs)',
        "print(result[-1])",
    ]
    outline = read(index_page(replace(toy_component, example=first), PYTHON, Detail.CELL))
    assert outline.titles[1:4] == ["Connect", "Example", "Ports"]
    assert 'start = {"rate[1]": -0.5, "limit": 2.0}' in outline.text


def test_an_empty_array_has_no_start(toy_component):
    model = toy_component.model
    none = replace(model.variable("warmth"), size=Count(0, "thing"))
    bare = replace(toy_component, model=replace(model, fields=Fields(parameters=(none,))), terminals=())
    page = index_page(bare, PYTHON, Detail.CELL)
    assert "<code>warmth<wbr>[1..0]</code></td><td>K (degC)</td><td class='number'></td>" in page


def test_what_is_left_out_is_told(toy_component):
    assert "Left out in this detail: level, echo." in read(index_page(toy_component, PYTHON, Detail.PACK)).text


def test_what_is_needed_is_linked_where_something_is(toy_component):
    link = "href='externalDependencies.html'"
    assert link in index_page(toy_component, PYTHON, Detail.CELL)
    assert link not in index_page(toy_component, replace(PYTHON, needs_execution_tool=False), Detail.CELL)


def test_the_needs_of_the_python_flavour_are_told(toy_component):
    text = read(external_dependencies_page(toy_component)).text
    for words in ("CPython", "numpy", "numba", "python3.dll", "fmi2Discard"):
        assert words in text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("One\ntwo.\n\nThree.", "<p>One two.</p>\n<p>Three.</p>"),
        ("Title\n-----\nText", "<h2>Title</h2>\n<p>Text</p>"),
        ("As::\n\n    a < b\n      c", "<p>As:</p>\n<pre>a &lt; b\n  c</pre>"),
        ("* one\n  more\n* two", "<ul><li>one more</li><li>two</li></ul>"),
        ("term\n    meaning\n    of it", "<dl><dt>term</dt><dd>meaning of it</dd></dl>"),
        ("=== ===\na   b\n=== ===", "<pre>=== ===\na   b\n=== ===</pre>"),
    ],
)
def test_docstrings_become_html(source, expected):
    assert to_html(source) == expected


def test_titles_have_the_level_that_is_asked_for():
    assert to_html("Title\n-----\nText", 3) == "<h3>Title</h3>\n<p>Text</p>"
    assert section("What it is.\n\nText.\n\nTitle\n-----\nMore.", 4) == (
        "<h4>What it is</h4>\n<p>Text.</p>\n<h5>Title</h5>\n<p>More.</p>"
    )


def test_literals_and_dois_are_marked_up():
    assert inline("``a<b`` and `c`") == "<code>a&lt;b</code> and <code>c</code>"
    assert inline("see doi:10.1149/1.2113792 (heat)") == (
        'see <a href="https://doi.org/10.1149/1.2113792">doi:10.1149/1.2113792</a> (heat)'
    )
    assert inline("doi:10.1000/182.").endswith("</a>.")


def test_icons_are_pictures_and_differ():
    names = ("Cell", "PackNetwork", "Thermal", "Balancer", "Aging", "Bms", "Pack", "Other")
    files = {name: icon(name) for name in names}
    assert len(set(files.values())) == len(files)
    for data in files.values():
        image = matplotlib.image.imread(io.BytesIO(data), format="png")
        assert image.shape == (SIZE, SIZE, 4)
        assert image[0, 0, 3] == 0.0  # transparent beyond the rounded corner
        np.testing.assert_array_equal(image[SIZE // 2, SIZE // 2, 3], 1.0)


def test_a_page_has_the_equations_of_every_effect_and_nothing_of_shared_states():
    page = index_page(cell.define(2, "nissan_leaf_2013", "graphite_film_aging"), PYTHON, Detail.CELL)
    assert page.count("<h4>Equations</h4>") > 5
    assert "Shared states" not in page
    assert "dv_j/dt = i / C_j(z) - v_j / (R_j(z, T) C_j(z))" in page
