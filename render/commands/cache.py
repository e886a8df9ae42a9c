"""Show what is cached of earlier films, or remove it."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to show or to remove."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--info", action="store_true", help="folder, entries and size (the default)")
    one.add_argument("--clear", action="store_true", help="remove all of it")


def run(arguments: argparse.Namespace) -> int:
    """Show or remove the cache; 0.

    Raises ConfigError for a limit that is no number, and for a folder that is no cache.
    """
    from render.cache.folder import clear, count_entries
    from render.cache.store import FOLDER, LIMIT, default_store
    from render.commands.common.output import columns, print_text

    store = default_store()
    if store.folder is None:
        if not arguments.quiet:
            print_text(f"no cache: {FOLDER} is empty")
        return 0
    if arguments.clear:
        freed = clear(store.folder)
        if not arguments.quiet:
            print_text(f"{store.folder}: {_size(freed)} removed")
        return 0
    counts = count_entries(store.folder)
    rows = [[count.stage, f"{count.entries:,}", _size(count.bytes)] for count in counts]
    total = sum(count.bytes for count in counts)
    print_text(f"{store.folder} ({FOLDER} names another)")
    print_text("\n".join(columns(rows, indent="  ")))
    print_text(f"{_size(total)} of at most {_size(store.limit_bytes)} ({LIMIT} sets it)")
    return 0


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"
