"""From "I have a business licence" to an open shop: the doctor, the path, and what only a person can say."""
