"""How fast Broadsheet is beside other engines: `python -m benchmarks.speed --help`, and benchmarks/README.md."""
