"""The program's way through DynamoDB."""
