"""What the console says and draws beside its templates: words for kinds and reasons, and the marks of charts."""
