"""One known function per file, Python or YAML: a loss without data; base.py is the contract."""
