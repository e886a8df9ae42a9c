"""One model per file; base.py is the contract."""
