"""The program against whatever its contract allows, and much that it doesn't: Schemathesis in process, by operation."""
