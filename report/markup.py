"""HTML of a few kinds of content; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph; `kind` is its CSS class."""
    return f"<p{_kind(kind)}>{escape(text)}</p>"


def bullets(texts: Iterable[str]) -> str:
    """Return a list of texts."""
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"


def block(text: str) -> str:
    """Return text whose lines stay as they are, in a box of its own that scrolls."""
    return f'<pre tabindex="0">{escape(text)}</pre>'


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in a box of its own that scrolls; the first cell of a row is its head."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f'<tr><th scope="row">{escape(row[0])}</th>{_cells(row[1:])}</tr>' for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def section(name: str, title: str, content: Iterable[str]) -> str:
    """Return a section with its heading; `content` is HTML."""
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{escape(title)}</h2>{"".join(content)}</section>'


def folded(title: str, content: str) -> str:
    """Return HTML that is unfolded by its title."""
    return f"<details><summary>{escape(title)}</summary>{content}</details>"


def figure(name: str, label: str, height: int) -> str:
    """Return the place of a figure, which `page.js` draws; the label tells those who do not see it what it shows."""
    return (
        f'<figure><div class="plot" id="{name}" role="img" aria-label="{escape(label)}" '
        f'style="height:{height}px"></div></figure>'
    )


def _cells(texts: Sequence[str]) -> str:
    return "".join(f"<td>{escape(text)}</td>" for text in texts)


def _kind(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
