"""The asynchronous edge: the table's stream and the clock."""
