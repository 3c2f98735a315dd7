"""What a redemption costs: capacity, time, imports, size. `make bench` measures all of it into bench/RESULTS.md."""
