"""Compiled loops over code points."""
