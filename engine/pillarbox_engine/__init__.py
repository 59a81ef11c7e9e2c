"""The Pillarbox engine: a durable, at-least-once job queue. Imports no Qt."""
