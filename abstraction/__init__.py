"""Notes in, facts out: every fact is tied to the exact characters it was read from."""
