"""The circuit: its unknowns, what is known of them, and the search."""
