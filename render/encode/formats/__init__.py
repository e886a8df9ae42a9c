"""The output formats, a file each; ../base.py is their contract."""
