"""Orders: what was bought, by whom, for how much, and how far it has come. Knows nothing of payment."""
