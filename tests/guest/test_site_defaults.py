"""An administrator's word on QEMU and firmware: after the description and the packages, but for an image that it names."""
import json
import os
import pathlib

import jsonschema
import pytest

from guests import GIB, device, guest, intel
from place import run

SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("guest-defaults.schema.json").read_text(encoding="utf-8"))
SAMPLES = sorted((pathlib.Path(os.environ["HAWD_SOURCE"]) / "tests/fuzz/site-defaults").iterdir())
IMAGE = {"path": "/srv/firmware/*.fd", "kind": "ovmf", "version": "202208"}


def ask(place, document, **site):
    (place.path / "site.json").write_text(json.dumps({"schema": "hawd-guest-defaults/1"} | site), encoding="utf-8")
    return run("check", place.guest(document), f"--root={place.host(intel(46, 48))}", "-j", f"--defaults={place.path}/site.json")


@pytest.mark.parametrize("firmware,site,version,verdict", [
    # 64 GiB do not fit the 32 GiB of OVMF before 202211.
    ({"kind": "ovmf"}, {"ovmf": "202411"}, "OVMF 202411, the default of this site", "safe"),
    ({"kind": "ovmf"}, {"ovmf": "202208"}, "OVMF 202208, the default of this site", "unsafe"),
    ({"kind": "ovmf", "path": "/srv/firmware/a.fd"}, {"ovmf": "202411", "images": [IMAGE]}, "ovmf 202208, from the defaults for its path", "unsafe"),
    ({"kind": "ovmf", "path": "/srv/firmware/sub/a.fd"}, {"ovmf": "202411", "images": [IMAGE]}, "OVMF 202411, the default of this site", "safe"),
    ({"kind": "unknown", "path": "/srv/firmware/a.fd"}, {"images": [IMAGE | {"version": "202411"}]}, "ovmf 202411, from the defaults for its path", "safe"),
    ({"kind": "ovmf"}, {"seabios": "1.16.3"}, "unknown: hawd uses the rules of OVMF 202411", "warning"),
    ({"kind": "ovmf", "version": "202411"}, {"ovmf": "202208"}, None, "safe"),
])
def test_order(place, firmware, site, version, verdict):
    done = ask(place, guest(bits="host", firmware=firmware, devs=[device(64 * GIB)]), **site)
    answer = json.loads(done.stdout)
    notes = [note["text"] for note in answer["assumed"] if note["what"].startswith("firmware")]
    assert answer["verdict"] == verdict and notes == ([version] if version else [])


def test_qemu(place):
    document = guest()
    del document["vmmVersion"]
    assert "QEMU 9.0, the default of this site" in ask(place, document, qemu="9.0").stdout


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_schema_and_reader(place, path):
    """What the schema refuses, the reader refuses with its place, and the other way round."""
    done = run("check", place.guest(guest()), f"--root={place.host(intel(46, 48))}", "-j", f"--defaults={path}")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        valid = jsonschema.Draft202012Validator(SCHEMA).is_valid(document)
    except ValueError:
        valid = False
    # A schema cannot tell that a name stands twice, that a version is 0, whose it is beside a kind, or that a size is a power of two.
    if path.name in ("twice", "zero-version", "none-with-version", "tag-of-seabios", "device-size", "window-not-a-power", "window-too-small"):
        valid = False
    assert (done.returncode == 0) is valid, done.stderr
    if not valid:
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and str(path) in done.stderr


def test_no_such_file(place):
    done = run("check", place.guest(guest()), f"--defaults={place.path}/nonesuch")
    assert done.returncode != 0 and "nonesuch" in done.stderr
