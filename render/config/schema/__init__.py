"""The config language as a JSON Schema, and its options in words."""
