"""Keeping the rollups: by deltas in the transaction of a write, by whole when units move, rebuilt on demand."""
