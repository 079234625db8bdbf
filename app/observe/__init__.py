"""What the server tells whoever operates it: log lines and figures, and never a secret."""
