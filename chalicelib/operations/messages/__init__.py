"""Mails, delivered."""
