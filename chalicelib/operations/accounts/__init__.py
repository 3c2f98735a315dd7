"""What ambassadors have, and how it leaves."""
