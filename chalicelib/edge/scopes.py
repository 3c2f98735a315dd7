"""Who may call a route, beside the scopes that a server key holds."""

ANYONE = "anyone"
"""The scope of a public route."""

SESSION = "session"
"""The scope of a route that is open to an ambassador's session, for what concerns that ambassador."""

ME, CONSOLE = "me", "console"
"""The scopes of pages: of an ambassador, and of an admin, who has signed in with a browser."""
