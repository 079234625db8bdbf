"""Finished answers: made once, kept as bytes, and sent to whoever may see the same."""
