"""The HTTP surface as an OpenAPI document, made of the routes, of the views' shapes, and of a run of them."""
