"""From the tree to a running stack: package, show what would change, deploy. See docs/operator.md."""
