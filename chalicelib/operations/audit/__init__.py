"""The books, checked."""
