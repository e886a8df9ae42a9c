"""The config language as a JSON Schema, and what its options say of themselves."""
