"""What people see of an FMU: pages and icon."""

import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import matplotlib.image
import numpy as np
import pytest

from packfmu.core.variable import Detail
from packfmu.fmi.docstring import inline, to_html
from packfmu.fmi.documentation import NO_BREAK, external_dependencies_page, index_page
from packfmu.fmi.icon import SIZE, icon
from packfmu.fmi.python.fmu import PYTHON
from tests.fmi.trees import load_toy

VOID = {"meta", "img", "br"}


class Outline(HTMLParser):
    """Checks that tags are balanced and gathers titles and text."""

    def __init__(self):
        super().__init__()
        self.open, self.titles, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open and self.open[-1] in {"h1", "h2", "h3"}:
            self.titles.append(data)


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
        "Toy", "Equations", "Limits", "References", "Ports", "Parameters", "Inputs", "Outputs", "Terminals",
    ]  # fmt: skip
    for words in ("dl_k/dt = gain * rate_k", "<l> & \"quotes\"", "Factor on <all> \"rates\" & more",
                  "1 work, 2 fail", f"5 (0.00138889{NO_BREAK}A.h)", f"298.15 (25{NO_BREAK}degC)",
                  "1 … 6".replace(" ", NO_BREAK), "table[1..2, 1..3]"):  # fmt: skip
        assert words in outline.text
    assert 'href="https://doi.org/10.1000/182"' in page
    outside = re.findall(r"(?:src|href)=[\"'](\w+:[^\"']*)", page)
    assert [link for link in outside if not link.startswith("https://doi.org/")] == []


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


def test_literals_and_dois_are_marked_up():
    assert inline("``a<b`` and `c`") == "<code>a&lt;b</code> and <code>c</code>"
    assert inline("see doi:10.1149/1.2113792 (heat)") == (
        'see <a href="https://doi.org/10.1149/1.2113792">doi:10.1149/1.2113792</a> (heat)'
    )
    assert inline("doi:10.1000/182.").endswith("</a>.")


def test_icons_are_pictures_and_differ():
    files = {name: icon(name) for name in ("Cell", "PackNetwork", "Thermal", "Balancer", "Aging", "Other")}
    assert len(set(files.values())) == len(files)
    for name, data in files.items():
        assert data == icon(name)
        image = matplotlib.image.imread(io.BytesIO(data), format="png")
        assert image.shape == (SIZE, SIZE, 4)
        assert image[0, 0, 3] == 0.0  # transparent beyond the rounded corner
        np.testing.assert_array_equal(image[SIZE // 2, SIZE // 2, 3], 1.0)
