"""The entities of the system: what is stored, and nothing about how.

Every entity is immutable; a change is a new value that an effect puts in the place of the old one. Amounts are minor
units of the currency beside them, times are aware datetimes in UTC. `due_at` is when an entity asks to be looked at
again; None means that nothing is owed.
"""
