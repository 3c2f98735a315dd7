"""The rules as a shop writes them."""
