"""What the quarter and the year have in common: people and functions under a virtual clock, faults, and a judge."""
