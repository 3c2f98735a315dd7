"""What the system does, one function each: load, decide, commit."""
