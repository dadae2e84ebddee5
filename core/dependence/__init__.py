"""On which parameters and inputs the outputs depend after the initialisation, found from the kernels themselves."""
