"""Studies: what is learned from records and from many runs."""
