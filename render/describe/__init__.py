"""Describes a film in words and numbers: alternative text, captions, tables, the manifest."""
