"""The usual scenes without their holds, so that no two frames of a film are equal."""
