"""Turns a YAML scene into an animated film of gradient descent."""

__version__ = "0.1.0"
