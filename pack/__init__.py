"""A battery pack: its file, its parts, how they are joined, what balances."""
