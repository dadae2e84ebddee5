"""The native flavour: the kernels as machine code behind a shim in C."""
