"""Notes and facts in the formats of other tools, one package or module a format."""
