"""The places that films go to: what suits each, what it takes, and who says so."""
