import pytest

from packfmu.core.errors import InputError
from packfmu.studies.runs.study_file import load_study
from tests.studies.runs.small import FILE, study_folder


@pytest.fixture
def folder(tmp_path):
    return study_folder(tmp_path)


def loaded(folder, text=FILE):
    path = folder / "study.toml"
    path.write_text(text)
    return load_study(path)


def test_files_are_found_beside_the_study_file(folder):
    planned = loaded(folder)
    assert planned.store == folder / "study.zarr"
    assert planned.study.usage == folder / "drive.csv"
    assert (planned.study.samples, planned.study.observed[0].of) == (4, "minimum")


def test_a_cycle_is_found_by_its_name(folder):
    assert loaded(folder, FILE.replace("drive.csv", "wltc_class3b")).study.usage == "wltc_class3b"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("samples = 4", "samples = 0", r"\[study\] samples = 0"),
        ("samples", "sample", r'\[study\] sample = 4 is not a known key; did you mean "samples"\?'),
        ('of = "minimum"', 'of = "least"', r"\[outputs.1\] of"),
        ("[[outputs]]", "[[output]]", "outputs"),
        ("pack.toml", "other.toml", "other.toml"),
    ],
)
def test_what_does_not_fit_is_told_by_its_key(folder, old, new, message):
    with pytest.raises(InputError, match=message):
        loaded(folder, FILE.replace(old, new, 1))
