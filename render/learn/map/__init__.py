"""The map of runs: each pixel is one, trained and judged as the run of a film is."""
