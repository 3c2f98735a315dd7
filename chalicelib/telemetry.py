"""Logs and metrics, and nothing personal in either: no address, name, token or key is ever passed to them."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger(service="referrals", log_uncaught_exceptions=False)
metrics = Metrics(namespace="Referrals", service="referrals")
