"""The cache is this user's alone: what others could write to is emptied, but for what a link leads to."""

import os
import shutil
import stat

import pytest

from packfmu.core import cache
from packfmu.core.cache import cache_folder, made_once, read_kept, write_kept
from packfmu.core.errors import InputError

BODY = b"content"

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache with a file, a folder with a file, and a link to a folder that is not of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    root = tmp_path / "packfmu"
    for folder in (root / "code" / "old", tmp_path / "precious"):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    (root / "link").symlink_to(tmp_path / "precious")
    (root / "file").touch()
    return root


@pytest.fixture
def loose():
    """A umask that lets the group write."""
    former = os.umask(0o002)
    yield
    os.umask(former)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def kept():
    """Write an entry to the cache and read it."""
    path = cache_folder("code/new") / "entry"
    write_kept(path, BODY)
    return read_kept(path)


@pytest.mark.parametrize("former", [0o775, 0o777, 0o770, 0o707, 0o722, 0o720])
def test_a_cache_that_others_could_write_to_is_emptied_and_used(home, former):
    home.chmod(former)
    assert kept() == BODY
    assert mode(home) == 0o700
    assert sorted(path.name for path in home.iterdir()) == ["code", "living", "living.lock"]
    assert [path.name for path in (home / "code").iterdir()] == ["new"]
    assert (home.parent / "precious" / "file").exists()


@pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() != 0, reason="only root gives files away")
@pytest.mark.parametrize("former", [0o700, 0o777])
def test_a_cache_of_another_user_is_refused_and_left_alone(home, former):
    home.chmod(former)
    os.chown(home, 12345, -1)
    with pytest.raises(InputError, match=rf"cache {home} can be written by others.*XDG_CACHE_HOME"):
        cache_folder("zig")
    assert (home / "code" / "old" / "file").exists()
    assert mode(home) == former


@pytest.mark.parametrize("name", ["packfmu", "packfmu/code", "packfmu/code/old"])
def test_nothing_is_removed_through_a_link(home, name):
    place, target = home.parent / name, home.parent / "target"
    place.rename(target)
    place.symlink_to(target)
    target.chmod(0o777)
    with pytest.raises(
        InputError, match=f"cache {place} can be written by others, .* {place} is a link, so that nothing"
    ):
        cache_folder("code/old")
    assert list(target.rglob("file"))
    target.chmod(0o700)
    assert cache_folder("code/old").is_dir()


def test_nothing_is_removed_below_a_link(home):
    home.rename(home.with_name("target"))
    home.symlink_to(home.with_name("target"))
    (home / "code").chmod(0o777)
    with pytest.raises(InputError, match=f"cache {home}/code can be .* {home} is a link, so that nothing is removed"):
        cache_folder("code/old")
    assert (home / "code" / "old" / "file").exists()


@pytest.mark.usefixtures("loose")
@pytest.mark.parametrize("deleted", ["packfmu", "."])
def test_what_a_process_makes_again_after_a_deletion_is_for_the_user_alone(home, deleted, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "deep" / "cache"))
    path = cache_folder("code/new") / "entry"
    root = home / "deep"
    for use in (lambda: write_kept(path, BODY), lambda: made_once(path).__enter__()):
        shutil.rmtree(root / "cache" / deleted)
        use()
        folders = {each for each in (root / "cache").rglob("*") if each.is_dir()}
        assert {mode(each) for each in folders} == {0o700}
        assert len(folders) == 3
    assert kept() == BODY


def test_a_process_that_sees_the_mark_of_another_takes_over(home, monkeypatch):
    """The first was killed before it had removed all."""
    discard = cache._discard

    def killed(path):
        discard(path)
        raise KeyboardInterrupt

    home.chmod(0o775)
    with monkeypatch.context() as patch:
        patch.setattr(cache, "_discard", killed)
        with pytest.raises(KeyboardInterrupt):
            cache_folder("code/new")
    assert mode(home) == 0o720
    assert kept() == BODY
    assert (mode(home), (home / "file").exists(), (home / "code" / "old").exists()) == (0o700, False, False)


def test_what_another_process_has_written_meanwhile_stays(home, monkeypatch):
    """It was faster; this one has found the cache open before."""
    discard, done = cache._discard, []

    def overtaken(path):
        discard(path)
        if not done:
            done.append(True)
            assert kept() == BODY

    home.chmod(0o775)
    monkeypatch.setattr(cache, "_discard", overtaken)
    folder = cache_folder("code/new")
    assert read_kept(folder / "entry") == BODY
    assert done
