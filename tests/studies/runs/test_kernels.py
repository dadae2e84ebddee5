import pytest

from packfmu.core.cache import code_folder
from packfmu.studies.runs.kernels import content_hash, keep_kernels, kept_kernels
from packfmu.studies.runs.samples import Job, Runner
from tests.studies.runs.small import OBSERVED, drive_file, small_pack, small_population

pytest.importorskip("openturns", reason="needs the extra studies")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    from packfmu.studies.runs.courses import read_course

    course = read_course(small_pack(), drive_file(tmp_path_factory.mktemp("drive")))
    return kept_kernels({"block": Runner(Job(small_pack(), small_population(), course, OBSERVED)).model})


def test_the_kernels_of_a_block_are_three_files_of_the_cache(files):
    assert len(files) == 3
    assert all((code_folder("kernels") / name).is_file() for name in files)


def test_a_machine_that_has_them_keeps_its_own(files):
    times = [(code_folder("kernels") / name).stat().st_mtime_ns for name in files]
    assert keep_kernels(files) == 0
    assert [(code_folder("kernels") / name).stat().st_mtime_ns for name in files] == times


def test_a_machine_that_lacks_them_gets_them_whole(files, monkeypatch, tmp_path):
    tmp_path.chmod(0o700)
    monkeypatch.setattr("packfmu.studies.runs.kernels.code_folder", lambda name: tmp_path)
    assert keep_kernels(files) == 3
    assert keep_kernels(files) == 0
    assert kept_kernels({}) == {}


def test_a_hash_tells_contents_and_their_order():
    assert content_hash(b"ab", b"c") != content_hash(b"a", b"bc")
    assert content_hash(b"ab", b"c") == content_hash(b"ab", b"c")
