"""Questions on what has run already: a store of packs, or a table of measured cells."""
