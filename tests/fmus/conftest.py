"""The toy as an FMU, built once."""

import pytest

from tests.fmus.host import Host
from tests.fmus.trees import plant


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """Return the builder of a source tree that holds the toy."""
    return plant(tmp_path_factory.mktemp("tree"), "toy_tree")


@pytest.fixture(scope="session")
def toy_fmu(tree, tmp_path_factory):
    path = tmp_path_factory.mktemp("toy") / "Toy.fmu"
    tree.build_python_fmu(path, "toy", {"tanks": 3})
    return path


@pytest.fixture
def host(toy_fmu):
    with Host(toy_fmu) as running:
        yield running
