"""Reading a fleet: every way to name it, and documents that are wrong. print-fleet prints what was read, in order; standard error
and the exit status are those of every verb that takes a fleet."""
import gzip
import json
import pathlib
import shutil
import subprocess
import tarfile

import hosts_intel
from fleet_reader import HAWCTL, MIB, errors, good, hosts, places
from tree import Tree


# ── names of fleets ─────────────────────────────────────────────────────────────────────────────────────────


def test_lines_and_pretty(reader):
    """One file may mix both; places are those where the documents begin."""
    pretty = json.dumps(reader.host("pretty"), indent=2)
    tabs = json.dumps(reader.host("tabs"), indent="\t")
    reader.write("mixed.jsonl", "\ufeff" + reader.line("a") + "\n  \r\n" + pretty + "\n" + tabs + "\n" + reader.line("b").rstrip())
    done = reader.run("mixed.jsonl")
    good(done, "a", "pretty", "tabs", "b")
    start = 4 + len(pretty.splitlines())
    assert places(done) == ["mixed.jsonl:1", "mixed.jsonl:4", f"mixed.jsonl:{start}", f"mixed.jsonl:{start + len(tabs.splitlines())}"]


def test_hawctl_writes_what_is_read(reader, tmp_path):
    """Every layout of describe."""
    hosts_intel.client_46_39(Tree(tmp_path / "tree"))
    for layout in ("short", "pretty"):
        reader.write("one.json", subprocess.run([HAWCTL, "describe", "--root=tree", f"--json={layout}"], cwd=tmp_path, capture_output=True, check=True).stdout)
        done = reader.run("one.json")
        assert done.returncode == 0 and len(hosts(done)) == 1 and not done.stderr, done


def test_mixture(reader, tmp_path):
    """Files, a directory, a capture, a host tree and standard input; in the order of their names."""
    hosts_intel.client_46_39(Tree(tmp_path / "tree"))
    subprocess.run([HAWCTL, "capture", "host.tar.zst", "--root=tree"], cwd=tmp_path, check=True)
    with tarfile.open(tmp_path / "plain.tar", "w") as archive:
        archive.add(tmp_path / "tree", arcname=".")
    reader.write("one.json", json.dumps(reader.host("one"), indent=4))
    for name in ("host10.json", "host9.json", "sub/host1.jsonl", ".hidden.json"):
        reader.write(f"many/{name}", reader.line(pathlib.Path(name).stem))
    done = reader.run("one.json", "many", "host.tar.zst", "-", "plain.tar", "tree", input=reader.lines("x", "y"))
    tree = reader.run("tree").stdout.split("\t")[0]
    # One host thrice: the last counts.
    assert hosts(done) == ["one", "host9", "host10", "host1", "x", "y", tree], done
    assert places(done)[1:4] == ["many/host9.json:1", "many/host10.json:1", "many/sub/host1.jsonl:1"] and places(done)[-1] == "tree"
    assert errors(done) == [f"hawctl: plain.tar: host {tree} was read before, at host.tar.zst; this document counts",
                            f"hawctl: tree: host {tree} was read before, at plain.tar; this document counts"]
    assert done.returncode == 0


def test_compressed(reader):
    text = reader.lines(*(f"host{i}" for i in range(50)))
    names = [f"host{i}" for i in range(50)]
    reader.write("fleet.jsonl.gz", gzip.compress(text[:5000].encode()) + gzip.compress(text[5000:].encode()))
    good(reader.run("fleet.jsonl.gz"), *names)
    # The content decides, not the name.
    reader.write("fleet.jsonl", gzip.compress(text.encode()))
    good(reader.run("fleet.jsonl"), *names)
    reader.write("plain.jsonl", text)
    for program in ("zstd -q", "xz", "gzip"):
        if shutil.which(program.split()[0]):
            good(reader.shell(f"{program} -c plain.jsonl > packed; READ packed"), *names)
            good(reader.shell(f"{program} -c plain.jsonl | READ -"), *names)
            good(reader.shell(f"READ <({program} -c plain.jsonl)"), *names)
            good(reader.shell(f"{program} -c plain.jsonl > packed; READ - < packed"), *names)


def test_pipes(reader):
    reader.write("plain.jsonl", reader.lines("a", "b"))
    for words in ("READ <(cat plain.jsonl)", "READ /dev/stdin < plain.jsonl", "READ - < plain.jsonl", "mkfifo fifo; READ fifo & cat plain.jsonl > fifo; wait $!"):
        good(reader.shell(words), "a", "b")


def test_summaries(reader, tmp_path):
    hosts_intel.client_46_39(Tree(tmp_path / "tree"))
    done = reader.shell(f"{HAWCTL} describe --root=tree > whole.json; READ whole.json")
    assert done.returncode == 0
    summary = {"schema": "hawd-summary/1"}
    reader.write("bad.json", json.dumps(summary))
    done = reader.run("bad.json", "whole.json")
    assert done.returncode == 1 and errors(done) == ["hawctl: bad.json:1: host: missing"], done


# ── what is no profile ──────────────────────────────────────────────────────────────────────────────────────


def test_half_lines(reader):
    """Half a line in the middle, joined with the next, and at the end: the lines beside them are read."""
    a, b = reader.line("a"), reader.line("b")
    reader.write("half.jsonl", a + b[:700] + "\n" + b + a[:400] + b + reader.line("c") + b[:-2])
    done = reader.run("half.jsonl")
    assert hosts(done) == ["a", "b", "c"] and done.returncode == 1
    assert [error[:20] for error in errors(done)] == ["hawctl: half.jsonl:2", "hawctl: half.jsonl:4", "hawctl: half.jsonl:6"], done.stderr
    assert errors(done)[0] == "hawctl: half.jsonl:2: expected more: the text ends inside the document (column 700)"
    assert "the text ends inside the document" in errors(done)[2]


def test_half_line_before_indented(reader):
    """An indented document after half a line is read, wherever the half ends. Members of a document are not taken for others."""
    half, b = reader.line("half"), reader.line("b")
    for n in (700, half.index("{", 1), half.index(",") + 1, half.index("[") + 1, half.index('"cpuVendor"') + 12):
        reader.write("half.jsonl", half[:n] + "\n \t" + b + reader.line("c") + "  " + half[:n] + "\n\n  " + (json.dumps(reader.host("d"), indent=2) if n == 700 else reader.line("d")))
        done = reader.run("half.jsonl")
        assert hosts(done) == ["b", "c", "d"] and done.returncode == 1 and len(errors(done)) == 2, (n, done)
        assert [error.split(": ")[1] for error in errors(done)] == ["half.jsonl:1", "half.jsonl:4"], done.stderr
    host = json.dumps(reader.host("e", later=[{"schema2": 1}, {"x": {}}]), indent=2)
    # One object on each line, as some programs print arrays, and each brace on a line of its own.
    compact = '{"later":\n  [\n  {"x": 1},\n\n  {"y":\n  {"z": [{}]}},\n  {}\n  ],\n' + reader.line("f")[1:-2] + "\n}\n"
    reader.write("whole.json", host + "\n" + host.replace('"e"', '"g"').replace(": {", ":\n    {") + "\n" + compact)
    done = reader.run("whole.json")
    assert done.returncode == 0 and len(hosts(done)) >= 2 and hosts(done)[-1] == "f", done


def test_half_pretty(reader):
    """A document over many lines that breaks off does not take the next with it."""
    pretty = json.dumps(reader.host("a"), indent=2)
    cut = "\n".join(pretty.splitlines()[:40]) + "\n"
    reader.write("cut.json", cut + json.dumps(reader.host("b"), indent=2) + "\n" + cut + reader.line("c") + pretty[:-2])
    done = reader.run("cut.json")
    assert hosts(done) == ["b", "c"] and done.returncode == 1 and len(errors(done)) == 3, done


def test_wrong_documents(reader):
    wrong = [('{"schema":"hawd-profile/2"}', 'schema: expected "hawd-profile/1" or "hawd-summary/1"'),
             ("{}", 'schema: expected "hawd-profile/1" or "hawd-summary/1"'),
             ('{"schema":1}', 'schema: expected "hawd-profile/1" or "hawd-summary/1"'),
             ("[]", "an array; expected one profile on each line, as \"jq -c '.[]'\" prints them"), ("[", "an array; expected one profile on each line, as \"jq -c '.[]'\" prints them"), ("12", "expected JSON (column 2)"), ('"a"', "expected JSON (column 3)"), ("rubbish", "expected JSON (column 7)"),
             (reader.line("a", widths={})[:-1], "widths.cpuPhysicalBits: missing"), (reader.line("a", groups=7)[:-1], "groups: expected an array"),
             ("{" * 20, "expected at most 16 levels of nesting (column 17)"), ('{"a":1,"a":2}', "expected a member of this name only once (column 10)")]
    reader.write("wrong.jsonl", "".join(text + "\n" for text, _ in wrong) + reader.line("good"))
    done = reader.run("wrong.jsonl")
    assert hosts(done) == ["good"] and done.returncode == 1
    for i, (error, (text, expected)) in enumerate(zip(errors(done), wrong)):
        assert error == f"hawctl: wrong.jsonl:{i + 1}: {expected}", (text, error)
    # Within a document over many lines the line is that of the mistake.
    pretty = json.dumps(reader.host("a"), indent=2).splitlines()
    pretty[9] += " x"
    reader.write("pretty.json", reader.line("first") + "\n".join(pretty))
    done = reader.run("pretty.json")
    assert done.stderr.startswith("hawctl: pretty.json:11: expected JSON (column ") and hosts(done) == ["first"]


def test_binary(reader):
    """A program, a file with holes, text of another encoding."""
    reader.write("program.json", HAWCTL.read_bytes()[:100000])
    done = reader.run("program.json")
    assert done.returncode == 1 and not done.stdout and done.stderr.isprintable() is False
    assert errors(done)[-1] == "hawctl: no host was read" and all(line.isascii() and line.isprintable() for line in errors(done))
    line = reader.line("a").encode()
    reader.write("hole.jsonl", line + line[:300] + bytes(4096) + b"\n" + reader.line("b").encode())
    done = reader.run("hole.jsonl")
    assert hosts(done) == ["a", "b"] and len(errors(done)) == 1 and errors(done)[0].startswith("hawctl: hole.jsonl:2: ")
    reader.write("utf16.json", reader.line("a").encode("utf-16"))
    assert reader.run("utf16.json").returncode == 1
    reader.write("latin.jsonl", line.replace(b'"hostname":"a"', b'"hostname":"\xe9"') + reader.line("b").encode())
    done = reader.run("latin.jsonl")
    assert hosts(done) == ["b"] and "expected valid UTF-8" in done.stderr


def test_terminal(reader):
    """Neither a file's name nor its content reaches the terminal as it is."""
    name = "\x1b[31mred\n.json"
    reader.write(name, '{"schema":"\x1b[2J"}\n\x1b[2J\n')
    done = reader.run(name)
    assert done.returncode == 1 and "\x1b" not in done.stderr and len(errors(done)) == 3 and "\\x1b[31mred" in done.stderr or "\\u001b" in done.stderr


def test_many_messages(reader):
    """20 of each file; the others are counted."""
    reader.write("bad.jsonl", "x\n" * 1000 + reader.line("a") + "y\n" * 234)
    reader.write("worse.jsonl", "x\n" * 21)
    reader.write("good.jsonl", reader.line("a"))
    done = reader.run("bad.jsonl", "worse.jsonl", "good.jsonl")
    lines = errors(done)
    assert len(lines) == 20 + 1 + 20 + 1 + 1 and done.returncode == 1 and hosts(done) == ["a"]
    assert lines[19].startswith("hawctl: bad.jsonl:20: ") and lines[20] == "hawctl: bad.jsonl: 1214 more documents or files could not be read"
    assert lines[41] == "hawctl: worse.jsonl: 1 more document or file could not be read" and "host a was read before, at bad.jsonl:1001" in lines[42]


# ── sizes ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_large_host(reader):
    """4 MB in a line may be legitimate: that is what 4,096 devices take."""
    reader.write("large.jsonl", reader.lines("a") + reader.line("large", later=["x" * 1000] * 4200) + reader.lines("b"))
    good(reader.run("large.jsonl"), "a", "large", "b")


def test_over_the_limit(reader):
    """A line of more than 64 MiB, also over many lines: one message, and the next line is read."""
    a, b = reader.line("a").encode(), reader.line("b").encode()
    reader.write("long.jsonl", a + b'{"x":"' + b"y" * (65 * MIB) + b'"}\n' + b)
    done = reader.run("long.jsonl")
    assert hosts(done) == ["a", "b"] and errors(done) == ["hawctl: long.jsonl:2: longer than 64 MiB, the maximum of a profile"], done.stderr[:500]
    reader.write("long.jsonl", a + b'{"x": [\n' + b'  "yyyyyyyy",\n' * (5 * MIB) + b"]}\n}\n" + b)
    done = reader.run("long.jsonl")
    assert hosts(done) == ["a", "b"] and errors(done) == ["hawctl: long.jsonl:2: longer than 64 MiB, the maximum of a profile"], done.stderr[:500]


def test_line_without_end(reader):
    reader.write("a.jsonl", reader.line("a"))
    done = reader.run("/dev/zero", "a.jsonl")
    assert hosts(done) == ["a"] and done.returncode == 1
    assert errors(done) == ["hawctl: /dev/zero:1: longer than 64 MiB, the maximum of a profile", "hawctl: /dev/zero: a line does not end within 256 MiB; the rest is not read"]


def test_bomb(reader):
    """400 MiB of one byte in 400 KB."""
    reader.write("bomb.gz", gzip.compress(b"x" * MIB) * 400)
    done = reader.run("bomb.gz")
    assert done.returncode == 1 and errors(done)[1] == "hawctl: bomb.gz: a line does not end within 256 MiB; the rest is not read", done.stderr


def test_classes(reader):
    """The classes of hosts that differ in a width."""
    def line(i):
        widths = {name: fact | {"value": 40 + i % 7} if fact["value"] else fact for name, fact in reader.template["widths"].items()}
        return reader.line(f"h{i}", widths=widths)
    reader.write("classes.jsonl", "".join(line(i) for i in range(70)))
    done = reader.run("--quiet", "classes.jsonl")
    assert done.stdout == "70 hosts, 7 classes\n", done
