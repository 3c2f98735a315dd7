"""What stops a deployment."""


class DeployError(Exception):
    """The deployment cannot go on; the text says what to do."""
