"""Upgrade, roll back, upgrade again, restore: with data in place, and the books exact after each step."""
