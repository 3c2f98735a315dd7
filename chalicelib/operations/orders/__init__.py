"""What the shop reports of orders, and what becomes of it."""
