"""Requests of Schemathesis, answered in this process as API Gateway hands them to the program and back."""

from io import BytesIO
from typing import Any

import requests
from chalice.config import Config
from chalice.local import LocalGatewayException
from requests.adapters import BaseAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

import app
from infra.local.serve import Gateway

HOST = "http://shop.test"


class Wire(BaseAdapter):
    """Carries a request to the app; no socket is opened."""

    def __init__(self) -> None:
        super().__init__()
        self._gateway = Gateway(app.app, Config.create())

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Let the app answer."""
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        assert isinstance(body, bytes), "nothing is streamed"
        headers = {name: _text(value) for name, value in request.headers.items()}
        try:
            answer = self._gateway.handle_request(str(request.method), request.path_url, headers, body)
        except LocalGatewayException as refusal:
            return _response(request, refusal.CODE, {**refusal.headers, FROM_GATEWAY: "yes"}, refusal.body or b"")
        content = answer["body"]
        return _response(
            request, answer["statusCode"], _flat(answer), content if isinstance(content, bytes) else content.encode()
        )

    def close(self) -> None:
        """There is nothing to close."""


FROM_GATEWAY = "X-From-Gateway"
"""Marks an answer that the gateway gave by itself: the request reached no operation."""


def session() -> requests.Session:
    """A session whose requests go nowhere but here."""
    opened = requests.Session()
    opened.mount(HOST, Wire())
    return opened


def _flat(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer["headers"], **answer["multiValueHeaders"]}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _response(
    request: requests.PreparedRequest, status: int, headers: dict[str, Any], body: bytes
) -> requests.Response:
    told = HTTPHeaderDict()
    for name, value in headers.items():
        for it in value if isinstance(value, list) else [value]:
            told.add(name, it)
    response = requests.Response()
    response.status_code, response.headers = status, requests.structures.CaseInsensitiveDict(told)
    response.raw = HTTPResponse(BytesIO(body), told, status, preload_content=False)
    response.request, response.url, response.encoding = request, str(request.url), "utf-8"
    return response
