"""Luopan 罗盘: the numbers of private traffic, entered daily and steered by boards."""

__version__ = "0.5.0"
