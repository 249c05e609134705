"""Domains are read by hawd-domain, a process of its own: when it is not there, ends early or says nonsense, hawctl says so."""
import os
import pathlib
import shutil
import subprocess

import pytest

from test_xml import domain

HAWCTL = pathlib.Path(os.environ["HAWCTL"])
GUEST = '{"schema":"hawd-guest/1","memory":{"ram":1073741824}}'


@pytest.fixture(name="hawctl")
def beside(tmp_path):
    """A hawctl with a hawd-domain that the test makes beside it."""
    shutil.copy(HAWCTL, tmp_path)

    def run(script=None):
        if script is not None:
            (tmp_path / "hawd-domain").write_text("#!/bin/sh\nexec 2>/dev/null\n" + script, encoding="utf-8")
            (tmp_path / "hawd-domain").chmod(0o755)
        return subprocess.run([tmp_path / "hawctl", "check", "-", "--root=/nonexistent"], input=domain(), capture_output=True, text=True,
                              timeout=120, check=False)
    return run


def test_libxml_is_not_hawctls():
    """With what it brings along it was 2.4 MiB of each hawctl."""
    libraries = subprocess.run(["ldd", HAWCTL], capture_output=True, text=True, check=True).stdout
    assert "libjansson" in libraries and "libxml2" not in libraries
    assert "libxml2" in subprocess.run(["ldd", HAWCTL.parent / "hawd-domain"], capture_output=True, text=True, check=True).stdout


def test_not_there(hawctl):
    if any(pathlib.Path(where, "hawd-domain").exists() for where in ("/usr/libexec/hawd", "/usr/local/libexec/hawd")):
        pytest.skip("an installed one would be taken")
    done = hawctl()
    assert (done.returncode, done.stderr) == (1, "hawctl: standard input: cannot run hawd-domain: No such file or directory; 'hawctl doctor' says what to do\n")


@pytest.mark.parametrize("script", [
    "exit 1", "exit 0", "echo '{'", f"echo '{GUEST}'; exit 1", "echo '[]'; exit 2",
    "printf '{\"line\": 0, \"text\": \"\\\\u001b[2Jx\"}'; exit 2",
    f"echo '{GUEST}{GUEST}'", "yes '[' | head -c 40000000", "printf '{\"a\": \"'; yes | tr -d '\\n' | head -c 40000000",
])
def test_nonsense(hawctl, script):
    done = hawctl(script)
    assert done.returncode == 1 and done.stderr == "hawctl: standard input: hawd-domain: Protocol error\n", done.stderr


@pytest.mark.parametrize("script,said", [
    ("kill -9 $$", "hawd-domain ended with signal 9 (Killed)"),
    ("cat >/dev/null; kill -TERM $$", "hawd-domain ended with signal 15 (Terminated)"),
    ("kill -SYS $$", "hawd-domain was stopped (SIGSYS): it made a system call that it is not allowed. "
                     "The input may be an attack; if you trust it, report it to hawd"),
    ("kill -XCPU $$", "takes more than 2 s of processor time to read, the limit of hawd-domain; remove what does not describe the guest, such as <metadata>"),
    ("exit 124", "takes more than 2 s of processor time to read, the limit of hawd-domain; remove what does not describe the guest, such as <metadata>"),
    ("exit 125", "takes more than 48 MiB of memory to read, the limit of hawd-domain; remove what does not describe the guest, such as <metadata>"),
    ("exit 126", "hawd-domain could not drop its privileges and did not start"),
    (f"echo '{GUEST}'; kill -9 $$", "hawd-domain ended with signal 9 (Killed)"),
])
def test_what_ended_it(hawctl, script, said):
    done = hawctl(script)
    assert (done.returncode, done.stderr) == (1, f"hawctl: standard input: {said}\n")


def test_it_never_answers(hawctl):
    """Neither with its output open nor once it is closed."""
    if not os.environ.get("HAWD_TEST_ALL"):
        pytest.skip("takes 40 s: with HAWD_TEST_ALL=1")
    for script in ("exec sleep 1000", "exec 1>&-; exec sleep 1000"):
        done = hawctl(script)
        assert (done.returncode, done.stderr) == (1, "hawctl: standard input: hawd-domain did not finish within 20 s\n")


@pytest.mark.parametrize("script,said", [
    ("echo '{\"line\": 3, \"text\": \"<memory>: no\"}'; exit 2", "line 3: <memory>: no"),
    ("echo '{\"schema\": \"hawd-guest/1\"}'", "machine: missing"),
])
def test_what_it_says_is_not_trusted(hawctl, script, said):
    done = hawctl(script)
    assert done.returncode == 2 and done.stderr == f"hawctl: standard input: {said}\n"


def test_by_hand():
    """Who runs it without knowing is told."""
    done = subprocess.run([HAWCTL.parent / "hawd-domain", "--help"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (2, "hawd-domain is run by hawctl.\n", "")
