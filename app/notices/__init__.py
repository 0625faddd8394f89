"""What the shop tells a follower on its own initiative: paid, shipped, refunded."""
