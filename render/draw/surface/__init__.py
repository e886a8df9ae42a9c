"""The loss surface in 3D: its geometry, mesh, axes, and what is drawn on it."""
