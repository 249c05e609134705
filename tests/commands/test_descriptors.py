"""Programs that are started without standard input, output or error, and output that cannot be written."""
import json
import os
import subprocess

import pytest

from guests import guest, intel
from tree import Tree

HAWCTL, HAWD = os.environ["HAWCTL"], os.environ["HAWD"]
GUEST = json.dumps(guest())
VERBS = {
    "status": [], "status --timeout=60": [], "describe": [], "iommus": [], "groups": [], "devices": [], "regions": [], "map": [], "map guest.json": [], "check guest.json": [], "check -- qemu-system-x86_64 -m 4G": [],
    "fit --bar=1GiB guest.json": [], "audit": [], "compare tree tree": None, "decode vtd d2008c40660462 f050da": None, "capture -": [], "capture --force x.tar.zst": [], "capture --force x/": [],
    "baseline tree": None, "place guest.json x.hawd": None, "models": [], "models EPYC": [], "doctor": [], "export prometheus": [],
    "diff tree x.hawd": None, "history past": None, "help": None, "help check": None, "--version": None, "--help": None, "--list-verbs": None,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    path = tmp_path_factory.mktemp("place")
    intel(39, 39)(Tree(path / "tree"))
    (path / "guest.json").write_text(GUEST)
    (path / "past").mkdir()
    document = subprocess.run([HAWCTL, "describe", f"--root={path}/tree"], capture_output=True, check=True).stdout
    (path / "past/0001-0123456789abcdef0123456789abcdef.json").write_bytes(document)
    subprocess.run([HAWCTL, "capture", path / "x.hawd", f"--root={path}/tree"], capture_output=True, check=True)
    return path


def run(place, words, redirections, root="tree"):
    """With a shell that closes or points descriptors elsewhere, and only then starts it."""
    root = f" --root={root}" if VERBS.get(words, []) is not None else ""
    return subprocess.run(["sh", "-c", f"exec {HAWCTL} {root} {words} {redirections}"], cwd=place, capture_output=True, check=False, timeout=60)


def test_every_verb_is_here():
    listed = subprocess.run([HAWCTL, "--list-verbs"], capture_output=True, text=True, check=True).stdout.split()
    # gather needs hosts: tests/gather
    assert set(listed) - {words.split()[0] for words in VERBS} == {"monitor", "gather"}


@pytest.mark.parametrize("words", VERBS)
def test_closed(words, place):
    """The same answer as with them; an archive is unpacked by a program that has pipes for them."""
    for root in ("tree", "x.hawd") if VERBS[words] is not None and " " not in words else ("x.hawd",):
        usual = run(place, words, "</dev/null", root)
        # 1: doctor cannot look at all of a tree.
        assert usual.returncode in (0, 3, *[1] * (words == "doctor")) and usual.stdout, usual
        for redirections in ("<&-", "2>&-", "<&- 2>&-"):
            done = run(place, words, redirections, root)
            assert done.returncode == usual.returncode and (done.stdout == usual.stdout or "audit" in words or "capture" in words), (redirections, done)


@pytest.mark.parametrize("output", [">&-", ">/dev/full", "<&- >&- 3>&- 4>&-"])
@pytest.mark.parametrize("words", [w for w in VERBS if not w.startswith("capture --")])
def test_output_that_cannot_be_written(words, output, place):
    for root in ("x.hawd", "tree") if words == "status" else ("x.hawd",):
        done = run(place, words, output, root)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done


def test_nothing_is_written_into_a_file(place):
    """What is opened next does not become standard output or error: a capture would have messages in it."""
    for redirections in (">&-", "2>&-", "<&- >&- 2>&-"):
        subprocess.run(["rm", "-rf", place / "out.tar.zst"], check=True)
        subprocess.run(["sh", "-c", f"exec {HAWCTL} capture out.tar.zst --root=tree {redirections}"], cwd=place, check=False, timeout=60)
        if (place / "out.tar.zst").exists():
            subprocess.run(["zstd", "-tq", place / "out.tar.zst"], check=True)


def test_standard_input_that_is_closed(place):
    done = run(place, "check -", "<&-")
    assert done.returncode == 1 and done.stderr == b"hawctl: standard input: Bad file descriptor\n"


def test_reader_that_leaves(place):
    """It has seen enough: that is no failure."""
    for words in ("describe", "--help", "map"):
        done = subprocess.run(["bash", "-c", f"{HAWCTL} {words} --root=tree | true; echo ${{PIPESTATUS[0]}}"], cwd=place, capture_output=True, text=True, check=False)
        assert done.stdout == "0\n" and not done.stderr, done


@pytest.mark.parametrize("words", [w for w in VERBS if not w.startswith(("capture", "--", "help"))])
def test_reader_that_has_left(words, place):
    """Not a byte can be written, of text or of JSON: the status stays, and nobody is told of a lack of memory."""
    usual = run(place, words, "</dev/null")
    for more in ("",) if words.startswith("export") else ("", " -j --json=pretty"):
        end, output = os.pipe()
        os.close(end)
        root = ["--root=tree"] if VERBS[words] is not None else []
        first, *rest = words.split(" -- ")
        done = subprocess.run([HAWCTL, *root, *first.split(), *more.split(), *(["--", *rest[0].split()] if rest else [])],
                              cwd=place, stdout=output, stderr=subprocess.PIPE, check=False, timeout=60)
        os.close(output)
        assert (done.returncode, done.stderr) == (usual.returncode, usual.stderr), more


def open_descriptors(pid):
    return {int(fd): os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}


@pytest.mark.parametrize("program", ["hawd", "hawd-collect", "hawd-archive", "hawd-domain"])
def test_other_programs(program, tmp_path):
    """Each starts with all three closed; its help cannot be written then."""
    places = [os.path.join(os.path.dirname(p), program) for p in (HAWD, HAWCTL)]
    path = next(p for p in places if os.path.exists(p))
    done = subprocess.run(["sh", "-c", f"exec {path} --help <&- >&- 2>&-"], cwd=tmp_path, check=False, timeout=60)
    assert done.returncode in (1, 2)
    if program in ("hawd", "hawd-collect"):
        for output in (">&-", ">/dev/full"):
            done = subprocess.run(["sh", "-c", f"exec {path} --version {output}"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == 1 and done.stderr.startswith(f"{program}: standard output: "), done


def test_collector_writes_its_files_whole(place, tmp_path):
    """With nothing open, the first file it makes would be its standard input, output or error."""
    collect = os.path.join(os.path.dirname(HAWD), "hawd-collect")
    done = subprocess.run(["sh", "-c", f"exec {collect} --root={place}/tree --output={tmp_path} <&- >&- 2>&-"], check=False, timeout=60)
    assert done.returncode == 0
    usual = tmp_path / "usual"
    usual.mkdir()
    subprocess.run([collect, f"--root={place}/tree", f"--output={usual}"], check=True)
    for path in usual.rglob("*"):
        if path.is_file():
            assert (tmp_path / path.relative_to(usual)).read_bytes() == path.read_bytes()


def test_document_on_a_high_descriptor(place):
    """Process substitution, and descriptors of the caller's, work as they did."""
    done = subprocess.run(["bash", "-c", f"{HAWCTL} check --root=tree -j <(cat guest.json)"], cwd=place, capture_output=True, text=True, check=False, timeout=60)
    assert json.loads(done.stdout)["verdict"], done
    done = subprocess.run(["bash", "-c", f"{HAWCTL} check --root=tree -j /dev/stdin <guest.json"], cwd=place, capture_output=True, text=True, check=False, timeout=60)
    assert json.loads(done.stdout)["verdict"]
    done = subprocess.run(["bash", "-c", f"{HAWCTL} diff <({HAWCTL} describe --root=tree) <({HAWCTL} describe --root=x.hawd)"], cwd=place, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0 and not done.stderr
