"""Films in Python: the numbers, pictures, animation and files of a config."""
