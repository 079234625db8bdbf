"""What every number means: the catalogue, and pure functions over answered terms."""
