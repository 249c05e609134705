"""docs/stability.md: what release 0.1 promised (stable.txt) is kept. And the version, which is in one place."""
import os
import pathlib
import re
import subprocess

import stable

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
HAWCTL = pathlib.Path(os.environ["HAWCTL"])
BUILD = HAWCTL.parent.parent
PROMISED = stable.read((TOP / "tests" / "dist" / "stable.txt").read_text(encoding="utf-8"))


def test_promises_are_kept():
    assert {what.split()[0] for what in PROMISED} == {"property", "method", "signal", "error", "status", "document"}
    assert len(PROMISED) > 1000
    assert stable.broken(PROMISED, stable.read(stable.written(stable.promises(BUILD, TOP)))) == []


def changed(**lines):
    return {what: promised for what, promised in (PROMISED | lines).items() if promised is not None}


def test_what_is_no_promise_kept():
    """A member that is gone, of another type, or that may be missing; a word less; another signature; a status for something else."""
    assert stable.broken(PROMISED, PROMISED) == []
    for what, promised in (("property org.hawd.AddressWidth1.Host.IovaBits", None), ("property org.hawd.AddressWidth1.Host.IovaBits", " t read"),
                           ("method org.hawd.AddressWidth1.Host.Check", " in s guest, in b all, out s check"), ("error RateLimited", None),
                           ("status 3", " out of time"), ("document check .verdict", " = safe unsafe"), ("document check .verdict", " string"),
                           ("document check .schema", " = hawd-check/2"), ("document check .missing", " ? array"), ("document check .missing[]", " object"),
                           ("document profile $number.reason", None), ("document guest .name", " string"), ("document guest .machine", None),
                           ("document guest .mustBeSaid", " string")):
        assert len(stable.broken(PROMISED, changed(**{what: promised}))) == 1, what


def test_what_may_be_added():
    assert PROMISED["document check .verdict"] == " = safe warning unsafe"
    added = {"property org.hawd.AddressWidth1.Host.New": " u read", "method org.hawd.AddressWidth1.Host.New": "", "error New": "", "status 5": " new",
             "document check .verdict": " = safe warning unsafe unknown", "document check .new": " string", "document check .newer": " ? string",
             "document guest .new": " ? string", "document guest .machine": " ? string", "document new .schema": " = hawd-new/1"}
    assert stable.broken(PROMISED, changed(**added)) == []


def test_documents_say_so():
    """Every kind of document with a schema is named, and the exit statuses are those of the manual page."""
    page = (TOP / "docs" / "stability.md").read_text(encoding="utf-8")
    schemas = {path.name.removesuffix(".schema.json") for path in (BUILD / "schema").glob("*.schema.json")}
    assert len(schemas) > 8 and schemas == set(re.findall(r"`hawd-([a-z-]+)/1`", page))
    manual = (TOP / "man" / "hawctl.1").read_text(encoding="utf-8").split(".SH EXIT STATUS")[1].split("\n.SH")[0]
    statuses = re.findall(r"^\.B (\d)$", manual, re.M)
    assert statuses == [what.split()[1] for what in PROMISED if what.startswith("status")] == re.findall(r"^\| (\d) \|", page, re.M)


def test_version_is_in_one_place():
    """meson.build has it. Where a file must repeat it, it is the same."""
    version = re.search(r"version: '(\d+\.\d+\.\d+)'", (TOP / "meson.build").read_text(encoding="utf-8"))[1]
    assert subprocess.run([HAWCTL, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout.split()[-1] == version
    spec = (TOP / "packaging" / "hawd.spec").read_text(encoding="utf-8")
    assert re.search(r"^Version: +(\S+)$", spec, re.M)[1] == version
    assert re.search(r"^%changelog\n\* .* - (\S+)-\d+$", spec, re.M)[1] == version
    news = re.search(r"^CHANGES WITH (\S+):$", (TOP / "NEWS").read_text(encoding="utf-8"), re.M)[1]
    assert version in (news, f"{news}.0")
    # A release's tarball has no debian/.
    if (TOP / "debian").exists():
        assert re.match(r"hawd \((\S+)-\d+\) ", (TOP / "debian" / "changelog").read_text(encoding="utf-8"))[1] == version
    manual = (TOP / "man" / "org.hawd.AddressWidth1.5").read_text(encoding="utf-8")
    assert f"Version = '{version}'" in manual
    # It is nowhere else in the source.
    written = [path for folder in ("probe", "profile", "guest", "fleet", "export", "map", "dbus", "daemon", "ctl", "systemd", "cockpit", "tools")
               for path in (TOP / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts and f"{version}" in path.read_text(encoding="utf-8", errors="replace")]
    assert written == []
