"""What was made before and need not be made again: content-addressed entries on the disk."""
