"""One theme per file; base.py is the contract."""
