"""How goods reach the buyer: freight templates by region, and points where he fetches them himself."""
