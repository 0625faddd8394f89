"""How long it takes to find the rule that answers, with few rules and with many."""
