"""One schedule per file; base.py is the contract."""
