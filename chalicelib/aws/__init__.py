"""The way to AWS: signed JSON over connections that are kept. Whatever runs in a Lambda calls AWS by it."""
