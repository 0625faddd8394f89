"""Money coming in: attempts, notifications, queries, expiry. One function may mark an order paid."""
