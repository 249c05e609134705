"""Whole hosts as trees: what the program says of each against what its inputs mean by hand."""
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

import hosts_arm
import hosts_intel
import hosts_iort
import hosts_kernel
import hosts_narrow
import hosts_other
import hosts_rmr
import hosts_smmu
import hosts_xen
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).read_text(encoding="utf-8"))
HOSTS = (hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS + hosts_smmu.HOSTS + hosts_rmr.HOSTS + hosts_iort.HOSTS + hosts_kernel.HOSTS +
         hosts_narrow.HOSTS + hosts_xen.HOSTS)


def run(*arguments, **environment):
    return subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, timeout=60, check=False,
                          env=os.environ | environment)


def describe(root):
    done = run("describe", f"--root={root}", "--json=short")
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def look_up(document, path):
    for key in path.split("."):
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


@pytest.fixture(params=HOSTS, ids=lambda host: host.__name__)
def host(request, tmp_path):
    request.param(Tree(tmp_path / "tree"))
    return request.param, tmp_path / "tree", tmp_path


def test_profile(host):
    build, root, _ = host
    document = json.loads(describe(root))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    wrong = {path: (look_up(document, path), value) for path, value in build.expect.items() if look_up(document, path) != value}
    assert not wrong, wrong
    assert {finding["id"] for finding in document["findings"]} == build.findings


def test_replay(host):
    """The same bytes again, from an archive, from a directory, and from a capture of a capture."""
    _, root, tmp = host
    first = describe(root)
    assert describe(root) == first
    assert run("capture", tmp / "one.tar.zst", f"--root={root}").returncode == 0
    assert describe(tmp / "one.tar.zst") == first
    assert run("capture", f"{tmp}/two/", f"--root={tmp}/one.tar.zst").returncode == 0
    assert describe(tmp / "two") == first
    assert not list(tmp.glob("*.??????")), "temporaries were left"


def test_screen(host):
    """The first screen fits, says something, and carries no escapes into a pipe."""
    _, root, _ = host
    for width in ("80", "60", "160"):
        done = run("status", f"--root={root}", COLUMNS=width, LC_ALL="C.UTF-8", TERM="xterm")
        text = done.stdout.decode()
        assert done.returncode == 0 and text.strip() and "\x1b" not in text
        long = [line for line in text.splitlines() if len(line) > int(width)]
        assert not long, long
    for verb in ("iommus", "groups", "devices", "regions"):
        done = run(verb, f"--root={root}")
        assert done.returncode == 0 and done.stdout
        assert json.loads(run(verb, f"--root={root}", "-j").stdout) is not None


def test_every_finding_comes_and_goes():
    """Each finding that the rules know appears in a tree and stays away from another."""
    sources = pathlib.Path(os.environ["HAWD_SOURCE"]) / "profile" / "findings"
    import re
    known = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)", (?:SEVERITY|capable|refused)', "".join(p.read_text() for p in sources.glob("*.c"))))
    known |= {"svm-disabled-by-firmware", "vmx-locked-by-firmware", "dmar-fault", "ivrs-fault"}
    seen = set().union(*(host.findings for host in HOSTS))
    assert known - seen <= {"width-sources-disagree"}, known - seen
    for finding in seen:
        assert any(finding not in host.findings for host in HOSTS)
