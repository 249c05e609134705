"""Reading a fleet from files and directories that are empty, deep, damaged or cannot be read, and hosts that are there twice."""
import gzip
import json
import os
import pathlib
import subprocess

import pytest

import hosts_intel
from fleet_reader import HAWCTL, SOON, errors, hosts, places
from tree import Tree


def test_nothing(reader, tmp_path):
    """Files and directories without a profile are errors: a host may be missing."""
    reader.write("empty.json", "")
    reader.write("blank.json", "\n \n\t\n")
    (tmp_path / "empty").mkdir()
    reader.write("other/README", "text")
    reader.write("a.json", reader.line("a"))
    for name, text in (("empty.json", "empty: no profile in it"), ("blank.json", "empty: no profile in it"), ("empty", "empty: no profile in it"),
                       ("other", "no profile in it: no file is named *.json, *.jsonl, *.ndjson or *.tar"), ("missing", "No such file or directory")):
        done = reader.run(name)
        assert (done.returncode, errors(done)) == (1, [f"hawctl: {name}: {text}", "hawctl: no host was read"]), done
        done = reader.run(name, "a.json")
        assert (done.returncode, errors(done), hosts(done)) == (1, [f"hawctl: {name}: {text}"], ["a"]), done
    done = reader.run("-")
    assert (done.returncode, errors(done)) == (1, ["hawctl: standard input: empty: no profile in it", "hawctl: no host was read"])


def test_directory_with_others(reader, tmp_path):
    """Other files are named, and do no harm; loops are not followed; nothing waits for the writer of a FIFO."""
    for name in ("fleet/a.json", "fleet/b/b.jsonl", "fleet/z.ndjson"):
        reader.write(name, reader.line(pathlib.Path(name).stem))
    for name in ("fleet/README.md", "fleet/notes.txt", "fleet/.part.json"):
        reader.write(name, "text")
    done = reader.run("fleet")
    assert hosts(done) == ["a", "b", "z"] and done.returncode == 0
    assert errors(done) == ["hawctl: fleet: README.md and 1 more are ignored: not named as a profile"]
    (tmp_path / "fleet" / "loop").symlink_to(".")
    (tmp_path / "fleet" / "b" / "up").symlink_to("..")
    (tmp_path / "fleet" / "link.json").symlink_to("a.json")
    done = reader.run("fleet")
    assert hosts(done) == ["b", "link.json", "z"] or "was read before, at fleet/a.json:1" in done.stderr
    assert "hawctl: fleet/b: up is ignored: a symbolic link to a directory" in done.stderr and done.returncode == 0
    os.mkfifo(tmp_path / "fleet" / "fifo.json")
    (tmp_path / "fleet" / "self.json").symlink_to("self.json")
    (tmp_path / "fleet" / "gone.json").symlink_to("nowhere")
    done = reader.run("fleet")
    assert done.returncode == 1 and "hawctl: fleet/fifo.json: not a regular file" in done.stderr and "hawctl: fleet/gone.json: No such file or directory" in done.stderr
    assert "hawctl: fleet/self.json: Too many levels of symbolic links" in done.stderr and hosts(done)[-1] == "z"


def test_many_directories(reader, tmp_path):
    """Of an argument 20 messages of each kind, whatever is below it; files named as directories of a host make no host."""
    for i in range(30):
        reader.write(f"etc/{i}/proc", "x")
        reader.write(f"etc/{i}/sys", "x")
        reader.write(f"etc/b{i}/a.json", reader.line(f"h{i}"))
        reader.write(f"etc/b{i}/README", "x")
        reader.write(f"etc/c{i}.json", "x")
    done = reader.run("etc")
    assert sorted(hosts(done)) == sorted(f"h{i}" for i in range(30)) and done.returncode == 1
    assert len(errors(done)) == 20 + 1 + 20 + 1 and "hawctl: etc: 40 more documents or files could not be read" in errors(done), done.stderr
    assert errors(done)[-1] == "hawctl: etc: 10 more directories have files that are ignored"


def test_deep(reader):
    """Directories in directories have an end."""
    reader.write("deep/" + "d/" * 30 + "a.json", reader.line("a"))
    reader.write("deep/b.json", reader.line("b"))
    done = reader.run("deep")
    assert hosts(done) == ["b"] and done.returncode == 1 and "not read: more than 16 directories deep" in done.stderr


def test_unreadable(reader, tmp_path):
    reader.write("a.json", reader.line("a"))
    reader.write("closed.json", reader.line("b"))
    (tmp_path / "closed.json").chmod(0)
    if os.access(tmp_path / "closed.json", os.R_OK):
        pytest.skip("root reads everything")
    done = reader.run("closed.json", "a.json")
    assert (done.returncode, errors(done), hosts(done)) == (1, ["hawctl: closed.json: Permission denied"], ["a"])


def test_damaged_compression(reader, tmp_path):
    """What came before the damage is read, and the damage is reported."""
    text = reader.lines(*(f"host{i}" for i in range(400))).encode()
    packed = gzip.compress(text, 1)
    reader.write("cut.jsonl.gz", packed[:len(packed) // 2])
    done = reader.run("cut.jsonl.gz")
    assert done.returncode == 1 and 0 < len(hosts(done)) < 400 and errors(done)[-1] == "hawctl: cut.jsonl.gz: truncated gzip input", done.stderr
    reader.write("no.gz", b"\x1f\x8b\x08rubbish" * 50)
    done = reader.run("no.gz")
    assert done.returncode == 1 and errors(done)[0].startswith("hawctl: no.gz") and not done.stdout
    # A capture cannot be where no name is.
    hosts_intel.client_46_39(Tree(tmp_path / "tree"))
    subprocess.run([HAWCTL, "capture", "host.tar.zst", "--root=tree"], cwd=tmp_path, check=True)
    done = reader.shell("READ - < host.tar.zst")
    assert done.returncode == 1 and "hawctl: standard input: a capture cannot be read from standard input; name its file" in done.stderr


# ── hosts ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_doubles(reader):
    """The last document of a host counts, whatever was read at the same time; both places are named."""
    reader.write("a.jsonl", reader.lines("x", "y", "z") + reader.line("x"))
    reader.write("b.jsonl", reader.lines("y"))
    done = reader.run("a.jsonl", "b.jsonl")
    assert hosts(done) == ["z", "x", "y"] and places(done) == ["a.jsonl:3", "a.jsonl:4", "b.jsonl:1"] and done.returncode == 0
    assert errors(done) == ["hawctl: a.jsonl:4: host x was read before, at a.jsonl:1; this document counts",
                            "hawctl: b.jsonl:1: host y was read before, at a.jsonl:2; this document counts"]
    reader.write("c.jsonl", reader.line("one", "a" * 32) + reader.line("two", "a" * 32) + reader.line("one", "b" * 32))
    done = reader.run("c.jsonl")
    assert hosts(done) == ["one", "two", "one"]
    assert errors(done) == ["hawctl: c.jsonl:2: host two has the machine ID of another host, at c.jsonl:1; both count",
                            "hawctl: c.jsonl:3: another host is named one too, at c.jsonl:1; both count"]


def test_order(reader):
    """With one processor and with all of them: the same hosts, in the same order, and the same messages."""
    lines = [reader.line(f"h{i % 130}", f"{i % 130:032x}") if i % 11 else f"bad {i}\n" for i in range(400)]
    reader.write("many.jsonl", "".join(lines))
    reader.write("more.jsonl", "".join(reversed(lines)))
    first = reader.run("many.jsonl", "more.jsonl")
    again = reader.shell("taskset -c $(taskset -cp $$ | sed 's/.*: \\([0-9]*\\).*/\\1/') READ many.jsonl more.jsonl")
    assert first.stdout == again.stdout and first.stderr == again.stderr and first.returncode == again.returncode == 1
    last = {}
    for path, part in (("many.jsonl", lines), ("more.jsonl", lines[::-1])):
        for number, line in enumerate(part, 1):
            if line.startswith("{"):
                name = json.loads(line)["host"]["hostname"]
                last.pop(name, None)
                last[name] = f"{path}:{number}"
    assert list(zip(hosts(first), places(first))) == list(last.items())


def test_verb(reader):
    """What was read is answered for all the same; the exit status says that it was not all."""
    reader.write("part.jsonl", reader.lines("a", "b") + "rubbish\n")
    done = subprocess.run([HAWCTL, "baseline", "--json=short", "part.jsonl"], cwd=reader.directory, capture_output=True, text=True, check=False, timeout=SOON)
    assert json.loads(done.stdout)["hosts"] == 2 and (done.returncode, done.stderr) == (1, "hawctl: part.jsonl:3: expected JSON (column 7)\n")
    reader.write("part.jsonl", "rubbish\n")
    done = subprocess.run([HAWCTL, "baseline", "part.jsonl"], cwd=reader.directory, capture_output=True, text=True, check=False, timeout=SOON)
    assert (done.returncode, done.stdout, errors(done)) == (1, "", ["hawctl: part.jsonl:1: expected JSON (column 7)", "hawctl: no host was read"])
