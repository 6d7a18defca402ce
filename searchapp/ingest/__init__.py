"""Articles that come over the endpoint, into the index by the writer of the indexer."""
