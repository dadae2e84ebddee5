"""What all other packages stand on."""

import os

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # before numba is imported: its exp differs in the last bit
