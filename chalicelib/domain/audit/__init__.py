"""Whether the books say what the facts say."""
