"""Where findings are kept between runs, and shared between machines: Hypothesis' own example databases."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from understudy_validators.errors import UsageError


class CaseDatabase(ExampleDatabase):
    """A part of a database for one case: Hypothesis itself tells tests apart by their source, which cases share."""

    def __init__(self, database: ExampleDatabase, case: str) -> None:
        super().__init__()
        self._database = database
        self._case = sha256(case.encode()).digest()

    def save(self, key: bytes, value: bytes) -> None:
        """Keeps a value."""
        self._database.save(self._case + key, value)

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """What was kept."""
        return self._database.fetch(self._case + key)

    def delete(self, key: bytes, value: bytes) -> None:
        """Forgets a value."""
        self._database.delete(self._case + key, value)


_REDIS = ("redis", "rediss", "unix")


def open_database(text: str) -> ExampleDatabase:
    """The database at a folder, or at a URL such as `redis://127.0.0.1:6379/0`.

    Raises `UsageError` where it cannot be used. What failed anywhere is tried first everywhere.
    """
    scheme = urlsplit(text).scheme
    if scheme in _REDIS:
        return _redis(text)
    if scheme and len(scheme) > 1:  # a single letter is a drive of Windows
        raise UsageError(f"{text}: a database is a folder, or a URL that starts with redis://.")
    return DirectoryBasedExampleDatabase(Path(text))


def _redis(url: str) -> ExampleDatabase:
    try:
        from hypothesis.extra.redis import RedisExampleDatabase  # noqa: PLC0415 - an extra of its own
        from redis import Redis  # noqa: PLC0415
        from redis.exceptions import RedisError  # noqa: PLC0415
    except ImportError:
        raise UsageError("A database in Redis needs redis-py: pip install 'understudy[redis]'.") from None
    server = Redis.from_url(url)
    try:
        server.ping()
    except RedisError as error:
        raise UsageError(f"{url} does not answer: {error}.") from None
    return RedisExampleDatabase(server)
