"""What is due for people: looked at, begun in one transaction, and answered."""
