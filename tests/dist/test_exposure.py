"""systemd's own measure of each unit: no worse than docs/security.md says, and what is left over has its reason there."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import release

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
BUILD = pathlib.Path(os.environ["HAWCTL"]).parent.parent
SERVICE_MOST = 0.9
# Releases of systemd that know more settings than the table, which is of Debian 12's.
NEWER_MOST = 1.5


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", name="units")
def fixture_units(tmp_path_factory):
    """Path of each service that is installed, examples included. An alias is no unit of its own."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    root = tmp_path_factory.mktemp("root")
    done = run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", root)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {path.name: path for path in root.rglob("*.service") if not path.is_symlink() and "dbus-1" not in path.parts}
    assert "hawd.service" in found
    return found


def section():
    text = (TOP / "docs" / "security.md").read_text(encoding="utf-8")
    return re.search(r"^## Units$(.*?)(?=^## )", text, re.M | re.S)[1]


def scores():
    """Unit → documented score."""
    return {unit: float(score) for unit, score in re.findall(r"^\| `([\w.-]+\.service)` \| ([0-9.]+) \|", section(), re.M)}


def reasons():
    """Setting → (units that lack it, reason)."""
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", section(), re.M)
    return {setting: (set(re.findall(r"[\w-]+", units)), reason.strip()) for setting, units, reason in rows
            if not setting.endswith(".service")}


def exposure(analyze, unit):
    done = run(*analyze, "--no-pager", "security", "--offline=true", unit)
    said = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert said, done.stdout[-500:] + done.stderr
    return float(said[1])


def left_over(unit):
    """The settings for which a unit loses points."""
    done = run("systemd-analyze", "--no-pager", "security", "--offline=true", "--json=short", unit)
    assert done.returncode == 0, done.stderr
    return {row["name"] for row in json.loads(done.stdout) if row["exposure"] and float(row["exposure"]) > 0}


def test_scores(units):
    """A new unit needs its row; one that gets worse fails."""
    documented, measured = scores(), {name: exposure(["systemd-analyze"], path) for name, path in units.items()}
    print(run("systemd-analyze", "--version").stdout.split("\n", maxsplit=1)[0], measured)
    assert set(documented) == set(measured)
    assert not {name: score for name, score in measured.items() if score > documented[name]}
    assert documented["hawd.service"] <= SERVICE_MOST


def test_reasons(units):
    """Each setting that costs points, with the units that lack it."""
    documented = reasons()
    assert all(len(reason.split()) >= 4 for _, reason in documented.values())
    for name, path in units.items():
        short = name.removesuffix(".service")
        assert left_over(path) == {setting for setting, (lacking, _) in documented.items() if short in lacking}, name


def test_the_measure_measures(units, tmp_path):
    """Without its sandbox the same service is over the line."""
    bare = tmp_path / "bare.service"
    bare.write_text(re.sub(r"^(Protect|Private|Restrict|SystemCall|Capability|User=).*\n", "",
                           units["hawd.service"].read_text(encoding="utf-8"), flags=re.M), encoding="utf-8")
    assert exposure(["systemd-analyze"], bare) > 2


@pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"), reason="fetches the systemd of other releases: with HAWD_TEST_ALL")
@pytest.mark.parametrize("suite", ["trixie", "sid"])
def test_newer_releases(units, suite):
    try:
        analyze = release.command(release.tree(suite, ["systemd"]), "usr/bin/systemd-analyze")
    except release.Missing as why:
        pytest.skip(str(why))
    measured = {name: exposure(analyze, path) for name, path in units.items()}
    print(run(*analyze, "--version").stdout.split("\n", maxsplit=1)[0], measured)
    assert measured.pop("hawd.service") <= SERVICE_MOST
    assert max(measured.values()) <= NEWER_MOST, measured
