"""The thermal network of a pack."""
