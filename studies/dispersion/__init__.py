"""What measured cells tell of how they differ, and how sure one may be."""
