"""REST, version 1: thin handlers over store, queries and boards."""
