"""The order ledger: every order with the money that came and goes back, found, added up, taken away."""
