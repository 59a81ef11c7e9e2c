"""Delegates and small parts: cells, tables, banners, editors. They draw; they know no backend."""
