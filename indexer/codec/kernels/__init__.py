"""Compiled loops over plain arrays; the numpy path of each stands in the module that calls it."""
