"""The folder that an FMU runs from goes with it, and what killed processes have left goes at the next start."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

from packfmu.cosim.fmu.extraction import Extraction
from packfmu.fmi import files
from packfmu.fmi.files import LOCK, PREFIX
from tests.cosim.fmu.strangers import LIBRARY, archive, entry


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return a folder for temporary files that is known to nobody yet."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def fmu(tmp_path):
    return archive(tmp_path / "Model.fmu", (entry(LIBRARY), b"code"))


def left(temporary, name="left", mode=0o700):
    """Make a folder as a killed process leaves it."""
    folder = temporary / f"{PREFIX}{name}"
    (folder / "resources").mkdir(parents=True)
    (folder / LOCK).touch()
    folder.chmod(mode)
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_holds_the_library_and_goes_with_it(temporary, fmu):
    extracted = Extraction(fmu)
    assert (extracted.folder / LIBRARY).read_bytes() == b"code"
    assert extracted.folder.parent == temporary
    extracted.close()
    assert names(temporary) == []


def test_folders_that_nobody_holds_are_swept_once(temporary, fmu):
    left(temporary)
    Extraction(fmu).close()
    assert names(temporary) == []
    left(temporary)
    Extraction(fmu).close()
    assert names(temporary) == [f"{PREFIX}left"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="temporary folders here are of one user anyway")
def test_folders_in_use_and_of_others_stay(temporary, fmu, monkeypatch):
    held, open_to_all = left(temporary, "held"), left(temporary, "open", 0o777)
    outside = temporary.with_name("outside")
    outside.mkdir()
    (outside / LOCK).touch()
    (temporary / f"{PREFIX}link").symlink_to(outside)
    (temporary / f"{PREFIX}without").mkdir()
    (temporary / f"{PREFIX}file").touch()
    linked = left(temporary, "linked")
    (linked / LOCK).unlink()
    (linked / LOCK).symlink_to(outside / LOCK)
    with FileLock(held / LOCK):
        Extraction(fmu).close()
    assert names(temporary) == [f"{PREFIX}{name}" for name in ("file", "held", "link", "linked", "open", "without")]
    assert names(outside) == [LOCK]
    files._sweep.cache_clear()
    shutil.rmtree(open_to_all)
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    files._sweep(str(temporary))
    assert f"{PREFIX}held" in names(temporary)


def test_a_folder_that_was_swept_before_it_was_locked_is_made_again(temporary, fmu, monkeypatch):
    acquire, removed = FileLock.acquire, []

    def late(lock, *arguments, **options):
        if not removed:
            removed.append(Path(lock.lock_file).parent)
            shutil.rmtree(removed[0])
        return acquire(lock, *arguments, **options)

    monkeypatch.setattr(FileLock, "acquire", late)
    extracted = Extraction(fmu)
    assert extracted.folder == removed[0]
    assert (extracted.folder / LIBRARY).is_file()
    extracted.close()
    assert names(temporary) == []


HOST = """
import sys
from pathlib import Path
from packfmu.cosim.fmu.extraction import Extraction

extracted = Extraction(Path(sys.argv[1]))
print(extracted.folder, flush=True)
sys.stdin.read()
"""


def test_what_a_killed_process_leaves_goes_and_what_a_living_one_holds_stays(temporary, fmu):
    def host():
        process = subprocess.Popen(
            [sys.executable, "-c", HOST, str(fmu)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        return process, Path(process.stdout.readline().strip())

    killed, stale = host()
    killed.kill()
    killed.communicate()
    assert stale.is_dir()
    living, held = host()
    try:
        assert not stale.exists()
        Extraction(fmu).close()
        assert names(temporary) == [held.name]
    finally:
        living.communicate("")
    assert names(temporary) == []
