"""What every slice of the shop stands on; nothing here knows a shop noun."""
