"""The outside world that mails go to."""
