"""How TOML files of users are read, checked, and published as a schema."""
