"""Time zones as a deployment brings them along; where there are none, they are those of the system or of `tzdata`.

`infra/deploy/package.py` writes this module anew. As files they are six hundred, most of them alike, and to find one
`zoneinfo` imports what takes five times as long as reading it.
"""

ZONES: dict[str, bytes] = {}
"""What RFC 8536 says of a zone, by its name in the IANA database."""
