"""Another program, tried on past orders."""
