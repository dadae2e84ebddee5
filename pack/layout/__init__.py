"""How the cells of a pack lie and are cooled: tables of the pack file, and the thermal graph that they make."""
