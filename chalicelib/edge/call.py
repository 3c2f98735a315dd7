"""One request, as a view sees it."""

from collections.abc import Collection
from dataclasses import field

from chalice.app import Request

from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.access import ApiKey, Session
from chalicelib.edge.problems import bad_field


def source_of(request: Request) -> str:
    """The address that a request came from, as the gateway has seen it; what a client says of it counts not."""
    identity = request.context.get("identity") or {}
    return str(identity.get("sourceIp") or "")


@frozen
class Call:
    """One request, as a view sees it: made with a server key (`caller`), in a `session`, or by anyone.

    Attributes:
        parameters: Those of the path. `{ambassador_id}` is resolved: never `me`, and in a session the session's.
        queries: The names of the query parameters that the route knows.
    """

    request: Request
    who: ApiKey | Session | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    queries: Collection[str] = ()

    @property
    def caller(self) -> ApiKey | None:
        """The server key that came with the request, if one did."""
        return self.who if isinstance(self.who, ApiKey) else None

    @property
    def session(self) -> Session | None:
        """The session that the request was made in, if it was."""
        return self.who if isinstance(self.who, Session) else None

    @property
    def ambassador_id(self) -> str | None:
        """Whom the route is about, if it is about one ambassador."""
        return self.session.ambassador_id if self.session else self.parameters.get("ambassador_id")

    @property
    def key(self) -> ApiKey:
        """The server key behind a request to a route that is open to keys alone."""
        assert self.caller is not None, "this route is open to others as well"
        return self.caller

    @property
    def source(self) -> str:
        """The address that the request came from, as the gateway has seen it; what a client says of it counts not."""
        return source_of(self.request)

    def query(self) -> dict[str, str]:
        """Return the query parameters, each of which the route must know and may appear once.

        Raises:
            Problem: 400, naming the parameter.
        """
        found: dict[str, str] = {}
        for name in self.request.query_params or ():
            values = self.request.query_params.getlist(name) if self.request.query_params else []
            if name not in self.queries or len(values) != 1:
                detail = "is given more than once" if name in self.queries else "is not a parameter of this route"
                raise bad_field(f"?{name}", detail)
            found[name] = values[0]
        return found

    def sent(self) -> dict[str, str]:
        """Return the query parameters of a link. People pass links on with whatever hangs on them: none is an error."""
        return dict(self.request.query_params or {})

    def header(self, name: str) -> str:
        """Return a header as the client sent it, empty if it did not."""
        sent: dict[str, str] = self.request.to_original_event()["headers"] or {}
        return next((value for key, value in sent.items() if key.lower() == name), "")

    def has(self, etag: str) -> bool:
        """Whether the client has what this ETag names already, by `If-None-Match` (RFC 9110, 13.1.2)."""
        known = {tag.strip().removeprefix("W/") for tag in self.header("if-none-match").split(",")}
        return bool({etag, "*"} & known)

    def may(self, scope: str) -> bool:
        """Whether the caller holds a scope beyond the one the route asks for."""
        return self.caller is not None and scope in self.caller.scopes
