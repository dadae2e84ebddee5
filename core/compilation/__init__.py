"""How kernels become code, and how it is kept."""
