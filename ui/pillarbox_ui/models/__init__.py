"""Tables as Qt models: immutable rows keyed by id, columns as data."""
