"""What runs beside requests, on a schedule."""
