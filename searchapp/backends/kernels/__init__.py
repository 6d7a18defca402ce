"""Compiled search loops over mapped arrays."""
