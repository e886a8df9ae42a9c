"""Films in Python: a config in, its numbers, pictures, animation and files out."""
