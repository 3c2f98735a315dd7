"""What Chalice does not make: the table, the operator's commands, and the local cloud."""
