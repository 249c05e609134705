"""What a build does where something is missing that only tests need; and the scripts of tools/."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
PKG_CONFIG = shutil.which("pkg-config")
# Of the build that runs this test, a compiler or sanitizers must not get into another.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("CC", "CFLAGS", "LDFLAGS", "ASAN_OPTIONS", "LD_PRELOAD")}


@pytest.fixture(name="libraries")
def fixture_libraries(tmp_path):
    """All of pkg-config's files but cmocka's."""
    if not PKG_CONFIG or not shutil.which("meson"):
        pytest.skip("no pkg-config or no meson here")
    place = tmp_path / "pkgconfig"
    place.mkdir()
    for directory in subprocess.run([PKG_CONFIG, "--variable", "pc_path", "pkg-config"], capture_output=True, text=True, check=True).stdout.strip().split(":"):
        for file in pathlib.Path(directory).glob("*.pc"):
            if file.name != "cmocka.pc" and not (place / file.name).exists():
                (place / file.name).symlink_to(file)
    # Nor is it found by CMake's file.
    (tmp_path / "cmake").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (tmp_path / "cmake").chmod(0o755)
    return {"PKG_CONFIG_LIBDIR": str(place), "PKG_CONFIG_PATH": "", "PATH": f"{tmp_path}:{os.environ['PATH']}"}


def configure(build, *options, **environment):
    return subprocess.run(["meson", "setup", build, TOP, *options], capture_output=True, text=True, check=False, timeout=240, env=ENVIRONMENT | environment)


def suites(build):
    done = subprocess.run(["meson", "introspect", build, "--tests"], capture_output=True, text=True, check=True, timeout=60)
    return {suite.split(":")[-1]: test["cmd"] for test in json.loads(done.stdout) for suite in test["suite"]}


def test_without_cmocka(tmp_path, libraries):
    """The tests that need it are left out, the others are there."""
    done = configure(tmp_path / "build", **libraries)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cmocka was not found" in done.stdout.split("Tests")[-1]
    found = suites(tmp_path / "build")
    assert {"fuzz", "tree", "bus", "dist"} <= set(found)
    assert not any("/unit/test-" in word for commands in found.values() for word in commands)


def test_without_pytest(tmp_path, libraries):
    """Nor pytest: the samples of the fuzz targets are left."""
    (tmp_path / "pytest.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    done = configure(tmp_path / "build", PYTHONPATH=str(tmp_path), **libraries)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = done.stdout.split("Tests")[-1]
    assert "cmocka was not found" in summary and "pytest or jsonschema was not found" in summary
    assert set(suites(tmp_path / "build")) <= {"fuzz", "corpus"}


def test_all_tests_are_demanded(tmp_path, libraries):
    """As tools/test does."""
    assert "-Dtests=enabled" in (TOP / "tools" / "test").read_text(encoding="utf-8")
    done = configure(tmp_path / "build", "-Dtests=enabled", **libraries)
    assert done.returncode != 0 and "cmocka" in done.stdout + done.stderr


def test_no_tests(tmp_path, libraries):
    done = configure(tmp_path / "build", "-Dtests=disabled", **libraries)
    assert done.returncode == 0 and not suites(tmp_path / "build")


def test_packages_are_installed_without_guessable_files(tmp_path):
    """install-packages, with an apt-get that fails: its words are shown, and nothing is written or left but what mktemp made."""
    tools, temporary = tmp_path / "bin", tmp_path / "tmp"
    tools.mkdir()
    temporary.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\ncase $1 in install) echo no such package; readlink /proc/$$/fd/1 >&2; exit 100 ;; esac\n", encoding="utf-8")
    (tools / "dpkg-query").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (tools / "sudo").write_text('#!/bin/sh\nexec "$@"\n', encoding="utf-8")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    done = subprocess.run([TOP / "tools" / "install-packages", "run"], capture_output=True, text=True, check=False, timeout=60,
                          env=os.environ | {"PATH": f"{tools}:{os.environ['PATH']}", "TMPDIR": str(temporary)})
    assert done.returncode == 1 and "no such package" in done.stderr
    assert f"{temporary}/tmp." in done.stderr and list(temporary.iterdir()) == []


APT = """#!/bin/sh
echo "apt-get $*" >>"$CALLS"
case $1 in
update) touch "$CALLS.updated" ;;
install) [ -e "$CALLS.updated" ] || exit 100 ;;
esac
"""
# Knows nothing before the update, and then all but one; clang is of another version than that of Debian 12.
APT_CACHE = """#!/bin/sh
[ -e "$CALLS.updated" ] || exit 100
case $*:$1 in
depends*) echo "  Depends: clang-19" ;;
*chromium:madison) ;;
*:madison) echo "$2 | 1" ;;
esac
"""


def test_packages_of_other_releases(tmp_path):
    """On a machine without package lists: they are updated, names are those of the release, and what only tests need may be missing."""
    for name, text in {"apt-get": APT, "apt-cache": APT_CACHE, "dpkg-query": "#!/bin/sh\nexit 1\n", "sudo": '#!/bin/sh\nexec "$@"\n'}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    calls = tmp_path / "calls"
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(calls)}
    command = [TOP / "tools" / "install-packages", "test"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    first, update, second = calls.read_text().splitlines()
    assert first.startswith("apt-get install ") and update == "apt-get update -qq"
    assert {"libclang-rt-19-dev", "meson", "chromium-driver"} <= set(second.split()) and not {"chromium", "libclang-rt-14-dev"} & set(second.split())
    assert "chromium is not a package of this release" in done.stderr
    # With lists that have everything, nothing is updated.
    calls.unlink()
    assert subprocess.run(command, capture_output=True, check=False, timeout=60, env=environment).returncode == 0
    assert calls.read_text().count("apt-get") == 1


def fuzz_tool(place, *arguments):
    return subprocess.run([TOP / "tools" / "fuzz", *arguments], capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT | {"FUZZ_CORPUS": str(place)})


def test_fuzz_adds_up_its_runs(tmp_path):
    """Seconds and executions of all runs; edges and inputs of the last."""
    (tmp_path / "runs").write_text("dmar 60 1000 700 20\nivrs 61 5 400 3\ndmar 3600 2000000000 712 19\n", encoding="utf-8")
    lines = fuzz_tool(tmp_path, "--times").stdout.splitlines()
    assert [line.split()[:4] for line in lines] == [["dmar", "3660", "s", "2000001000"], ["ivrs", "61", "s", "5"], ["all", "3721", "s", "2000001005"]]
    assert lines[0].endswith("reaches   712 edges with    19 inputs")


def test_fuzz_says_how_it_is_used(tmp_path):
    done = fuzz_tool(tmp_path, "--nonsense")
    assert done.returncode == 2 and "tools/fuzz [TARGET...]" in done.stderr and not done.stdout
    done = fuzz_tool(tmp_path / "empty", "--times")
    assert done.returncode == 1 and "no runs yet" in done.stderr
