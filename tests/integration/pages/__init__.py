"""Pages: what people see and do with a browser."""
