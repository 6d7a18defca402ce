"""Indexing what arrives and changes, for as long as it is wanted."""
