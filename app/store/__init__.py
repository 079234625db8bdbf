"""The only writers: permission, the write itself, its history and the data version; they never commit."""
