"""What the API answers about content, and what it takes; it decides nothing."""
