"""The summary as a fact of Ansible and of Facter, with both programs."""
import json
import os

import pytest

import hosts_intel
import hosts_other
from consumers import EXAMPLES, HAWCTL, export, host, installed, run


@pytest.fixture(name="facts")
def fixture_facts(tmp_path):
    """facts(build): a directory of facts, and a PATH on which hawctl sees that host."""
    def make(build):
        root = host(build, tmp_path / build.__name__)
        tools, place = tmp_path / f"{build.__name__}-bin", tmp_path / f"{build.__name__}-facts"
        tools.mkdir()
        place.mkdir()
        (tools / "hawctl").write_text(f'#!/bin/sh\nexec {HAWCTL} "$@" --root={root}\n', encoding="utf-8")
        (tools / "hawctl").chmod(0o755)
        return root, place, os.environ | {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    return make


def copy(name, target):
    target.write_bytes((EXAMPLES / name).read_bytes())
    target.chmod(0o755)


def ansible_local(place, environment):
    """As setup has it, of this host and as root or whoever runs the test."""
    done = run(installed("ansible"), "localhost", "-c", "local", "-e", "ansible_python_interpreter=/usr/bin/python3", "-m", "setup",
               "-a", f"fact_path={place} gather_subset=!all,!min,local", "--tree", place.parent / "tree", env=environment | {"ANSIBLE_NOCOLOR": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((place.parent / "tree" / "localhost").read_text(encoding="utf-8"))["ansible_facts"]["ansible_local"]


def test_ansible(facts, tmp_path):
    """The script, and links to the summary: where it is, and where the service has not started yet."""
    root, place, environment = facts(hosts_intel.client_46_39)
    copy("ansible-hawd.fact", place / "hawd.fact")
    (tmp_path / "summary.json").write_text(export("ansible", root), encoding="utf-8")
    (place / "linked.fact").symlink_to(tmp_path / "summary.json")
    (tmp_path / "empty.json").write_text("", encoding="ascii")
    (place / "empty.fact").symlink_to(tmp_path / "empty.json")
    found = ansible_local(place, environment)
    # By the tree.
    assert found["hawd"]["widths"]["safeGuestBits"] == {"value": 46, "reason": None} and found["hawd"]["widths"]["iovaBits"]["value"] == 39
    assert found["hawd"] == found["linked"] == json.loads(export("ansible", root)) and found["empty"] == {}


def test_ansible_without_hawctl(facts):
    """It says so, and the other facts are there."""
    _, place, environment = facts(hosts_other.bare)
    copy("ansible-hawd.fact", place / "hawd.fact")
    (place / "other.fact").write_text("{}", encoding="ascii")
    found = ansible_local(place, environment | {"PATH": "/usr/bin:/bin"})
    assert "hawctl" in str(found["hawd"]) and found["other"] == {}


def facter(place, environment, *query):
    done = run(installed("facter"), "--json", "--external-dir", place, *query, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_facter(facts):
    root, place, environment = facts(hosts_intel.client_46_39)
    copy("facter-hawd", place / "hawd")
    assert facter(place, environment, "hawd") == ({"hawd": json.loads(export("ansible", root))}, "")
    assert facter(place, environment, "hawd.widths.safeGuestBitsWithDevices.value")[0] == {"hawd.widths.safeGuestBitsWithDevices.value": 39}


def test_facter_without_hawctl(facts):
    _, place, environment = facts(hosts_intel.client_46_39)
    copy("facter-hawd", place / "hawd")
    found, said = facter(place, environment | {"PATH": "/usr/bin:/bin"}, "hawd", "kernel")
    assert not found.get("hawd") and found["kernel"] == "Linux" and "hawctl" in said
