"""JSON for programs, a feature a file: the shape of its requests, its views, and what they answer."""
