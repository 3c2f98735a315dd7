"""A shop of many people through a year of care, under faults, judged from outside."""
