"""One panel per file; base.py is the contract."""
