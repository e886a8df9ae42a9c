"""Several films at once: what is made, by which workers, and what is reported meanwhile."""
