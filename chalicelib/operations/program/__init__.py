"""The rules, version after version."""
