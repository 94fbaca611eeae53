"""Files: one written whole, a set of them as one folder, digests, the cache folder, and JSON from outside.

A file is written beside its place and then moved there, so a reader sees the old one or the new one and never a part. A folder of
files is checked before anything in it is replaced: only what we wrote and nobody changed since is replaced without being asked.
What we wrote stands in `.detente.json` in the folder, with the SHA-256 of every file. The files of a folder are moved to their
places one by one. A run that is killed meanwhile leaves its plan there, and the next one finishes it before all else.

JSON that others may have written is read by `loads`: a reader that calls itself for every bracket ends in a `RecursionError` or a
crash on a few thousand of them, so how deep the text is nested is counted first.

>>> digest({"b": 1, "a": [2.5, None]})[:16], sha256(b"ab") == sha256(b"a", b"b")
('c912a251d940de43', True)
>>> import tempfile
>>> with tempfile.TemporaryDirectory() as place:
...     write_folder(place, {"a.txt": b"ours", "data/b.txt": b"ours"})
...     _ = (Path(place) / "data" / "own.txt").write_bytes(b"the user's")
...     write_folder(place, {"a.txt": b"newer"})
...     sorted(p.name for p in Path(place).rglob("*"))
['.detente.json', 'a.txt', 'data', 'own.txt']
>>> loads('{"a": [1, 2]}'), too_deep(b"[" * 100 + b"]" * 100), too_deep(b'{"a": "[[[[[["}', 3)
({'a': [1, 2]}, True, False)
>>> loads("[" * 100_000)
Traceback (most recent call last):
detente.files.TooDeep: nested deeper than 60 levels
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from detente.errors import InputError, NotWritten

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = ".detente.json"
"""Name of the file in a folder that says what we wrote there."""
LEFT, PLAN = ".detente-folder-", "plan.json"
"""How the name of a folder begins that a set of files is written in before they are moved, and what is to be moved."""
SHOWN = 4
PATIENCE = 60.0
"""Seconds that a run waits for another that writes into the same folder."""
_CHUNK = 1 << 20
DEEPEST = 60
"""Levels of JSON from outside that are read."""
_STATEMENT = re.compile(r"^-- \[(\w+)\].*$", re.MULTILINE)
_TOKEN = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)


# -- digests -----------------------------------------------------------------------------------------------------------
def sha256(*parts: bytes | memoryview[Any]) -> str:
    """SHA-256 of `parts` one after the other, 64 hex digits."""
    return sha256_of(parts)


def sha256_of(parts: Iterable[bytes | memoryview[Any]]) -> str:
    """As `sha256`, for parts that are made one at a time."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()


def file_sha256(path: str | os.PathLike[str]) -> str:
    """SHA-256 of what a file holds, read in pieces."""
    with Path(path).open("rb") as file:
        return sha256_of(iter(lambda: file.read(_CHUNK), b""))


def digest(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted keys."""
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode())


# -- JSON from outside -------------------------------------------------------------------------------------------------
class TooDeep(ValueError):
    """The text is nested deeper than we read."""


def too_deep(text: bytes, deepest: int = DEEPEST) -> bool:
    """Whether brackets outside of strings are nested deeper than `deepest`; one pass, no recursion."""
    depth, inside = 0, False
    for found in _TOKEN.finditer(text):
        token = found.group()
        if token == b'"':
            inside = not inside
        elif inside or len(token) > 1:
            continue
        elif token in b"[{":
            depth += 1
            if depth > deepest:
                return True
        else:
            depth -= 1
    return False


def loads(text: str | bytes, deepest: int = DEEPEST) -> Any:
    """`json.loads` of UTF-8. Raises `ValueError` for what is not JSON; before reading, `TooDeep` for what is nested deeper."""
    words = text.decode() if isinstance(text, bytes) else text
    if too_deep(words.encode("utf-8", "surrogatepass"), deepest):
        raise TooDeep(f"nested deeper than {deepest} levels")
    return json.loads(words)


# -- the cache ---------------------------------------------------------------------------------------------------------
def cache_folder(name: str) -> Path:
    """The folder `name` of what may be deleted at any time: in DETENTE_CACHE, or else in the user's cache folder."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("DETENTE_CACHE")
    return (Path(chosen) if chosen else user_cache_path("detente", appauthor=False)) / name


def data_folder(name: str) -> Path:
    """The folder `name` of what the user gave us to keep: in DETENTE_DATA, or else in the user's data folder."""
    from platformdirs import user_data_path

    chosen = os.environ.get("DETENTE_DATA")
    return (Path(chosen) if chosen else user_data_path("detente", appauthor=False)) / name


class CacheFolder:
    """Bytes by key in the cache folder, from run to run: at most `limit` of them, those not used for longest go first. With a
    limit of none they are only read: what is there is found, nothing is added.

    What is read is checked against its own digest; what is damaged counts as absent and is written anew. A folder that may not
    be written costs the work, nothing else. Keys are file names.

    >>> from unittest.mock import patch
    >>> with tempfile.TemporaryDirectory() as place, patch.dict(os.environ, {"DETENTE_CACHE": place}):
    ...     kept = CacheFolder("trial", 10)
    ...     kept.keep("a", b"found again")
    ...     kept.find("a"), kept.find("b")
    (b'found again', None)
    """

    looked: ClassVar[Counter[tuple[str, bool]]] = Counter()
    """How often something was looked for in this process, by folder and whether it was found."""
    _DIGEST = 32

    def __init__(self, name: str, limit: int) -> None:
        self.name, self.limit = name, limit
        self._written = 0

    @property
    def place(self) -> Path:
        """Where they are kept."""
        return cache_folder(self.name)

    def find(self, key: str) -> bytes | None:
        """What is kept under a key; None where nothing is, or where it is damaged."""
        found = self._found(key)
        self.looked[self.name, found is not None] += 1
        return found

    def _found(self, key: str) -> bytes | None:
        path = self.place / key
        try:
            body = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        held = body[self._DIGEST :]
        return held if bytes.fromhex(sha256(held)) == body[: self._DIGEST] else None

    def keep(self, key: str, body: bytes) -> None:
        """Keep `body` under a key; a full disk or a folder that may not be written is no error."""
        if self.limit == 0:
            return
        try:
            place = self.place
            place.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix=".", dir=place)  # for the user alone; hundreds a run, so no more than this
            try:
                with open(handle, "wb") as file:
                    file.write(bytes.fromhex(sha256(body)) + body)
                os.replace(draft, place / key)
            except BaseException:
                os.unlink(draft)
                raise
            if self._written % max(1, self.limit // 50) == 0:  # to look at every file costs time
                self._prune()
            self._written += 1
        except OSError:
            return

    def _prune(self) -> None:
        names = [n for n in os.listdir(self.place) if not n.startswith(".")]
        if len(names) <= self.limit:
            return
        used = sorted((os.stat(self.place / n).st_mtime_ns, n) for n in names)
        for _, name in used[: len(names) - self.limit + self.limit // 10]:
            (self.place / name).unlink(missing_ok=True)


def code_digest(*parts: str) -> str:
    """Digest of rooms and files of the package ("equilibrium", "data/horizons.yaml"; "" is all), 12 hex digits: which code,
    templates and data made a result. What only the page of the web shows does not count."""
    root = Path(str(files("detente")))
    made_of = (".py", ".j2", ".yaml", ".csv", ".npz", ".parquet")

    def within(part: str) -> Iterable[Path]:
        place = root / part
        if not place.is_dir():
            return [place]
        return sorted(p for p in place.rglob("*") if p.suffix in made_of and "static" not in p.parts)

    found = (path for part in parts for path in within(part))
    return sha256_of(path.relative_to(root).as_posix().encode() + path.read_bytes() for path in found)[:12]


def statements(package: str, name: str) -> dict[str, str]:
    """Statements of `name`, a file of SQL beside the code of `package`: each by the name in the line `-- [name]` above it; what
    stands before the first is "".

    >>> statements("detente.web", "jobs.sql")["counts"]
    'SELECT status, COUNT(*) FROM jobs GROUP BY status;'
    """
    first, *rest = _STATEMENT.split(files(package).joinpath(name).read_text("utf-8"))
    return {"": first.strip(), **{key: text.strip() for key, text in zip(rest[::2], rest[1::2], strict=True)}}


# -- one file ----------------------------------------------------------------------------------------------------------
def target_file(path: str | os.PathLike[str], what: str = "the file to write") -> Path:
    """`path`, if a file can be written there. Raises `InputError` for an empty name, a folder, or a folder that is missing."""
    if not os.fspath(path):
        raise InputError(f"{what} has an empty name")
    target = Path(path)
    if target.is_dir():
        raise InputError(f"{target} is a folder; give a file name")
    if not target.parent.is_dir():
        raise InputError(f"no folder {target.parent} to write {target.name} into; make it first")
    return target


def target_folder(path: str | os.PathLike[str], what: str = "the folder to write") -> Path:
    """`path`, if it is or can become a folder. Raises `InputError` for an empty name, or where a file stands."""
    if not os.fspath(path):
        raise InputError(f"{what} has an empty name")
    folder = Path(path)
    for place in (folder, *folder.parents):
        if place.exists() and not place.is_dir():
            raise InputError(f"{place} is a file; give a folder")
    return folder


@contextmanager
def whole(path: str | os.PathLike[str], *, private: bool = False, lasting: bool = False) -> Iterator[Path]:
    """A place to write a file of the same name; it takes the place of `path` when the block ends, and not at all if it fails.

    `private`: only the user may read it. `lasting`: it is on the disk, not only on its way there, when this returns. A link is
    followed, a device or a pipe (/dev/stdout) written to as it is. Raises `InputError` as `target_file` does, and
    `NotWritten`.
    """
    asked = target_file(path)
    try:
        if _is_stream(asked):
            yield asked
            return
        target = asked.resolve() if asked.is_symlink() else asked
        if target.exists() and not os.access(target, os.W_OK):
            raise InputError(f"{asked} may not be written to")
        beside = Path(tempfile.mkdtemp(prefix=".detente-", dir=target.parent))
        try:
            draft = beside / target.name
            yield draft
            if private:
                draft.chmod(0o600)
            elif target.exists():
                shutil.copymode(target, draft)
            if lasting:
                flush(draft)
            draft.replace(target)
            if lasting:
                flush(target.parent)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except NotWritten:
        raise
    except OSError as error:
        raise NotWritten(f"{asked} was not written: {error.strerror or error}") from error


def write(path: str | os.PathLike[str], body: bytes, *, private: bool = False, lasting: bool = False) -> Path:
    """Write `body` to `path`, all of it or nothing; see `whole`."""
    with whole(path, private=private, lasting=lasting) as draft:
        draft.write_bytes(body)
    return Path(path)


def flush(path: Path) -> None:
    """Make a file, or a rename in a folder, last; systems that cannot do it for a folder have nothing to do."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        os.close(handle)


def _is_stream(path: Path) -> bool:
    """Whether writing goes to something that is not a file of its own: a device, a pipe, what /dev/stdout stands for."""
    return path.parts[:2] in (("/", "dev"), ("/", "proc")) or (path.exists() and not path.is_file())


# -- a table -----------------------------------------------------------------------------------------------------------
def harmless(value: object) -> object:
    """Text that a spreadsheet would run as a formula, blanks and line ends before it or not, behind an apostrophe; else as it is.

    Line ends become one kind: a lone carriage return would end the row.

    >>> harmless("=1+1"), harmless("\\r\\n@x"), harmless("a = b"), harmless(-1.5)
    ("'=1+1", "'\\n@x", 'a = b', -1.5)
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    return f"'{text}" if text[:1] in ("\t", "\n") or text.lstrip()[:1] in ("=", "+", "-", "@") else text


def table_csv(frame: pd.DataFrame, **options: Any) -> bytes:
    """A frame as CSV that a spreadsheet only shows: cells, heads and labels are `harmless`. `options` are those of `to_csv`."""
    from pandas.api.types import is_numeric_dtype

    words = {k: frame.iloc[:, k].tolist() for k in range(frame.shape[1]) if not is_numeric_dtype(frame.dtypes.iloc[k])}
    changed = {k: told for k, column in words.items() if (told := list(map(harmless, column))) != column}
    safe = frame.copy(deep=False)
    for k, column in changed.items():
        safe.isetitem(k, column)
    safe.columns = safe.columns.map(harmless)
    safe.index = safe.index.map(harmless).rename(frame.index.name) if frame.index.nlevels == 1 and len(frame) else frame.index
    text: str = safe.to_csv(lineterminator="\n", **{"float_format": "%.10g", **options})
    return text.encode()


# -- a folder ----------------------------------------------------------------------------------------------------------
def check_folder(folder: str | os.PathLike[str], names: Iterable[str], *, record: str | None = None, force: bool = False) -> Path:
    """The folder, if files of these names (with / between folders) may be written there. Nothing is written, but what a killed
    run left half moved is finished.

    A file that stands there already may be replaced if we wrote it and it is as we left it: the manifest says so, or, in a folder
    without one, the file `record`, whose "files" give the SHA-256 of all others. `force` replaces other files as well; never a
    folder, nor anything through a link. Raises `InputError`, naming what is in the way.
    """
    place = target_folder(folder)
    if any(place.glob(f"{LEFT}*")):
        with _alone(place) as alone:
            _finish(place, alone)
    ours = _ours(place, record)
    _refuse(place, _in_the_way(place, names))
    if not force:
        _refuse_foreign(place, {n for n in names if (place / n).exists() and not _as_left(place, n, ours)})
    return place


def write_folder(
    folder: str | os.PathLike[str], contents: Mapping[str, bytes], *, record: str | None = None, force: bool = False
) -> None:
    """Write `contents` (name → bytes) into `folder`, all or nothing, and note in the manifest what was written.

    What we wrote before and do not write now is removed if it is as we left it; files of other names stay. Raises as
    `check_folder`, and `NotWritten`: then what was replaced is put back.
    """
    place = target_folder(folder)
    with _alone(place) as alone:
        _finish(place, alone)
        _written(place, contents, record, force)


def _written(place: Path, contents: Mapping[str, bytes], record: str | None, force: bool) -> None:
    sums = {name: sha256(body) for name, body in sorted(contents.items())}
    ours = _ours(place, record)
    stale = [n for n in ours if n not in contents and n != MANIFEST and _as_left(place, n, ours)]
    _refuse(place, _in_the_way(place, [*contents, *stale, MANIFEST]))
    if not force:
        old = {n for n in (*contents, MANIFEST) if (place / n).exists() and not _as_left(place, n, ours)}
        _refuse_foreign(place, {n for n in old if n == MANIFEST or file_sha256(place / n) != sums[n]})
    manifest = json.dumps({"written by detente": 1, "files": sums}, indent=1, ensure_ascii=False) + "\n"
    try:
        _put(place, {**contents, MANIFEST: manifest.encode()}, stale)
    except OSError as error:
        raise NotWritten(f"nothing was written into {place}: {error.strerror or error}") from error


@contextmanager
def _alone(place: Path) -> Iterator[bool]:
    """Nobody else writes into this folder meanwhile: a second run waits, and after `PATIENCE` seconds is refused by name.

    The lock lies in the cache folder, so that nothing of it is left where the user looks. Where that may not be written, the
    folder is written without it, and False is given.
    """
    from filelock import FileLock, Timeout

    name = sha256(str(place.resolve()).encode())[:32]
    lock = FileLock(cache_folder("locks") / f"{name}.lock")
    with ExitStack() as held:
        try:
            Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(lock.acquire(timeout=PATIENCE))
        except Timeout:
            wait = f"for {PATIENCE:g} seconds"
            raise NotWritten(f"nothing was written into {place}: another run has been writing there {wait}") from None
        except OSError:
            pass
        yield lock.is_locked


def _finish(place: Path, alone: bool) -> None:
    """Finish what killed runs left: what all was written of is moved to its place, the rest goes. A file that was changed since
    stays. Not where another run may be at it. Raises `InputError` for what stands in the way, and `NotWritten`."""
    for left in sorted(place.glob(f"{LEFT}*")) if alone else ():
        try:
            plan = loads((left / PLAN).read_bytes())
            old, new = ({n: str(s) for n, s in plan[part].items() if _within(n)} for part in ("old", "new"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            old, new = {}, {}  # killed before anything was moved
        _refuse(place, _in_the_way(place, [*old, *new]))
        try:
            for name in (*(n for n in old if n not in new), *new):
                target, draft = place / name, left / "new" / name
                if target.exists() and file_sha256(target) != old.get(name):
                    continue
                if name not in new:
                    target.unlink(missing_ok=True)
                elif draft.is_file():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    draft.replace(target)
        except OSError as error:
            raise NotWritten(f"{place} could not be put right after a run that was killed: {error.strerror or error}") from error
        _drop_empty(place, [n for n in old if n not in new])
        shutil.rmtree(left, ignore_errors=True)


def _drop_empty(place: Path, names: Iterable[str]) -> None:
    """Remove the folders that files were in, where they are empty now."""
    for name in names:
        with suppress(OSError):  # not empty: something of the user's is in it
            if (place / name).parent != place:
                (place / name).parent.rmdir()


def _put(place: Path, contents: Mapping[str, bytes], stale: Iterable[str]) -> None:
    """Write all files and a plan into a temporary folder inside `place`, then move them over the old ones; undo all moves if one
    fails."""
    fresh = not place.exists()
    place.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=LEFT, dir=place))
    made: list[Path] = []
    moved: list[tuple[Path, Path]] = []
    try:
        for name, body in contents.items():
            draft = beside / "new" / name
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(body)
        old = {n: file_sha256(place / n) for n in (*stale, *contents) if (place / n).exists()}
        plan = {"old": old, "new": {n: sha256(b) for n, b in contents.items()}}
        (beside / PLAN).write_text(json.dumps(plan), encoding="utf-8")

        def move(source: Path, target: Path) -> None:
            for parent in reversed(target.parents):
                if not parent.exists():
                    parent.mkdir()
                    made.append(parent)
            source.replace(target)
            moved.append((source, target))

        try:
            for name in (*stale, *contents):
                if (place / name).exists():
                    move(place / name, beside / "old" / name)
                if name in contents:
                    move(beside / "new" / name, place / name)
        except BaseException:
            for source, target in reversed(moved):
                target.replace(source)
            for parent in reversed(made):
                with suppress(OSError):
                    parent.rmdir()
            raise
        _drop_empty(place, stale)
    finally:
        with suppress(OSError):  # first of all: what is half removed is not to be moved any more
            (beside / PLAN).unlink(missing_ok=True)
        shutil.rmtree(beside, ignore_errors=True)
        if fresh:
            with suppress(OSError):  # not empty: all went well
                place.rmdir()


def _ours(place: Path, record: str | None) -> dict[str, str]:
    """Name → SHA-256 of what we wrote into a folder, by its manifest, or by the record of a folder older than manifests."""
    found = _listed(place / MANIFEST)
    if found is not None:
        return {**found, MANIFEST: file_sha256(place / MANIFEST)}
    if record is not None and not (place / MANIFEST).exists():
        found = _listed(place / record)
        if found is not None and all(not (place / n).exists() or _as_left(place, n, found) for n in found):
            return {**found, record: file_sha256(place / record)}
    return {}


def _listed(path: Path) -> dict[str, str] | None:
    """The "files" of a manifest or a record; None where it is neither. Names that lead out of the folder are passed over."""
    try:
        held = loads(path.read_bytes())
        entries = held["files"].items()
        found = {str(n): str(e["sha256"] if isinstance(e, Mapping) else e) for n, e in entries}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return {n: s for n, s in found.items() if _within(n)}


def _within(name: str) -> bool:
    """Whether a name stays in its folder."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not {"..", "/", ""} & set(parts)


def _as_left(place: Path, name: str, ours: Mapping[str, str]) -> bool:
    """Whether a file is one we wrote, and as we wrote it."""
    return name in ours and (place / name).is_file() and file_sha256(place / name) == ours[name]


def _in_the_way(place: Path, names: Iterable[str]) -> dict[str, str]:
    """What would have to be written through or is of another kind: name → what it is."""
    found: dict[str, str] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        for k in range(1, len(parts) + 1):
            here, label = place.joinpath(*parts[:k]), "/".join(parts[:k])
            if here.is_symlink():
                found[label] = "a link"
            elif here.exists() and here.is_dir() != (k < len(parts)):
                found[label] = "a folder" if here.is_dir() else "not a folder"
    return found


def _refuse(place: Path, found: Mapping[str, str]) -> None:
    for name, kind in found.items():
        raise InputError(
            f"{place / name} is {kind}, and stands where we write; nothing was written. Move it or give another folder"
        )


def _refuse_foreign(place: Path, names: Iterable[str]) -> None:
    listed = sorted(names)
    if listed:
        told = ", ".join(listed[:SHOWN]) + (f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else "")
        it, was = ("them", "were") if len(listed) > 1 else ("it", "was")
        raise InputError(
            f"{place} holds {told}, which detente did not write or which {was} changed since; nothing was written. "
            f"Give another folder, or --force (force=True) to replace {it}"
        )
