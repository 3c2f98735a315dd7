"""A shop to try the program on."""
