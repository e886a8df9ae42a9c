"""The config's types in, a JSON Schema (Draft 7) out, by which editors complete and explain."""
