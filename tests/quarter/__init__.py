"""A shop of many people through a quarter of a year, under faults, judged from outside."""
