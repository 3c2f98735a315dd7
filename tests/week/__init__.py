"""A shop under load through a week in which the mail service fails in every way that it has."""
