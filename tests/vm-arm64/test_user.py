"""The arm64 build under user emulation: host trees by its hawctl, and with `tools/test --all` the unit tests, built with ASan and UBSan.

Left out are tests that ask this machine instead of files: user emulation passes their system calls on to its kernel. hawd-archive and
hawd-domain are this machine's own, because a program under user emulation cannot start another one."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest

import cross
from image import Missing

BUILD, SOURCE = pathlib.Path(os.environ["HAWD_BUILD"]), pathlib.Path(os.environ["HAWD_SOURCE"])
# In each run what each tree gives; with --all also its screens, its captures and the rest.
TREES = [("trees/test_trees.py", ["-k", "test_profile"])]
ALL_TREES = [(name, []) for name in ("trees/test_trees.py", "trees/test_diff.py", "trees/test_json_read.py", "trees/test_hostile.py",
                                     "guest/test_cases.py", "fleet/test_classes.py")]
# Why each unit test cannot say anything here.
NOT_HERE = {
        "invariant": "draws hosts and guests for many minutes under emulation",
        "root": "its live case asks the machine that it runs on: test_units.py",
        "sandbox": "user emulation does not have system call filters: test_units.py",
}


@pytest.fixture(scope="session")
def hawctl(tmp_path_factory):
    """A script that runs the arm64 hawctl, as whoever starts it expects of a program."""
    try:
        built, wrapper = cross.build(), cross.wrapper()
    except Missing as why:
        pytest.skip(str(why))
    place = tmp_path_factory.mktemp("hawctl")
    script = place / "hawctl"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(wrapper)} {place}/real/hawctl "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    (place / "real").mkdir()
    (place / "real/hawctl").write_bytes((built / "ctl/hawctl").read_bytes())
    (place / "real/hawctl").chmod(0o755)
    for name in ("hawd-archive", "hawd-domain"):
        (place / "real" / name).symlink_to(BUILD / "ctl" / name)
    return script


def test_it_is_arm64(hawctl):
    header = (hawctl.parent / "real/hawctl").read_bytes()[:20]
    assert header[:5] == b"\x7fELF\x02" and int.from_bytes(header[18:20], "little") == 183  # EM_AARCH64


def test_trees(hawctl):
    for name, chosen in ALL_TREES if os.environ.get("HAWD_TEST_ALL") else TREES:
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *chosen,
                               SOURCE / "tests" / name],
                              capture_output=True, text=True, check=False, env=os.environ | {"HAWCTL": str(hawctl)})
        print(name, done.stdout.strip().splitlines()[-1])
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        assert int(re.search(r"(\d+) passed", done.stdout).group(1)) > 5


def unit_tests(built):
    """Name → command of the C programs among the unit tests; their programs are built."""
    listed = json.loads(subprocess.run(["meson", "introspect", "--tests", built], check=True, capture_output=True).stdout)
    programs = {test["name"]: [word for word in test["cmd"] if word.startswith("/")] for test in listed if "hawd:unit" in test["suite"]}
    commands = {}
    for name, words in programs.items():
        at = next((n for n, word in enumerate(words) if "/tests/unit/test-" in word), None)
        if at is not None:
            commands[name] = words[at:]
    cross.run("ninja", "-C", built, *[str(pathlib.Path(words[0]).relative_to(built)) for words in commands.values()])
    return commands


@pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"), reason="builds hawd once more, with its unit tests: tools/test --all")
def test_units():
    try:
        built = cross.configure("arm64-tests", "-Dtests=enabled", "-Dvm-tests=false", "-Db_sanitize=address,undefined", "-Db_lundef=false")
        failed, wrapper, commands = {}, cross.loaded(built / "sanitizers"), unit_tests(built)
    except Missing as why:
        pytest.skip(str(why))
    # LeakSanitizer stops its own process with ptrace(2), which user emulation does not have: leaks are found on x86.
    options = {"UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1", "ASAN_OPTIONS": "detect_leaks=0"}
    for name, words in commands.items():
        if name in NOT_HERE:
            print(f"{name}: left out: {NOT_HERE[name]}")
            continue
        done = subprocess.run([*wrapper, *words], capture_output=True, text=True, check=False, timeout=1200,
                              env=os.environ | options)
        if done.returncode not in (0, 77):
            failed[name] = [line for line in (done.stdout + done.stderr).splitlines() if "FAILED" in line or "rror" in line][-8:]
    print(f"{len(commands)} unit tests, {len(failed)} failed")
    assert len(commands) > 50 and not failed, failed
