"""What the table is read for, by feature."""
