import pytest

from packfmu.core.errors import InputError
from packfmu.front import studies
from packfmu.front.command import main
from packfmu.studies.runs.store import load_store
from tests.studies.runs.small import FILE, study_folder

distributed = pytest.importorskip("distributed", reason="needs the extra studies")


@pytest.fixture
def plan(tmp_path):
    path = study_folder(tmp_path) / "study.toml"
    path.write_text(FILE)
    return path


def test_a_study_is_run_looked_at_and_gone_on_with(plan, capsys):
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as local:
        for command in ("run", "resume"):
            assert main(["study", command, str(plan), "--scheduler", local.scheduler_address]) == 0
            assert "4 complete, 0 cut off, 0 failed, 0 not yet run" in capsys.readouterr().out
    assert main(["study", "status", str(plan)]) == 0
    assert "4 complete" in capsys.readouterr().out
    assert load_store(plan.with_suffix(".zarr")).sizes["sample"] == 4


def test_what_has_not_run_cannot_be_resumed(plan, capsys):
    assert main(["study", "resume", str(plan)]) == 2
    assert "is no store of a study" in capsys.readouterr().err
    with pytest.raises(InputError, match="nothing has run yet"):
        studies.study_status(plan)
