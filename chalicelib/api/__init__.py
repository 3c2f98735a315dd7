"""The HTTP edge, one blueprint per audience: parse, call one operation, present."""
