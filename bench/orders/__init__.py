"""The order ledger at a million orders: its pages and totals beside a list that counts and skips."""
