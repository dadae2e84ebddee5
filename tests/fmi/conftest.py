"""The toy as an FMU, and behind the shim, each built once."""

import pytest

from packfmu.core.cache import code_folder
from packfmu.fmi.native import libraries
from tests.fmi.native.native_toy import Importer, build_toy
from tests.fmi.python.host import Host
from tests.fmi.trees import plant


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


@pytest.fixture
def empty_cache(monkeypatch, tmp_path_factory):
    """No library is there yet; what zig keeps is."""
    folder = tmp_path_factory.mktemp("libraries")
    monkeypatch.setattr(libraries, "code_folder", lambda name: folder)
    return folder


@pytest.fixture
def unlinked(monkeypatch, tmp_path_factory):
    """No library is there yet; what kernels were compiled to is, as is what zig keeps."""
    folder = tmp_path_factory.mktemp("libraries")
    monkeypatch.setattr(libraries, "code_folder", lambda name: folder if name == "libraries" else code_folder(name))
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """Return the shared library of the shim and the toy in C."""
    return build_toy(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def new(library):
    """Return a maker of instances, which are freed at the end."""
    made = []

    def make(**arguments):
        made.append(Importer(library, **{"resources": library.parent.as_uri()} | arguments))
        return made[-1]

    yield make
    for importer in made:
        if importer.component:
            importer.free()


@pytest.fixture
def toy(new):
    return new().initialise()
