"""The AppArmor profiles as they are installed: for the right programs, and read without a word by the parsers of releases. Machines
of tests/vm enforce them."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import release

BUILD = pathlib.Path(os.environ["HAWCTL"]).parent.parent
PARSER = shutil.which("apparmor_parser", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
PROFILES = {"usr.libexec.hawd.hawd": "hawd", "usr.libexec.hawd.hawd-collect": "hawd-collect"}


@pytest.fixture(scope="module", name="root")
def fixture_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", root], check=True, capture_output=True)
    return root


def parse(parser, profile, *options):
    """Without the kernel and a cache; what is said of the kernel, which tests may run without, is left out."""
    done = subprocess.run([*parser, "--skip-kernel-load", "--skip-cache", *options, profile], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "Cache read/write disabled" not in line]
    assert (done.returncode, said) == (0, [])
    return done.stdout


def test_programs(root):
    """Each is in a file that is named after its program, which is installed, and takes a site's own rules."""
    directory = root / "etc" / "apparmor.d"
    assert {path.name for path in directory.iterdir()} == set(PROFILES)
    for name, profile in PROFILES.items():
        text = (directory / name).read_text(encoding="ascii")
        program = re.search(rf"^profile {profile} (/\S+) {{$", text, re.M)[1]
        assert program[1:].replace("/", ".") == name and (root / program[1:]).is_file()
        assert f"  include if exists <local/{name}>\n}}" in text
        # Nothing is executed, under whatever profile.
        assert not re.search(r"^\s[^#]*\s\w*[xX]\w*,$", text, re.M)


@pytest.mark.skipif(not PARSER, reason="no apparmor_parser here (package apparmor)")
@pytest.mark.parametrize("name", PROFILES)
def test_parser(root, name, tmp_path):
    profile = root / "etc" / "apparmor.d" / name
    parse([PARSER], profile)
    assert parse([PARSER], profile, "--names").split() == [PROFILES[name]]
    # And the parser would say what is wrong.
    broken = tmp_path / name
    broken.write_text(profile.read_text(encoding="ascii").replace("abstractions/base", "abstractions/nothing"), encoding="ascii")
    with pytest.raises(AssertionError, match="nothing"):
        parse([PARSER], broken)


@pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"), reason="fetches the parser of other releases: with HAWD_TEST_ALL")
@pytest.mark.parametrize("suite", ["trixie", "sid"])
def test_newer_parsers(root, suite):
    """With the abstractions of their own release."""
    try:
        tree = release.tree(suite, ["apparmor"])
    except release.Missing as why:
        pytest.skip(str(why))
    parser = release.command(tree, "usr/sbin/apparmor_parser")
    features = ["--policy-features", tree / "etc/apparmor.d/abi/4.0"] if (tree / "etc/apparmor.d/abi/4.0").exists() else []
    for name in PROFILES:
        parse(parser, root / "etc" / "apparmor.d" / name, "--base", tree / "etc/apparmor.d", "--config-file", "/dev/null", *features)
