"""Backups of a whole database as one file, each kind of database in its own way."""
