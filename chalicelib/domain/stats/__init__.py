"""What the figures of a shop are made of: sums of facts, and how sure a difference between two groups is."""
