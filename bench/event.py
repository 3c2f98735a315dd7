"""Requests as API Gateway hands them to the function."""

import json
from typing import Any

Event = dict[str, Any]


def redemption(code: str, order_id: str, key: str) -> Event:
    """A code used on an order of 50.00 by a friend of that order's own."""
    customer = {"email": f"friend.{order_id}@mail.example", "first_name": "Fay"}
    amount = {"amount": 5000, "currency": "EUR"}
    return post("/v1/redemptions", {"order_id": order_id, "code": code, "customer": customer, "amount": amount}, key)


def post(path: str, body: dict[str, Any], key: str) -> Event:
    """A POST with the headers that a shop's server sends."""
    return _event("POST", path, key) | {"body": json.dumps(body)}


def get(resource: str, path: str, query: dict[str, str], key: str, **parameters: str) -> Event:
    """A GET; `resource` is the path as the route names it, `parameters` are those of the path."""
    asked = {name: [value] for name, value in query.items()}
    given = {"resource": resource, "pathParameters": parameters or None}
    event = (
        _event("GET", path, key) | given | {"queryStringParameters": query, "multiValueQueryStringParameters": asked}
    )
    event["requestContext"]["resourcePath"] = resource
    return event


def _event(method: str, path: str, key: str) -> Event:
    headers = {
        "Accept": "*/*",
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Host": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
        "User-Agent": "shop/1.0",
        "X-Amzn-Trace-Id": "Root=1-65a8f3b0-0123456789abcdef01234567",
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": f"/api{path}",
            "stage": "api",
            "protocol": "HTTP/1.1",
            "requestId": "0f3d2a1c-5b7e-4c1d-9a55-2f6f0c1f7a10",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "shop/1.0"},
        },
        "body": None,
        "isBase64Encoded": False,
    }
