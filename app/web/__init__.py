"""Pages: thin handlers over store, queries and boards, rendered on the server."""
