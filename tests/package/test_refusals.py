"""What tools/package refuses, before it builds anything."""
import shutil
import subprocess

from packages import TOP, git


def run(top, *arguments):
    return subprocess.run([top / "tools" / "package", *arguments], capture_output=True, text=True, check=False, timeout=300)


def test_arguments(tmp_path):
    for arguments, word in ((["a", "b"], "b: one directory only"), (["--chekc"], "--chekc: expected --commit=")):
        done = run(TOP, *arguments)
        assert (done.returncode, done.stdout) == (2, "") and word in done.stderr and done.stderr.count("\n") == 1
    git("rev-parse", "HEAD")
    done = run(TOP, "--commit=none-such", tmp_path / "made")
    assert (done.returncode, done.stdout) == (1, "") and "the commit was not found" in done.stderr and not (tmp_path / "made").exists()


def test_no_repository_or_another(tmp_path):
    """A tarball that is unpacked somewhere, also inside of somebody else's repository."""
    place = tmp_path / "outer" / "hawd"
    shutil.copytree(TOP / "tools", place / "tools")
    for _ in range(2):
        done = run(place, tmp_path / "made")
        assert (done.returncode, done.stdout) == (1, "") and "builds from a clone" in done.stderr and not (tmp_path / "made").exists()
        subprocess.run(["git", "init", "-q", tmp_path / "outer"], check=True)
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@a.invalid", "-C", tmp_path / "outer", "commit", "-q", "--allow-empty", "-m", "one"], check=True)
