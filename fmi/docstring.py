"""A module docstring as HTML: the few forms of reStructuredText that the models' docstrings use."""

from __future__ import annotations

import html
import re
import textwrap

_UNDERLINE = re.compile(r"[-=~]{3,}")
_ITEM = re.compile(r"[*-] ")
_TABLE = re.compile(r"=+( +=+)+")


def to_html(text: str, level: int = 2) -> str:
    """Return a docstring as HTML, everything in it escaped.

    Paragraphs; titles underlined with dashes; indented blocks (formulas) and simple tables as they stand; lists with
    ``*`` or ``-``; definitions, a line with an indented paragraph right below it; literals in double or single
    backquotes; DOIs as links.

    Parameters
    ----------
    text : str
        The docstring, without common indentation.
    level : int
        The level of its titles, 1 to 6.
    """
    parts: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = block.splitlines()
        if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]):
            parts.append(f"<h{level}>{inline(lines[0])}</h{level}>")
            lines = lines[2:]
        if lines:
            parts.append(_block(lines))
    return "\n".join(parts)


def section(text: str, level: int = 2) -> str:
    """Return a docstring as a section: its first line is the title, and its own titles are one level lower."""
    title, _, rest = text.partition("\n")
    return f"<h{level}>{inline(title.removesuffix('.'))}</h{level}>\n{to_html(rest, level + 1)}"


def inline(text: str) -> str:
    """Return a line of text with literals and DOIs marked up."""
    escaped = html.escape(text)
    escaped = re.sub(r"``(.+?)``|`(.+?)`", lambda match: f"<code>{match[1] or match[2]}</code>", escaped)
    return re.sub(r"doi:(10\.\S+?)(?=[.,;:)]*(?:\s|$))", r'<a href="https://doi.org/\1">doi:\1</a>', escaped)


def _block(lines: list[str]) -> str:
    if all(line.startswith(" ") for line in lines) or any(_TABLE.fullmatch(line) for line in lines):
        return f"<pre>{html.escape(textwrap.dedent(chr(10).join(lines)))}</pre>"
    if _ITEM.match(lines[0]):
        return f"<ul>{''.join(f'<li>{inline(item)}</li>' for item in _items(lines))}</ul>"
    if any(line.startswith("  ") for line in lines):
        return f"<dl>{''.join(_definition(line) for line in _definitions(lines))}</dl>"
    return f"<p>{inline(re.sub('::$', ':', ' '.join(lines)))}</p>"


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line):
            items.append(line[2:])
        else:
            items[-1] += f" {line.strip()}"
    return items


def _definitions(lines: list[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith(" ") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}".strip())
        else:
            pairs.append((line, ""))
    return pairs


def _definition(pair: tuple[str, str]) -> str:
    return f"<dt>{inline(pair[0])}</dt><dd>{inline(pair[1])}</dd>"
