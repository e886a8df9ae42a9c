"""A recording and a scene in, a tuple of moments out; pure numpy."""
