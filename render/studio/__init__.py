"""The studio: a config edited in a browser, beside the frame that it makes."""
