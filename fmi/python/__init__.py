"""The Python flavour: the sources of the model, run by pythonfmu's library."""
