"""Tests, in the shape of app/: their names are claims about the product."""
