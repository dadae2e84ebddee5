"""Mutations of a model description and of an archive, chosen by plain numbers."""

import re

HOSTILE = (
    "", " ", "-1", "0", "1", "7", "0.5", "abc", "NaN", "INF", "-INF", "1e400", "true", "4294967296", "1099511627776",
    "9" * 30, "9" * 5000, "x[400000000]", "x[99999999999999999999999]", "x[0]", "x[1,1]", "flow[1]", "flow[3]", "level",
    "../../../outside", "a b", "a" * 1000, "&#10;", "&#9;x", "&amp;", "ä", "magic", "Real", "input", "time", "2.0",
)  # fmt: skip
"""Values of attributes."""

ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")


def place(pattern, text, number):
    """Return begin and end of one of the matches of a pattern."""
    found = list(pattern.finditer(text))
    return found[number % len(found)].span() if found else (0, 0)


def value(text, first, second):
    """Give an attribute a hostile value."""
    begin, end = place(ATTRIBUTE, text, first)
    return text[:begin] + text[begin:end].split("=")[0] + f'="{HOSTILE[second % len(HOSTILE)]}"' + text[end:]


def exchanged(text, first, second):
    """Give an attribute the value of another one."""
    begin, end = place(ATTRIBUTE, text, first)
    other = text[slice(*place(ATTRIBUTE, text, second))].partition("=")[2]
    return text[:begin] + text[begin:end].split("=")[0] + "=" + (other or '""') + text[end:]


def bare(text, first, second):
    """Leave out an attribute."""
    begin, end = place(ATTRIBUTE, text, first)
    return text[:begin] + text[end:]


def cut(text, first, second):
    """Leave out a tag."""
    begin, end = place(TAG, text, first)
    return text[:begin] + text[end:]


def moved(text, first, second):
    """Put a copy of a tag before another one."""
    tag = text[slice(*place(TAG, text, first))]
    begin, _ = place(TAG, text, second)
    return text[:begin] + tag + text[begin:]


def repeated(text, first, second):
    """Repeat what lies between two tags."""
    begin, end = sorted((place(TAG, text, first)[0], place(TAG, text, second)[0]))
    return text[:end] + text[begin:end] + text[end:]


def renamed(text, first, second):
    """Give a tag the name of another one."""
    begin, end = place(TAG, text, first)
    names = re.findall(r"</?(\w+)", text) or ["x"]
    return text[:begin] + re.sub(r"\w+", names[second % len(names)], text[begin:end], count=1) + text[end:]


OF_TEXT = (value, exchanged, bare, cut, moved, repeated, renamed)
LIKELY = (value, value, value, *OF_TEXT)
"""The first ones are drawn more often than others."""


def mutated_text(text, changes):
    """Apply changes to a text, each three numbers: what, where, by what."""
    for kind, first, second in changes:
        text = LIKELY[kind % len(LIKELY)](text, first, second)
    return text


def mutated_bytes(content, changes):
    """Apply changes to bytes, most of them in the list of entries at the end: another value, a cut, a copy."""
    content = bytearray(content)
    directory = max(content.rfind(b"PK\5\6") - 400, 0)
    for kind, first, second in changes:
        begin = 0 if kind % 4 == 0 else min(directory, len(content) - 1)
        spot = begin + first % max(len(content) - begin, 1)
        if kind % 7 == 0:
            del content[spot : spot + second % 50]
        elif kind % 7 == 1:
            content[spot:spot] = content[first % 100 : first % 100 + second % 50]
        else:
            content[spot : spot + 1] = bytes([(0, 0xFF, 1, 8, 0x80, 0x2F, 0x5C, 0x2E)[second % 8]])
        if not content:
            return b""
    return bytes(content)
