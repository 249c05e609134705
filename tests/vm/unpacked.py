"""Systems of unpacked packages, of which nothing ran: made once and kept outside the tree."""
import contextlib
import fcntl
import hashlib
import pathlib
import tempfile

import image


@contextlib.contextmanager
def made_once(maker, name, *recipe):
    """A directory below the cache: (place, None), or (place, where to make it) the first time, and when its maker, a file, has changed."""
    digest = hashlib.sha256(repr(recipe).encode())
    for path in (maker, __file__, image.__file__):
        digest.update(pathlib.Path(path).read_bytes())
    place = image.cache() / f"{name}-{digest.hexdigest()[:12]}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{place}.lock", "w", encoding="utf-8") as lock, contextlib.closing(lock):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.is_dir():
            yield place, None
            return
        with tempfile.TemporaryDirectory(prefix="making-", dir=place.parent) as work:
            ready = pathlib.Path(work) / "ready"
            ready.mkdir()
            yield place, ready
            ready.rename(place)


def accounts(tree):
    """Of base-passwd, as its own script would have made them."""
    for name in ("passwd", "group"):
        lines = (tree / f"usr/share/base-passwd/{name}.master").read_text(encoding="utf-8")
        (tree / f"etc/{name}").write_text(lines, encoding="utf-8")
    for name, source in (("shadow", "passwd"), ("gshadow", "group")):
        names = [line.split(":")[0] for line in (tree / f"etc/{source}").read_text(encoding="utf-8").splitlines()]
        rest = ":*:19000:0:99999:7:::" if name == "shadow" else ":*::"
        (tree / f"etc/{name}").write_text("".join(f"{account}{rest}\n" for account in names), encoding="utf-8")
        (tree / f"etc/{name}").chmod(0o640)
