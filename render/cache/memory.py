"""A store that also remembers by itself what one film learnt: nothing of it is learnt twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from render.cache.store import Store

FILMS = "film"  # the stage of files: they may be changed by anybody, so each is looked at again


@dataclass(frozen=True)
class Remembering(Store):
    """What is kept on disk, and beside it entries of any size for as long as it lives itself."""

    disk: Store = field(default_factory=Store)
    entries: dict[tuple[str, str], bytes] = field(default_factory=dict, compare=False)

    @classmethod
    def beside(cls, disk: Store) -> Remembering:
        """With nothing remembered yet; films are looked up as in the store itself."""
        return cls(disk.folder, disk.reads, disk.writes, disk.limit_bytes, disk)

    @property
    def idle(self) -> bool:
        """Never."""
        return False

    @property
    def largest_bytes(self) -> int:
        """As much as there is memory."""
        return 1 << 62

    def read(self, stage: str, key: str) -> bytes | None:
        return self.entries.get((stage, key)) or self.disk.read(stage, key)

    def write(self, stage: str, key: str, body: bytes) -> None:
        self.disk.write(stage, key, body)
        if stage != FILMS:
            self.entries[stage, key] = body

    def drop(self, stage: str, key: str) -> None:
        self.entries.pop((stage, key), None)
        self.disk.drop(stage, key)
