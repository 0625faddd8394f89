"""The simulator's own cryptography, written against the protocols and not shared with the shop."""
