"""What the account answers to which words."""
