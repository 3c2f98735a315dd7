"""The whole system in one process under a seed: real operations, a table that honours DynamoDB's semantics, faults."""
