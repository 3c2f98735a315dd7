"""Fits the models of worth to a shop's customers, away from what is deployed: it takes NumPy and SciPy."""
