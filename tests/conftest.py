"""Settings and fixtures for all tests."""

import signal

import pytest
from hypothesis import settings

settings.register_profile("packfmu", deadline=None)  # the first example compiles, and machines are shared
settings.load_profile("packfmu")


@pytest.fixture
def interruptible():
    """Take Ctrl-C as at a terminal; a job in the background ignores it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)
