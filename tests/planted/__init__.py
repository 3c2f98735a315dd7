"""Faults planted on purpose, one at a time: a promise that no test keeps is not one."""
