"""Where the cells of a pack lie, and what carries their heat: tables of the pack file, and their thermal graph."""
