"""How a Whoosh index lies on disk: durable files now, mapped and checksummed segments to come."""
