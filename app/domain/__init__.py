"""The words of the product: standard library only, no input, no output."""
