"""Pack files that no one would write: one line about what is wrong, soon and in little memory."""

import os
import time
import tomllib
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.pack.balancing_tables import MAXIMUM_LINKS
from packfmu.pack.file import MOST_BYTES, Pack, load_pack, tables
from packfmu.pack.reading import toml_file

MEBIBYTE = 2**20

MOST_TIME = 20.0
"""Seconds, on a machine that others use; what was refused too late took minutes."""

SMALLEST = '[pack]\nseries = 4\nparallel = 2\n[cell]\nparameters = "nissan_leaf_2013"\n'

FLYBACKS = '[balancer]\nconverter = "flyback"\nlinks = '


def read(path):
    """Read a pack file: InputError or success within seconds and megabytes; return the pack or the message."""
    tracemalloc.start()
    begun = time.perf_counter()
    try:
        return load_pack(path)
    except InputError as error:
        message = str(error)
        assert message.startswith(f"{path}: ")
        assert message.isprintable()
        assert len(message) < len(str(path)) + 800
        return message.removeprefix(f"{path}: ")
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 64 * MEBIBYTE
        assert time.perf_counter() - begun < MOST_TIME


HOSTILE = {
    "dots": ("a" + ".a" * 100_000 + " = 1", "line 1 has a key of 100000 dots; at most 64 are taken"),
    "dots of a table": ("\n[a" + ".a" * 100_000 + "]", "line 2 has a key of 100000 dots; at most 64 are taken"),
    "dots in a nest": ("a = { a" + ".a" * 70 + " = 1 }", "line 1 has a key of 70 dots"),
    "dots after a value": (
        "a = { b = 'c', d" + ' . \'x = #\' .\t"\\", = #"' * 40 + " = 1 }",
        "line 1 has a key of 80 dots",
    ),
    "dots after texts": (
        'a = """"\n#\\""" \\\\"""""\nb = \'\'\'\n# " \\\'\'\'\nc' + ".a" * 65 + " = 1",
        "line 5 has a key of 65 dots",
    ),
    "dots and spaces": ("a" + " \t. 'b'" * 30_000 + " = 1", "line 1 has a key of 30000 dots"),
    "no end of texts": ('a = """\n' + '\\"""\n' * 40_000 + "\\", "is not TOML: "),
    "no end of quotes": ("a = " + "\"'\n" * 80_000, "is not TOML: "),
    "nest": ("a = " + "[" * 100_000, "is not TOML: maximum recursion depth exceeded"),
    "size": (SMALLEST + "#" * MOST_BYTES, f"cannot be read: it has {MOST_BYTES + 70} bytes or more; at most 262144"),
    "digits": (
        SMALLEST.replace("4", "1" + "0" * 100_000),
        "is not TOML: an integer in it has thousands of digits, not 64 bits",
    ),
    "bits": (SMALLEST.replace("4", "0x" + "F" * 10_000), "[pack] series has an integer of 40000 bits, not 64"),
    "bits of a float": (
        SMALLEST + "[thermal]\nconvection = 0x" + "F" * 10_000,
        "[thermal] convection has an integer of 40000 bits, not 64",
    ),
    "bits of a link": (
        SMALLEST + FLYBACKS + "[[1, 18446744073709551616]]",
        "[balancer] links has an integer of 65 bits, not 64",
    ),
    "1e400": (SMALLEST + "[thermal]\nconvection = 1e400", "[thermal] convection = inf: it should be a finite number"),
    "cells": (SMALLEST.replace("4", "50000").replace("2\n", "20000\n"), "is 1000000000 cells; at most 100000"),
    "all links": (
        SMALLEST.replace("4", "20000") + FLYBACKS + '"complete"',
        f"[balancer]: links: 20000 groups have 199990000 of them; at most {MAXIMUM_LINKS} are allowed",
    ),
    "duration": (
        SMALLEST + f'[schedule]\nelectrical = "0.{"1" * 100_000} s"',
        "is not a positive number with one of the units",
    ),
    "name of a table": ("a" * 100_000 + " = 1", f"[{'a' * 57}...] = 1 is not a known key"),
    "name of a key": (SMALLEST + "a" * 100_000 + " = 1", f"[cell] {'a' * 57}... = 1 is not a known key"),
    "null byte": (
        SMALLEST.replace("nissan", "\\u0000"),
        '[cell] parameters = "\\x00_leaf_2013": there is no such cell',
    ),
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_what_would_take_long_or_fill_the_memory_is_refused(text, reason, tmp_path):
    path = tmp_path / "pack.toml"
    path.write_text(text)
    message = read(path)
    assert isinstance(message, str)
    assert reason in message


def test_keys_of_as_many_parts_as_are_allowed_are_read(tmp_path):
    key = ".".join("a" * (toml_file.MOST_DOTS + 1))
    lines = "".join(f"b{number}.{key[2:]} = 1\n" for number in range(MOST_BYTES // 8 // (len(key) + 8)))
    (tmp_path / "pack.toml").write_text(lines)
    assert "is not a known key" in read(tmp_path / "pack.toml")


DOTTED = (
    f"# {'.' * 70}\n",
    f"soc_spread = 0.0 # {'a.' * 70} = 1\n",
    f"unknown = [{', '.join(['0.5'] * 100)}]\n",
    f"unknown = {{ {', '.join(f'k{n} = 0.5' for n in range(100))} }}\n",
    f"unknown = '{'a.' * 70}'\n",
    f'unknown = "\\"{"a." * 70}"\n',
    f'unknown = """\n{"a." * 70}\n"""\n',
    f"unknown = '''\n''{'a.' * 70}''''\n",
    f'"{"a." * 70}" = 1\n',
)


@pytest.mark.parametrize("line", DOTTED)
def test_dots_that_are_in_no_key_are_not_counted(line, tmp_path):
    (tmp_path / "pack.toml").write_text(SMALLEST + "[variation]\n" + line)
    message = read(tmp_path / "pack.toml")
    assert isinstance(message, Pack) or "is not a known key" in message


PIECES = (
    "a",
    ".",
    " ",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "\n",
    "#",
    "=",
    "{",
    "}",
    "[",
    "]",
    ",",
    "1.5",
    "a.b",
    " = ",
    "a = ",
)


def test_no_key_of_many_parts_comes_to_the_reader(monkeypatch):
    """Whatever is around a key: one that tomllib takes to pieces has been counted."""
    long = []
    parse = tomllib._parser.parse_key

    def watched(src, pos):
        pos, key = parse(src, pos)
        long.append(len(key) > 3)
        return pos, key

    @settings(max_examples=500)
    @example([], [3, 7])
    @given(
        st.lists(st.integers(0, len(PIECES) - 1), max_size=12), st.lists(st.integers(0, len(PIECES) - 1), max_size=6)
    )
    def drawn(before, after):
        text = "".join(PIECES[n] for n in before) + "a . 'b' . \"c\" .d" + "".join(PIECES[n] for n in after)
        long.clear()
        with suppress(tomllib.TOMLDecodeError):
            tomllib.loads(text)
        if any(long):
            counted.append(text)
            with pytest.raises(InputError, match="has a key of"):
                toml_file.check_dots(text)

    counted = []
    monkeypatch.setattr(tomllib._parser, "parse_key", watched)
    monkeypatch.setattr(toml_file, "MOST_DOTS", 2)
    drawn()
    assert len(counted) > 20


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_pipes_and_devices_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    for name in ("pipe.toml", "zero.toml"):
        assert read(tmp_path / name) == "cannot be read: it is a pipe, a socket or a device, not a file"
    assert read(tmp_path) == "cannot be read: it is a folder, not a file"


def test_as_many_links_as_are_allowed_are_taken():
    pack = Pack.model_validate(
        {
            "pack": {"series": 447, "parallel": 1},
            "cell": {"parameters": "nissan_leaf_2013"},
            "balancer": {"converter": "flyback", "links": "complete"},
        }
    )
    assert len(pack.balancer.ends(pack.strings)) == 447 * 446 // 2 < MAXIMUM_LINKS < 448 * 447 // 2


VALUES = (
    "0", "1", "-1", "4", "0.5", "-0.0", "1e-320", "1e400", "nan", "-inf", "true", "9223372036854775807", "0x1F", '""',
    '"1 s"', '"complete"', '"flyback"', '"switching"', '"cell"', '"\\u0000"', "[]", "[[1, 2]]", "[[1, 2], [2, 1]]",
    "[[1, 0]]", "[[-1, 99]]", "[[[1]]]", "{}", "{ a = 1 }", "1979-05-27", '"' + "9" * 50 + ' d"',
    "1" + "0" * 400, "0x" + "F" * 5000,
)  # fmt: skip

KEYS = tuple(
    (table, key) for table, kind in tables().items() for key in (*kind.model_fields, "unknown", '"a.b"', "a.b")
)

TABLE = {"pack": "series = 4\nparallel = 2\n", "cell": 'parameters = "nissan_leaf_2013"\n'}


def strange(choices, breaks):
    """Return a pack file with keys and values of these numbers, and letters of it replaced."""
    held = {table: dict(line.split(" = ") for line in lines.splitlines()) for table, lines in TABLE.items()}
    for place, value in choices:
        table, key = KEYS[place % len(KEYS)]
        held.setdefault(table, {})[key] = VALUES[value % len(VALUES)]
    text = "".join(f"[{table}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items()) for table, keys in held.items())
    for number, letter in breaks:
        place = number % len(text)
        text = text[:place] + "[]{}.=\"'#\n\\\0 a1-"[letter % 16] + text[place + 1 :]
    return text


NUMBERS = st.tuples(st.integers(0, 10_000), st.integers(0, 10_000))
CHOICES = st.lists(NUMBERS, max_size=5)
BREAKS = st.lists(NUMBERS, max_size=2)


def is_pack(folder, choices, breaks):
    """Read such a file; return whether it is a pack."""
    path = folder / "pack.toml"
    path.write_text(strange(choices, breaks), encoding="utf-8")
    return isinstance(read(path), Pack)


def test_a_file_without_choices_is_a_pack(tmp_path):
    assert is_pack(tmp_path, [], [])


def test_random_keys_and_values(tmp_path):
    @settings(max_examples=200)
    @given(CHOICES, BREAKS)
    def drawn(choices, breaks):
        is_pack(tmp_path, choices, breaks)

    drawn()


@pytest.mark.campaign
def test_many_random_keys_and_values(tmp_path):
    @settings(max_examples=20_000)
    @given(CHOICES, BREAKS)
    def drawn(choices, breaks):
        is_pack(tmp_path, choices, breaks)

    drawn()
