"""Hosts and lists of hosts that mean it no good: what they print, what they are called, and how many there are."""
import json
import os
import pathlib
import pty
import resource
import subprocess
import time

import pytest

from said import names_of, said_of

HAWCTL = os.environ["HAWCTL"]
SANITIZED = b"__asan_init" in pathlib.Path(HAWCTL).read_bytes()


# ── what they print ──────────────────────────────────────────────────────────────────────────────────────────────────

def test_endless_output(server, tmp_path):
    """64 MiB are the limit for each, and large answers are read one at a time: not 64 MiB for each of them."""
    server.answers(endless="exec yes", noise="exec yes >&2")
    names = server.hosts("web-1", *(f"endless-{i}" for i in range(4)), "noise-1")
    with open(tmp_path / "err", "w", encoding="utf-8") as err, subprocess.Popen(server.command("--timeout=300", *names[:5]), stdout=subprocess.PIPE, stderr=err, text=True) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 1 and names_of(out) == ["web-1"]
    assert (tmp_path / "err").read_text(encoding="utf-8") == "".join(f"hawctl: endless-{i}: the answer is larger than 64 MiB\n" for i in range(4)) + "hawctl: 4 of 5 hosts failed\n"
    # In KiB: 64 MiB, 4 MiB for the others, and what this process had before it became hawctl.
    assert SANITIZED or usage.ru_maxrss < 200 << 10
    said, _ = said_of(server.gather("--timeout=2", "noise-1"))
    assert said == {"noise-1": "no answer within 2 s: y"}


def test_large_documents(server, document):
    """Those that are no attack arrive whole, also when they have to wait for each other."""
    padded = document.rstrip("\n")[:-1] + ',"padding":"' + "x" * (9 << 20) + '"}'
    (server.place / "large.json").write_text(padded, encoding="utf-8")
    server.answers(large=f"sed 's/^.\\\"schema/{{\\\"asked\\\":\\\"'$HAWD_ASKED'\\\",\\\"schema/' {server.place}/large.json")
    names = server.hosts(*(f"large-{i}" for i in range(4)), "web-1")
    done = server.gather("--timeout=300", *names)
    assert done.returncode == 0 and "failed" not in done.stderr
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(d["asked"] for d in documents if "padding" in d) == names[:4] and len(documents) == 5
    assert all(len(d["padding"]) == 9 << 20 for d in documents if "padding" in d)


def test_slow_reader(server, document):
    """While hawctl waits for the reader of its output, it reads no answers: that is not the hosts' time. Each answer is longer than
    what the pipes hold. If ssh needs long here, there is more time."""
    padded = document.rstrip("\n")[:-1] + ',"padding":"' + "x" * (1 << 20) + '"}'
    (server.place / "long.json").write_text(padded, encoding="utf-8")
    server.answers(long=f"cat {server.place}/long.json")
    names = server.hosts(*(f"long-{i}" for i in range(3)))
    for seconds in (3, 20):
        with subprocess.Popen(server.command(f"--timeout={seconds}", *names), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            first = process.stdout.read(1)
            time.sleep(seconds + 1)
            out, err = process.communicate(timeout=100)
        if "within" not in err:
            break
    assert process.returncode == 0 and "within" not in err and len((first + out).splitlines()) == 3


def test_indented_document_becomes_one_line(server, document):
    indented = json.dumps(json.loads(document), indent=2).replace("\n", "\r\n")
    (server.place / "indented.json").write_text(indented, encoding="utf-8", newline="")
    server.answers(indented=f"cat {server.place}/indented.json")
    server.hosts("indented-1")
    done = server.gather("indented-1")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 1 and "\r" not in done.stdout
    assert json.loads(done.stdout) == json.loads(document)


def test_hosts_that_say_they_are_another(server):
    """What reads the file takes them for one host. It is no failure: a host may have two names."""
    server.answers(liar="HAWD_ASKED=web-1; profile")
    names = server.hosts("web-1", "web-2", "liar-1", "liar-2")
    done = server.gather(*names)
    assert done.returncode == 0 and sorted(names_of(done.stdout)) == ["web-1", "web-1", "web-1", "web-2"]
    assert done.stderr == "".join(f"hawctl: liar-{i}: the machine ID and hostname of its profile are those of web-1\n" for i in (1, 2))


def test_escapes_do_not_reach_a_terminal(server, document):
    """From a document with unknown members, and from messages."""
    evil = document.rstrip("\n")[:-1] + ',"new":"\u009b31m\u202ex"}'
    (server.place / "evil.json").write_text(evil, encoding="utf-8")
    server.answers(evil=f"cat {server.place}/evil.json", loud=r"printf '\033[2J\007\n\033]0;x\007' >&2; exit 1")
    names = server.hosts("evil-1", "loud-1")
    master, slave = pty.openpty()
    with subprocess.Popen(server.command(*names), stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=os.environ | {"TERM": "dumb", "LC_ALL": "C.UTF-8"}) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        assert process.wait(60) == 1
    os.close(master)
    text = shown.decode("utf-8")
    assert not {c for c in text if (ord(c) < 32 and c not in "\r\n\t") or ord(c) == 127 or 0x80 <= ord(c) < 0xA0 or c == "\u202e"}
    assert "\\u009b31m\\u202ex" in text and "\\x1b]0;x\\x07" in text


# ── what they are called ─────────────────────────────────────────────────────────────────────────────────────────────

BAD = ["-oProxyCommand=touch x", "-oProxyCommand=touch${IFS}x", "-F/etc/passwd", "-", "--", "a b", "a\tb", "a;touch x", "a$(touch${IFS}x)", "a`id`", "a|b", "a&b", "a>x", "a'b", 'a"b',
       "a\\b", "(a)", "{a,b}", "a\x1b[2Jb", "a\x7fb", "a\u202eb", "m\u00fcnchen", "", " ", "a\nb", "a!b", "a*", "a" * 512, "user@host;x@y"]


@pytest.fixture
def fake_ssh(tmp_path):
    """Writes what it is started with, and in which surroundings."""
    (tmp_path / "bin").mkdir()
    path = tmp_path / "bin/ssh"
    path.write_text(f"""#!/bin/sh
for word; do printf '%s\\n' "$word"; done >>{tmp_path}/words
{{ readlink /proc/self/fd/0; ps -o pid=,pgid=,sid=,tty= -p $$; grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | wc -l; }} >>{tmp_path}/surroundings
exit 255
""", encoding="utf-8")
    os.chmod(path, 0o755)
    return tmp_path, os.environ | {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}


def run(*arguments, **more):
    return subprocess.run([HAWCTL, "gather", *map(str, arguments)], **{"capture_output": True, "text": True, "timeout": 200, "check": False} | more)


@pytest.mark.parametrize("name", BAD)
def test_names_that_are_refused(fake_ssh, name):
    place, environment = fake_ssh
    done = run("good", "--", name, env=environment)
    assert done.returncode == 2 and done.stdout == "" and "expected a host name" in done.stderr and len(done.stderr.splitlines()) == 1
    if name.strip() and "\n" not in name:
        (place / "hosts").write_bytes(b"# list\ngood\n" + name.encode() + b"\n")
        done = run(f"--hosts={place}/hosts", env=environment)
        assert done.returncode == 2 and f"{place}/hosts: line 3: '" in done.stderr and len(done.stderr.splitlines()) == 1
        assert all(c.isprintable() for line in done.stderr.splitlines() for c in line)
    assert not (place / "words").exists()


def test_lists_that_are_none(fake_ssh):
    """A program, an inventory, one line without end: wrong usage, in few words; nobody is asked."""
    place, environment = fake_ssh
    for content, words in ((pathlib.Path("/bin/sh").read_bytes(), "line 1: "), (b"[web]\nweb1 ansible_host=10.0.0.1\n", "line 2: 'web1 ansible_host=10.0.0.1'"),
                           (b"a" * 100000, "at most 511 bytes"), (b"a b\n" * 50, "line 8: "), (b"a\0b\n", "line 1: "), (b"#\n  \n\t\r\n", "names no host")):
        (place / "hosts").write_bytes(content)
        done = run(f"--hosts={place}/hosts", env=environment)
        assert done.returncode == 2 and words in done.stderr and len(done.stderr.splitlines()) <= 8 and len(done.stderr) < 8000, done.stderr
    for path in ("/no/such/file", "/", "/dev/zero"):
        assert run(f"--hosts={path}", env=environment).returncode == 1
    assert not (place / "words").exists()


def test_how_ssh_is_started(fake_ssh):
    place, environment = fake_ssh
    done = run("root@web.example", "--ssh-config=/x", "--ssh-option=Port=22", "--ssh-option=User=me", "--remote-command=-x; y", env=environment)
    assert done.returncode == 1 and done.stderr.startswith("hawctl: root@web.example: ssh failed without a message (exit status 255)\n")
    words = (place / "words").read_text(encoding="utf-8").splitlines()
    assert words[-7:] == ["-o", "Port=22", "-o", "User=me", "--", "root@web.example", "-x; y"] and words[-9:-7] == ["-F", "/x"]
    assert "BatchMode=yes" in words and "-T" in words
    lines = (place / "surroundings").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "/dev/null"
    pid, group, session, terminal = lines[1].split()
    assert pid == group == session and terminal == "?"
    # Standard input, output and error, and that of ls.
    assert lines[-1] == "4" and all(int(line.split()[1], 16) & 0x7FFFFFFF == 0 for line in lines[2:4])


def test_without_ssh(fake_ssh):
    """Is said once, not for each host."""
    place, environment = fake_ssh
    environment = environment | {"PATH": str(place)}
    done = run("a", "b", "c", env=environment)
    assert (done.returncode, done.stderr) == (1, "hawctl: cannot run ssh: No such file or directory\n")
    done = run("a", f"--output={place}/fleet", env=environment)
    assert done.returncode == 1 and not (place / "fleet").exists() and not (place / "fleet.partial").exists()


# ── how many there are ───────────────────────────────────────────────────────────────────────────────────────────────

def test_many_hosts(server, tmp_path):
    """Each is asked once and is there once, by the name that it has."""
    names = server.hosts(*(f"web-{i}" for i in range(300)))
    (tmp_path / "hosts").write_text("\n".join(names), encoding="ascii")
    done = server.gather(f"--hosts={tmp_path}/hosts", "--timeout=120", f"--output={tmp_path}/fleet")
    assert (done.returncode, done.stderr) == (0, "")
    assert names_of((tmp_path / "fleet").read_text(encoding="utf-8")) == names
    assert sorted(name for name, _ in server.asked()) == sorted(names)


def test_few_descriptors(tmp_path):
    """With room for three hosts at a time, 256 are wanted: all are asked, none fails for that."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/ssh").write_text("#!/bin/sh\nexit 255\n", encoding="ascii")
    os.chmod(tmp_path / "bin/ssh", 0o755)
    names = [f"web-{i}" for i in range(1000)]
    (tmp_path / "hosts").write_text("\n".join(names), encoding="ascii")
    done = run(f"--hosts={tmp_path}/hosts", "--jobs=256", env=os.environ | {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"},
               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20)))
    said, rest = said_of(done)
    assert done.returncode == 1 and list(said) == names and rest == ["1000 of 1000 hosts failed"]
    assert set(said.values()) == {"ssh failed without a message (exit status 255)"}
