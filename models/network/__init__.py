"""The electrical network of a pack."""
