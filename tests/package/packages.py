"""The Debian packages of a commit. They are built once for all tests of a build directory."""
import fcntl
import json
import os
import pathlib
import shutil
import subprocess

import pytest

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
BUILD = pathlib.Path(os.environ["HAWD_BUILD"])


def git(*arguments):
    done = subprocess.run(["git", "-c", f"safe.directory={TOP}", "-C", TOP, *arguments], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        pytest.skip(f"packages are built from a clone of the repository: {done.stderr.strip()}")
    return done.stdout.strip()


def built(commit="HEAD"):
    """A directory with the packages and the source package. HAWD_PACKAGES names one that was built before."""
    if "HAWD_PACKAGES" in os.environ:
        return pathlib.Path(os.environ["HAWD_PACKAGES"])
    for program in ("git", "dpkg-buildpackage", "dh"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    commit = git("rev-parse", f"{commit}^{{commit}}")
    place = BUILD / "packages" / commit
    place.parent.mkdir(exist_ok=True)
    with open(f"{place}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            done = subprocess.run([TOP / "tools" / "package", f"--commit={commit}", place], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", check=False, timeout=1500)
            assert done.returncode == 0, done.stdout[-20000:]
            (place / "complete").touch()
    return place


def one(directory, pattern):
    found = sorted(directory.glob(pattern))
    assert len(found) == 1, (pattern, found)
    return found[0]


def unpacked(directory, name, place):
    """The files of a package, and below DEBIAN its control files."""
    subprocess.run(["dpkg-deb", "-R", one(directory, f"{name}_*.deb"), place / name], check=True, timeout=60)
    return place / name


def files(tree):
    """Paths of files and links below a directory."""
    return {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_symlink() or not path.is_dir()}


def wanted():
    """What meson installs, as paths below the root."""
    done = subprocess.run(["meson", "introspect", "--installed", BUILD], capture_output=True, text=True, check=True, timeout=60)
    return {path.lstrip("/") for path in json.loads(done.stdout).values()}
