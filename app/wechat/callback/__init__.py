"""The callback's protocol: verify, decrypt, parse, encrypt. Knows no HTTP, no database, no shop."""
