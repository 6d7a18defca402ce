"""What a service takes over HTTP, beside others: `make bench-http`, `make soak`."""
