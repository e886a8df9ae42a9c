"""Several films after one another, and what is told meanwhile."""
