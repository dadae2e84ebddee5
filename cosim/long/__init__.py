"""Long runs: duty cycles by a calendar, with jumps between them, resumable at any moment."""
