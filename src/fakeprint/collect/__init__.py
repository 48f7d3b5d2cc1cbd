"""From addresses on the web to checked files, and from rows to shards: the plumbing of dataset building."""
