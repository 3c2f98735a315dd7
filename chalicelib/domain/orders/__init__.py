"""What an order earns, and why."""
