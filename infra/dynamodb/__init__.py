"""AWS's own DynamoDB Local: fetched, alone in its network, run. Tests compare with it, bench fills a large table."""
