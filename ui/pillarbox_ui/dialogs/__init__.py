"""The dialogs: new job, import, replay, purge, shortcuts and about."""
