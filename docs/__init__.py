"""Pages of the documentation, and `generate`, which makes the others and the site."""
