"""The occasions, each in a file of its own."""
