"""A release: the tarball that `meson dist` makes is what the packages are built from, and packaging/hawd.spec."""
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

import packages
import pytest

TOP, BUILD = packages.TOP, packages.BUILD


def content(path):
    with tarfile.open(path) as archive:
        return {entry.name.rstrip("/"): (entry.mode & 0o111, entry.linkname, archive.extractfile(entry).read() if entry.isfile() else None) for entry in archive}


@pytest.fixture(scope="module", name="tarball")
def fixture_tarball():
    packages.git("rev-parse", "HEAD")
    environment = os.environ | {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    done = subprocess.run(["meson", "dist", "-C", BUILD, "--no-tests", "--formats=xztar", "--allow-dirty"], capture_output=True, text=True, check=False, timeout=900, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return packages.one(BUILD / "meson-dist", "hawd-*.tar.xz")


def test_tarball_is_what_packages_are_built_from(tarball, debs):
    """Names, contents and what is executable. Without debian/, which a distribution has itself."""
    release = content(tarball)
    source = content(packages.one(debs.directory, "hawd_*.orig.tar.xz"))
    assert len(release) > 1000 and release == source
    top = tarball.name.removesuffix(".tar.xz")
    inside = {name.split("/")[1] for name in release if "/" in name}
    assert {"meson.build", "NEWS", "LICENSE", "README.md", "packaging", "tests", "tools"} <= inside and "debian" not in inside
    assert {name.split("/")[0] for name in release} == {top}
    # Nothing that is in the repository is left out, but that.
    tracked = {f"{top}/{path}" for path in packages.git("ls-tree", "-r", "--name-only", "HEAD").splitlines() if not path.startswith("debian/")}
    assert {name for name, (_, _, data) in release.items() if data is not None} == tracked


def test_tests_run_from_the_tarball(tarball, debs, tmp_path):
    """Quick ones, with the programs that were built from it."""
    with tarfile.open(tarball) as archive:
        archive.extractall(tmp_path)
    source = tmp_path / tarball.name.removesuffix(".tar.xz")
    # hawctl looks for these beside it first.
    programs = tmp_path / "programs"
    programs.mkdir()
    for path in (debs.trees["hawctl"] / "usr/bin/hawctl", *(debs.trees["hawctl"] / "usr/libexec/hawd").iterdir()):
        shutil.copy(path, programs)
    schemas = debs.trees["hawctl"] / "usr/share/hawd"
    tests = source / "tests"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HAWD_")}
    environment |= {"HAWCTL": str(programs / "hawctl"), "HAWD_SOURCE": str(source), "HAWD_SCHEMA": str(schemas / "profile.schema.json"),
                    "PYTHONPATH": ":".join(str(tests / name) for name in ("trees", "guest", "oracle", "sandbox", "fleet"))}
    done = subprocess.run([sys.executable, tests / "run-pytest", tests / "dist" / "test_help.py", tests / "dist" / "test_docs.py", tests / "guest" / "test_screen.py", tests / "trees" / "test_arm64_screens.py"],
                          capture_output=True, text=True, check=False, timeout=900, env=environment)
    assert done.returncode == 0, done.stdout[-10000:] + done.stderr


# Fedora's macros that Debian's rpm does not have, with their values there. Nothing is compiled again: what this build made is
# installed, less the profiles for AppArmor, so that rpmbuild compares the lists of files with it.
MACROS = {"_unitdir": "/usr/lib/systemd/system", "_udevrulesdir": "/usr/lib/udev/rules.d", "_sysusersdir": "/usr/lib/sysusers.d",
          "_tmpfilesdir": "/usr/lib/tmpfiles.d", "meson(-)": "%{nil}", "meson_build": "%{nil}", "dist": "%{nil}",
          "sysusers_create_compat()": "echo sysusers", "tmpfiles_create()": "echo tmpfiles", "systemd_post()": "echo post",
          "systemd_preun()": "echo preun", "systemd_postun_with_restart()": "echo postun", "debug_package": "%{nil}",
          "_build_id_links": "none",
          "__brp_mangle_shebangs": "%{nil}"}


def rpmbuild(place, *arguments, **macros):
    defined = [word for name, value in (MACROS | {"_topdir": str(place)} | macros).items() for word in ("--define", f"{name} {value}")]
    return subprocess.run(["rpmbuild", "--nodeps", *defined, *arguments], capture_output=True, text=True, errors="replace", check=False, timeout=900,
                          env=os.environ | {"LC_ALL": "C.UTF-8", "HOME": str(place)})


def rpm(*arguments):
    done = subprocess.run(["rpm", *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")


@pytest.fixture(scope="module", name="rpms")
def fixture_rpms(tarball, tmp_path_factory):
    """Binary packages by the spec's lists of files, of what this build installs."""
    if not shutil.which("rpmbuild"):
        pytest.skip("rpmbuild is not installed")
    place = tmp_path_factory.mktemp("rpm")
    install = f"env DESTDIR=%{{buildroot}} meson install -C {BUILD} --no-rebuild --quiet && rm -r %{{buildroot}}/etc/apparmor.d"
    done = rpmbuild(place, "-bb", TOP / "packaging" / "hawd.spec", _sourcedir=str(tarball.parent), meson_install=install)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return {path.name.split("-0")[0].split("-1")[0]: path for path in (place / "RPMS").rglob("*.rpm")}


def test_spec_lists_every_file_once(rpms):
    """rpmbuild refuses a file that no list has and a list without a file; the packages have what Debian's have."""
    import test_debian
    assert set(rpms) == {"hawd", "hawctl", "hawd-cockpit"}
    found = {}
    for name, path in rpms.items():
        for file in rpm("-qlp", path):
            file = test_debian.as_packaged(file.lstrip("/"))
            if file and not file.startswith(("usr/share/doc/", "usr/share/licenses/")) and file not in ("usr/libexec/hawd", "usr/share/hawd", "usr/share/hawd/examples", "usr/share/cockpit/hawd"):
                assert found.setdefault(file, name) == name
    # The spec's -Dapparmor=false.
    expected = {test_debian.as_packaged(path) for path in packages.wanted() if not path.startswith("etc/apparmor.d/")}
    assert found == {path: test_debian.owner(path) for path in expected}


def test_spec_of_packages(rpms):
    requires = {name: {line.split()[0] for line in rpm("-qp", "--requires", path) if line} for name, path in rpms.items()}
    assert "hawd" not in requires["hawctl"] and {"hawd", "hawctl"} <= requires["hawd-cockpit"]
    assert rpm("-qp", "--qf", "%{ARCH}", rpms["hawd-cockpit"]) == ["noarch"]


def test_source_package(tarball, tmp_path):
    if not shutil.which("rpmbuild"):
        pytest.skip("rpmbuild is not installed")
    done = rpmbuild(tmp_path, "-bs", TOP / "packaging" / "hawd.spec", _sourcedir=str(tarball.parent), meson_install="%{nil}")
    assert done.returncode == 0, done.stderr
    assert set(rpm("-qlp", packages.one(tmp_path / "SRPMS", "*.src.rpm"))) - {""} == {"hawd.spec", tarball.name}


def test_rpmlint():
    if not shutil.which("rpmlint"):
        pytest.skip("rpmlint is not installed")
    done = subprocess.run(["rpmlint", TOP / "packaging" / "hawd.spec"], capture_output=True, text=True, check=False, timeout=120)
    said = [line.split(": ", 1)[1] for line in done.stdout.splitlines() if line.startswith("hawd.spec:")]
    # rpm makes the build root itself; there is no public address of the tarball.
    assert done.returncode == 0 and [line for line in said if "no-buildroot-tag" not in line and "invalid-url Source0" not in line] == [], done.stdout
    assert "1 specfiles checked" in done.stdout
