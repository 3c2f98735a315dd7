"""The second opinion: AWS's own DynamoDB Local. `make test-dynamodb` runs these; `make test` does not collect them."""
