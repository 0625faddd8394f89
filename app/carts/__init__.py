"""What somebody means to buy, before and after login."""
