"""Text in, terms out: one analyzer serves writing, querying and highlighting."""
