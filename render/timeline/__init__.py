"""Decides what each frame shows: when a step is reached, captions, camera. NumPy only."""
