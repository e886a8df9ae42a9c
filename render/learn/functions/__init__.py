"""One known function per file, a loss landscape without data; base.py is the contract."""
