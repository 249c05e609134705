"""Programs of other releases of Debian as judges: packages of another suite, fetched by apt from the mirror that this
system's apt knows, checked by apt against Debian's archive keys, and unpacked outside the tree. They run beside the
installed ones, each with the libraries of its own release."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "vm"))
from image import Missing, cache  # noqa: E402

KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# With what QEMU takes its firmware from.
QEMU = ["qemu-system-x86", "qemu-system-data", "qemu-system-common", "seabios", "ipxe-qemu"]
QEMU_ARM = ["qemu-system-arm", "qemu-system-data", "qemu-system-common", "qemu-efi-aarch64", "ipxe-qemu"]
UNUSED = ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info"]
# Part of a place's name: count up when what is put there changes.
FORM = 1


def run(*line, **options):
    done = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        said = (done.stderr + done.stdout).strip().splitlines()
        errors = [text for text in said if text.startswith("E: ")] or said[-1:] or ["no word why"]
        raise Missing(f"{line[0]}: {errors[0]}")
    return done.stdout


def mirror():
    """Where apt has Debian from, whatever suite that is: most mirrors carry all of them."""
    told = run("apt-get", "indextargets", "--format", "$(SITE)|$(ORIGIN)|$(LABEL)|$(COMPONENT)", "Created-By: Packages")
    for line in told.splitlines():
        site, *rest = line.split("|")
        if rest == ["Debian", "Debian", "main"]:
            return site
    raise Missing("apt knows no mirror of Debian, or was never updated")


def settings(work, suite, architecture):
    """An apt of its own: nothing of the system's state is read or written, only how it reaches the mirror."""
    for name in ("lists/partial", "archives/partial", "empty"):
        (work / name).mkdir(parents=True)
    (work / "status").touch()
    (work / "sources").write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main\n", encoding="utf-8")
    acquire = [line for line in run("apt-config", "dump").splitlines() if line.startswith("Acquire::")]
    own = {"Dir::Etc::sourcelist": work / "sources", "Dir::Etc::sourceparts": work / "empty", "Dir::Etc::parts": work / "empty",
           "Dir::Etc::main": "/dev/null", "Dir::Etc::preferences": "/dev/null", "Dir::Etc::preferencesparts": work / "empty",
           "Dir::State": work, "Dir::State::status": work / "status", "Dir::State::lists": work / "lists", "Dir::Cache": work,
           "Dir::Cache::archives": work / "archives", "APT::Sandbox::User": "root", "APT::Update::Error-Mode": "any",
           "APT::Install-Recommends": "false", "Acquire::Languages": "none", "Acquire::http::Timeout": "20"}
    lines = acquire + [f'{key} "{value}";' for key, value in own.items()]
    if architecture:
        lines += [f'APT::Architecture "{architecture}";', f'APT::Architectures {{"{architecture}";}};']
    (work / "conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {**os.environ, "APT_CONFIG": str(work / "conf"), "LC_ALL": "C"}


def bend(ready):
    """Absolute links lead to the same place in the tree."""
    for folder, folders, files in os.walk(ready):
        for link in (pathlib.Path(folder, name) for name in folders + files):
            target = os.readlink(link) if link.is_symlink() else ""
            if target.startswith("/"):
                link.unlink()
                link.symlink_to(os.path.relpath(ready / target.lstrip("/"), folder))


def unpack(package, ready):
    """Where the release has bin, lib and sbin as links into usr, a package that still ships files in them follows the links."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as contents:
        run("tar", "-xp", "--keep-directory-symlink", "-C", ready, stdin=contents.stdout)
    if contents.returncode:
        raise Missing(f"dpkg-deb: {package.name} cannot be unpacked")


def fetch(suite, packages, closure, architecture, place):
    with tempfile.TemporaryDirectory(prefix="making-", dir=place.parent) as made:
        work = pathlib.Path(made)
        env = settings(work, suite, architecture)
        run("apt-get", "-qq", "update", env=env)
        if closure:
            run("apt-get", "-qq", "-y", "--download-only", "install", *packages, env=env)
        else:
            run("apt-get", "-qq", "download", *packages, env=env, cwd=work / "archives")
        ready = work / "ready"
        ready.mkdir()
        names = []
        if architecture:
            for name in ("bin", "lib", "sbin"):
                (ready / "usr" / name).mkdir(parents=True)
                (ready / name).symlink_to(f"usr/{name}")
        for package in sorted((work / "archives").glob("*.deb")):
            unpack(package, ready)
            names.append(package.name)
        for name in UNUSED:
            shutil.rmtree(ready / name, ignore_errors=True)
        bend(ready)
        (ready / "packages").write_text("\n".join(names) + "\n", encoding="utf-8")
        ready.chmod(0o755)
        ready.rename(place)


def tree(suite, packages, closure=True, architecture=None):
    """The directory with the packages of that suite, unpacked, with all that they depend on unless told otherwise. What
    was fetched once stays as it was, also of a suite that moves: remove the directory to have it anew. Its file
    `packages` says what is in it. Packages of another architecture than this machine's come as a whole system would
    have them, with bin, lib and sbin as links into usr."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", suite):
        raise Missing(f"no suite is called {suite!r}")
    wanted = sorted(set(packages))
    digest = hashlib.sha256(repr((FORM, wanted, closure)).encode()).hexdigest()[:12]
    place = cache() / "releases" / "-".join([suite, *([architecture] if architecture else []), digest])
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{place}.lock", "w", encoding="utf-8") as lock, contextlib.closing(lock):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            missing = [name for name in ("apt-get", "apt-config", "dpkg") if not shutil.which(name)]
            if missing:
                raise Missing("not installed: " + " ".join(missing))
            if not KEYRING.exists():
                raise Missing("no debian-archive-keyring to check packages of another release with")
            fetch(suite, wanted, closure, architecture, place)
    return place


def command(root, program, **environment):
    """What runs a program of a tree: by the tree's own loader with the tree's own libraries; `program` is a path in it."""
    loader = next((path for where in ("lib64", "usr/lib64", "lib", "usr/lib") for path in root.glob(f"{where}/ld-linux*.so.*")),
                  None)
    if not loader:
        raise Missing(f"{root.name} has no libc6 in it")
    folders = [path for where in ("lib", "usr/lib") for path in sorted(root.glob(f"{where}/*-linux-gnu"))]
    # Private libraries, which the programs know by absolute paths: those would be the installed ones.
    folders += sorted({path.parent for folder in folders for path in folder.glob("*/lib*.so*")})
    words = [str(loader), "--inhibit-cache", "--library-path", ":".join(map(str, folders)), str(root / program)]
    return (["env"] + [f"{key}={value}" for key, value in environment.items()] if environment else []) + words


def qemu(root, program="qemu-system-x86_64"):
    """The same for a QEMU, with its modules, its data and the firmware of its release."""
    modules = next(root.glob("usr/lib/*-linux-gnu/qemu"), None)
    words = command(root, f"usr/bin/{program}", **({"QEMU_MODULE_DIR": modules} if modules else {}))
    for where in ("usr/share/qemu", "usr/share/seabios", "usr/lib/ipxe/qemu"):
        words += ["-L", str(root / where)] if (root / where).is_dir() else []
    return words
