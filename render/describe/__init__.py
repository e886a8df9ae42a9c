"""Describes a film: alternative text, captions, the manifest, and the files with them."""
