"""A page of sections and figures: one HTML file that needs no network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from .markup import section

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data: blob:">
<title>$title</title>
<style>$style</style>
</head>
<body>
<header><h1>$title</h1><p class="faint">$subtitle</p>$warnings</header>
<nav aria-label="Sections"><ul>$links</ul></nav>
<main>$main</main>
<noscript><p class="warning">The figures need JavaScript; the tables do not.</p></noscript>
<script type="application/json" id="figures">$figures</script>
<script type="application/json" id="cells">$cells</script>
<script>$plotly</script>
<script>$script</script>
</body>
</html>
""")
"""Nothing but what is in the file may be loaded: the policy forbids it."""

Section = tuple[str, str, Iterable[str]]
"""Name, title and content, which is HTML."""


def composed(
    title: str,
    subtitle: str,
    warnings: Iterable[str],
    sections: Sequence[Section],
    figures: Mapping[str, go.Figure],
    cells: object = None,
) -> str:
    """Return a page.

    Parameters
    ----------
    title, subtitle : str
        Plain text.
    warnings : iterable of str
        HTML of what the reader must know first.
    sections : sequence of (str, str, iterable of str)
        Name, title and content of each; the content places figures by `markup.figure`.
    figures : mapping of str to plotly.graph_objects.Figure
        By name.
    cells : object
        What the map of the cells shows, for `page.js`; None where there is none.
    """
    return PAGE.substitute(
        title=escape(title),
        subtitle=escape(subtitle),
        warnings="".join(warnings),
        links="".join(f'<li><a href="#{key}">{escape(name)}</a></li>' for key, name, _ in sections),
        main="".join(section(key, name, content) for key, name, content in sections),
        figures=_inert("{" + ",".join(f'"{key}":{drawn.to_json()}' for key, drawn in figures.items()) + "}"),
        cells=_inert(json.dumps(cells, separators=(",", ":"))),
        style=_own("page.css"),
        plotly=get_plotlyjs(),
        script=_own("page.js"),
    )


def _inert(text: str) -> str:
    """Return JSON without the sign that begins a tag, so that it cannot end the element that holds it."""
    return text.replace("<", "\\u003c")


def _own(name: str) -> str:
    """Return the text of a file beside this one."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
