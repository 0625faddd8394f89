"""What is said between a follower and the account: every message in and out, and who answers: bot or person."""
