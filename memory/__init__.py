"""A whole shop in one process: the program over AWS in memory, for tests, simulator and bench. Never deployed.

`engine` is DynamoDB's semantics and `sizes` its arithmetic, `wire` says what a call touches, `cloud` stands where
the program would open a connection, `faults` makes trouble there, and `shop` drives the program in a shop's words.
"""
