"""The whole system on one machine: a local cloud, the app's own server, the stream and the clock."""
