"""Arrangements in space and time: the places of panels and the beats of a film."""
