"""People who follow the account or visit the shop, and their own lists of addresses."""
