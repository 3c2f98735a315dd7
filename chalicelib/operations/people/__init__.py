"""Who ambassadors are, and what they share."""
