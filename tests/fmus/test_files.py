"""Output files: complete, or as before."""

import pytest

from packfmu.fmus.files import replacing
from packfmu.models.errors import InputError


def test_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "run.nc"
    target.write_text("old")

    def fail():
        with replacing(target) as temporary:
            temporary.write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]


def test_output_that_cannot_be_written_is_refused_at_once(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "protected").write_text("kept")
    (tmp_path / "protected").chmod(0o444)
    for name, reason in (("folder", "folder"), ("protected", "write-protected"), ("protected/x", "File exists")):
        with (
            pytest.raises(InputError, match=f"output .*{name} cannot be written: .*{reason}"),
            replacing(tmp_path / name),
        ):
            pytest.fail("entered")
    with pytest.raises(InputError, match="cannot be written: File name too long"), replacing(tmp_path / ("x" * 300)):
        pytest.fail("entered")
    assert (tmp_path / "protected").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "protected"]
