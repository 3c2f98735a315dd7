"""Another program on past orders."""
