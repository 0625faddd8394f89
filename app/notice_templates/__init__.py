"""The account's templates for notifications: which one serves which purpose, and what stands behind its keywords."""
