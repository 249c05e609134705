"""The Debian packages of the last commit: what is in them, what they say of themselves, what lintian says of them."""
import os
import re
import shutil
import subprocess

import packages
import pytest

TOP = packages.TOP
# By the start of a path below the root; the longest counts.
OWNER = {"etc/apparmor.d/": "hawd", "lib/systemd/system/": "hawd", "usr/bin/hawctl": "hawctl", "usr/lib/": "hawd",
         "usr/libexec/hawd/hawd": "hawd", "usr/libexec/hawd/hawd-archive": "hawctl", "usr/libexec/hawd/hawd-domain": "hawctl",
         "usr/share/bash-completion/": "hawctl", "usr/share/cockpit/hawd/": "hawd-cockpit", "usr/share/dbus-1/": "hawd",
         "usr/share/hawd/": "hawctl", "usr/share/man/man1/hawctl.1": "hawctl", "usr/share/man/man5/hawd-root.5": "hawctl",
         "usr/share/man/man5/org.hawd.AddressWidth1.5": "hawd", "usr/share/man/man7/hawd-findings.7": "hawctl",
         "usr/share/man/man8/hawd.8": "hawd", "usr/share/polkit-1/": "hawd"}
# What packages have beside that.
OF_DEBIAN = re.compile(r"DEBIAN/|usr/share/(doc|lintian/overrides)/")


def as_packaged(path):
    """debhelper of Debian 12 finds units in /lib, where that release has them; manual pages are compressed."""
    path = path.removesuffix(".gz")
    return path.removeprefix("usr/") if path.startswith("usr/lib/systemd/system/") else path


def owner(path):
    return OWNER[max((start for start in OWNER if path.startswith(start)), key=len)]


def control(tree):
    text = (tree / "DEBIAN" / "control").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w-]+): (.*)$", text, re.M))


def named(fields, *relations):
    """Packages that the relations name."""
    return {word for relation in relations for word in re.findall(r"[a-z0-9][a-z0-9.+-]+(?= *[(|,]|$)", fields.get(relation, ""))}


def test_every_file_has_its_package(debs):
    """What meson installs is in one package, the right one, and nothing else is."""
    expected = {as_packaged(path): owner(as_packaged(path)) for path in packages.wanted()}
    assert len(expected) > 45
    found = {}
    for name, tree in debs.trees.items():
        for path in packages.files(tree):
            if not OF_DEBIAN.match(path):
                assert found.setdefault(as_packaged(path), name) == name
    assert found == expected


def test_service_is_started_last(debs):
    """dh_installsystemd found hawd.service. It starts with its user, the bus's policy, its directories and its profile."""
    script = (debs.trees["hawd"] / "DEBIAN" / "postinst").read_text(encoding="utf-8")
    order = [script.index(word) for word in ("systemd-sysusers", "reload dbus.service", "systemd-tmpfiles", "apparmor_parser -r", "deb-systemd-helper enable 'hawd.service'",
                                             "deb-systemd-invoke $_dh_action 'hawd.service'")]
    assert order == sorted(order)
    assert not re.search(r"hawd-collect[\w-]*\.(service|path)", script)
    assert "deb-systemd-invoke stop 'hawd.service'" in (debs.trees["hawd"] / "DEBIAN" / "prerm").read_text(encoding="utf-8")


def test_purge_removes_state(debs):
    """What the units and tmpfiles.d make is what the script removes."""
    script = (debs.trees["hawd"] / "DEBIAN" / "postrm").read_text(encoding="utf-8")
    unit = (TOP / "systemd" / "hawd.service.in").read_text(encoding="utf-8")
    state = {f"/var/lib/{name}" for name in re.findall(r"^StateDirectory=(.*)$", unit, re.M)}
    run = {"/".join(path.split("/")[:3]) for path in re.findall(r"^\S+ (/run/\S+)", (TOP / "systemd" / "hawd.tmpfiles").read_text(encoding="utf-8"), re.M)}
    assert state == {"/var/lib/hawd"} and run == {"/run/hawd"}
    removed = dict(re.findall(r"^(remove|purge)\)\n(?:\s*#.*\n)?\s*rm -rf (.*)$", script, re.M))
    assert removed == {"remove": "/run/hawd", "purge": "/run/hawd /var/lib/hawd"}


def test_scripts_are_only_of_debhelper(debs):
    for name, tree in debs.trees.items():
        scripts = {path.name for path in (tree / "DEBIAN").iterdir()} - {"control", "md5sums", "conffiles"}
        assert scripts == ({"postinst", "prerm", "postrm"} if name == "hawd" else set()), name
    for script in ("postinst", "prerm", "postrm"):
        subprocess.run(["sh", "-n", debs.trees["hawd"] / "DEBIAN" / script], check=True, timeout=30)


def test_conffiles_are_what_is_in_etc(debs):
    for name, tree in debs.trees.items():
        listed = tree / "DEBIAN" / "conffiles"
        found = {path.lstrip("/") for path in listed.read_text(encoding="utf-8").split()} if listed.exists() else set()
        assert found == {path for path in packages.files(tree) if path.startswith("etc/")}, name


def test_relations(debs):
    fields = {name: control(tree) for name, tree in debs.trees.items()}
    # The client alone, against another host or a capture.
    assert not {"hawd", "dbus", "systemd"} & named(fields["hawctl"], "Depends", "Pre-Depends", "Recommends")
    assert {"libxml2", "libarchive13", "libseccomp2", "libsmartcols1"} <= named(fields["hawctl"], "Depends")
    # It loads this library by name.
    assert re.search(r'LIBPCI_NAME "libpci\.so\.3"', (TOP / "ctl" / "show" / "pci-names.c").read_text(encoding="utf-8"))
    assert "libpci3" in named(fields["hawctl"], "Recommends")
    # The service has no parser of files that users bring, and polkit is asked if it is there.
    assert not {"libxml2", "libarchive13", "hawctl", "polkitd"} & named(fields["hawd"], "Depends", "Pre-Depends")
    assert "dbus-system-bus" in named(fields["hawd"], "Depends")
    assert {"hawd", "hawctl", "cockpit-bridge"} <= named(fields["hawd-cockpit"], "Depends")
    version = subprocess.run(["dpkg-parsechangelog", "-l", TOP / "debian" / "changelog", "-S", "Version"], capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    # Later commits have higher versions, and the release the highest.
    release, revision = version.rsplit("-", 1)
    for name, package in fields.items():
        assert re.fullmatch(rf"{re.escape(version)}|{re.escape(release)}~git\d{{14}}\.[0-9a-f]{{10,}}-{revision}", package["Version"])
        assert package["Version"] == fields["hawd"]["Version"] and package["Multi-Arch"] == "foreign", name
        assert (package["Architecture"] == "all") == (name == "hawd-cockpit")


def test_programs_are_hardened(debs):
    """PIE, relocations that are read-only from the start, and a checked libc: hardening=+all."""
    programs = [debs.trees["hawctl"] / "usr/bin/hawctl", *(debs.trees["hawd"] / "usr/libexec/hawd").iterdir(), *(debs.trees["hawctl"] / "usr/libexec/hawd").iterdir()]
    assert len(programs) == 5
    for program in programs:
        text = subprocess.run(["readelf", "-Whld", "--dyn-syms", program], capture_output=True, text=True, check=True, timeout=30).stdout
        assert "DYN (Position-Independent" in text and "GNU_RELRO" in text and "BIND_NOW" in text, program
        assert "__stack_chk_fail" in text and re.search(r"__\w+_chk\b", text), program
        assert not re.search(r"GNU_STACK.* RWE ", text) and not re.search(r"R(UN)?PATH", text), program


def test_hawctl_alone(debs):
    """Without the service, and without the library that it only loads if it is there."""
    program = debs.trees["hawctl"] / "usr/bin/hawctl"
    needed = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True, timeout=30).stdout
    assert "libpci" not in needed
    done = subprocess.run([program, "models", "--json=short"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0 and '"hawd-models/1"' in done.stdout, done.stderr


def test_documents(debs):
    """Links between the documents hold: they are not compressed. The licence is in each package."""
    for name, tree in debs.trees.items():
        place = tree / "usr/share/doc" / name
        assert {"copyright", "changelog.Debian.gz"} <= {path.name for path in place.iterdir()}
        assert name == "hawd-cockpit" or list(place.glob("NEWS*")), name
        assert "LGPL-2.1-or-later" in (place / "copyright").read_text(encoding="utf-8")
    place = debs.trees["hawctl"] / "usr/share/doc/hawctl"
    for page in (TOP / "docs").glob("*.md"):
        assert (place / "docs" / page.name).exists()
    links = [link for page in (place / "README.md", *(place / "docs").glob("*.md"))
             for link in re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert set(links) <= {"CONTRIBUTING.md"}
    assert (place / "examples" / "libvirt-hook").resolve().name == "libvirt-hook"


def test_lintian(debs):
    if not shutil.which("lintian"):
        pytest.skip("lintian is not installed")
    done = subprocess.run(["lintian", "--allow-root", "--pedantic", "--fail-on=error,warning,pedantic", packages.one(debs.directory, "*.changes")],
                          capture_output=True, text=True, check=False, timeout=900, env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr
    # Each override says why.
    overrides = [*(TOP / "debian").glob("*.lintian-overrides"), TOP / "debian" / "source" / "lintian-overrides"]
    assert len(overrides) > 1
    for path in overrides:
        blocks = re.findall(r"((?:^#.*\n)*)^(?!#)\S.*$", path.read_text(encoding="utf-8"), re.M)
        assert blocks and all(comment for comment in blocks), path


def test_reproducible():
    if not os.environ.get("HAWD_TEST_ALL"):
        pytest.skip("building the packages twice more takes minutes: HAWD_TEST_ALL=1")
    place = packages.BUILD / "packages" / "check"
    done = subprocess.run([TOP / "tools" / "package", "--check", place], capture_output=True, text=True, check=False, timeout=3000)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-20000:]
    assert re.search(r"^(\d+) files are the same in two builds$", done.stdout, re.M)
    # What everything else was tested with is that, too.
    first = packages.built()
    if "HAWD_PACKAGES" not in os.environ:
        for path in place.glob("*.deb"):
            assert path.read_bytes() == (first / path.name).read_bytes()
