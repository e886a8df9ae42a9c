"""Keeps results on the disk, each under the hash of everything that it depends on."""
