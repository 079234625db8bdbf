"""Boards: what a manager reads, as frozen data that pages and the API render alike."""
