"""The words of the ambassador's pages that stand in code."""
