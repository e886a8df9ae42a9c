"""Makes the pages of the documentation that are never written by hand, and builds the site."""
