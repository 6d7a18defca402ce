"""Compiled loops of snippets. Each has beside this folder the plain path that is its specification."""
