"""The electrical network of a pack that is wired in any way."""
