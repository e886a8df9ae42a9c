"""Arrangements in space and time: which panels sit where, which beats a film has."""
