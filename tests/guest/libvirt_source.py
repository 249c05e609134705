"""libvirt's own examples: domains, and the command lines that it makes of them, out of the source package of the suite that
runs here. apt fetches and verifies it, in directories of its own: nothing of this system's apt is changed."""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, str(pathlib.Path(os.environ["HAWD_SOURCE"]) / "tests" / "vm"))
import image  # noqa: E402

# Its name since 10.5, and before.
FOLDERS = ["qemuxmlconfdata", "qemuxml2argvdata"]


def keys():
    """Those of the distribution, which sources of today name one by one."""
    found = sorted(pathlib.Path("/usr/share/keyrings").glob("*-archive-keyring.gpg"))
    return next((str(path) for path in found if path.name.startswith(("debian-a", "ubuntu-a"))), None)


def fetch(work):
    """The file with the source as its authors released it."""
    site, suite = image.mirror()
    signed = f"[signed-by={keys()}] " if keys() else ""
    for folder in ("lists/partial", "cache/archives/partial", "download"):
        (work / folder).mkdir(parents=True)
    (work / "sources.list").write_text(f"deb-src {signed}{site} {suite} main\n")
    options = [f"Dir::Etc::sourcelist={work}/sources.list", "Dir::Etc::sourceparts=-", f"Dir::State::lists={work}/lists",
               f"Dir::Cache={work}/cache", "Acquire::Languages=none", "APT::Sandbox::User=root", "Acquire::Retries=2"]
    command = ["apt-get", "-qq", *(word for option in options for word in ("-o", option))]
    for words in (["update"], ["source", "--download-only", "libvirt"]):
        done = subprocess.run(command + words, cwd=work / "download", capture_output=True, text=True, timeout=200, check=False)
        if done.returncode != 0:
            raise image.Missing("apt has no source package of libvirt: " + (done.stderr.strip().splitlines() or ["?"])[-1])
    return next((work / "download").glob("libvirt_*.orig.tar.*"))


def unpack(archive, target):
    with tarfile.open(archive) as tar:
        wanted = re.compile(rf"[^/]+/tests/({'|'.join(FOLDERS)})/([^/]+\.(xml|args))")
        for member in tar:
            match = wanted.fullmatch(member.name)
            if match and member.isfile():
                (target / match[2]).write_bytes(tar.extractfile(member).read())
            # Some are links to others of the same folder.
            elif match and member.issym() and "/" not in member.linkname:
                (target / match[2]).symlink_to(member.linkname)


@contextlib.contextmanager
def lock(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".libvirt.lock", "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def folder():
    """Where the examples are, kept for the next time. HAWD_LIBVIRT_SOURCE names an unpacked source of another release."""
    named = os.environ.get("HAWD_LIBVIRT_SOURCE")
    if named:
        return next(path for name in FOLDERS if (path := pathlib.Path(named) / "tests" / name).is_dir())
    _, suite = image.mirror()
    kept = image.cache() / f"libvirt-{suite}"
    with lock(image.cache()):
        if not kept.is_dir():
            with tempfile.TemporaryDirectory(dir=image.cache()) as work:
                work = pathlib.Path(work)
                (work / "examples").mkdir()
                unpack(fetch(work), work / "examples")
                shutil.move(work / "examples", kept)
    return kept
