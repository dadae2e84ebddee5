"""Settings for all tests."""

from hypothesis import settings

settings.register_profile("packfmu", deadline=None)  # the first example compiles, and machines are shared
settings.load_profile("packfmu")
