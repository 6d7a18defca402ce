"""Compiled loops of cleaning; each has a plain path beside its caller."""
