"""hawctl gather that is interrupted: the output is not touched, no process stays, and --continue asks only the others."""
import json
import os
import resource
import signal
import subprocess
import time

import pytest

from said import names_of

WEB = ["web-1", "web-2", "web-3"]


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def answered(path):
    """Names in a journal, read as the man page describes it."""
    names, text = [], path.read_bytes() if path.exists() else b""
    while b"\n" in text:
        head, rest = text.split(b"\n", 1)
        head = json.loads(head)
        if len(rest) <= head["bytes"]:
            break
        assert json.loads(rest[:head["bytes"]])["host"]["hostname"] == head["hostname"] and rest[head["bytes"]:head["bytes"] + 1] == b"\n"
        names.append(head["host"])
        text = rest[head["bytes"] + 1:]
    return names


def processes_of(server):
    """ssh processes of this test."""
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line.startswith("ssh ") and str(server.config) in line]


@pytest.fixture
def waiting(server):
    """Hosts of which two wait for a file."""
    go = server.place / "go"
    go.unlink(missing_ok=True)
    server.answers(wait=f"while [ ! -e {go} ]; do sleep 0.1; done; profile")
    names = server.hosts("wait-1", *WEB, "wait-2")
    server.asked()
    yield names, go
    go.touch()


def start(server, tmp_path, names, *more):
    """Runs until all are asked and those that do not wait have answered."""
    process = subprocess.Popen(server.command(f"--output={tmp_path}/fleet.jsonl", *more, *names), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: len(answered(tmp_path / "fleet.jsonl.partial")) == len(WEB) and (server.place / "asked").read_text(encoding="utf-8").count("\n") == len(names))
    return process


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda s: s.name)
def test_interrupted(server, waiting, tmp_path, how):
    names, go = waiting
    (tmp_path / "fleet.jsonl").write_text("of yesterday\n", encoding="ascii")
    process = start(server, tmp_path, names)
    process.send_signal(how)
    out, err = process.communicate(timeout=60)
    until(lambda: not processes_of(server))
    assert out == "" and (tmp_path / "fleet.jsonl").read_text(encoding="ascii") == "of yesterday\n"
    assert sorted(os.listdir(tmp_path)) == ["fleet.jsonl", "fleet.jsonl.partial"]
    if how == signal.SIGKILL:
        assert process.returncode == -how and err == ""
    else:
        assert process.returncode == 1
        assert err == "hawctl: interrupted: 3 of 5 hosts have answered\nhawctl: repeat the command with --continue to ask only the others\n"
    go.touch()
    server.asked()
    done = server.gather(f"--output={tmp_path}/fleet.jsonl", "--continue", *names)
    assert (done.returncode, done.stderr) == (0, f"hawctl: {tmp_path}/fleet.jsonl.partial has the answers of 3 of 5 hosts\n")
    assert sorted(name for name, _ in server.asked()) == ["wait-1", "wait-2"]
    assert names_of((tmp_path / "fleet.jsonl").read_text(encoding="utf-8")) == names
    assert os.listdir(tmp_path) == ["fleet.jsonl"]


def test_one_run_at_a_time(server, waiting, tmp_path):
    names, go = waiting
    process = start(server, tmp_path, names)
    done = server.gather(f"--output={tmp_path}/fleet.jsonl", "--continue", "web-1")
    assert (done.returncode, done.stderr) == (1, f"hawctl: {tmp_path}/fleet.jsonl.partial: another 'hawctl gather' with this output is running\n")
    go.touch()
    assert process.communicate(timeout=60) == ("", "") and process.returncode == 0
    assert names_of((tmp_path / "fleet.jsonl").read_text(encoding="utf-8")) == names


def test_interrupted_before_any_answer(server, waiting, tmp_path):
    """Leaves nothing."""
    server.asked()
    process = subprocess.Popen(server.command(f"--output={tmp_path}/fleet.jsonl", "wait-1"), stderr=subprocess.PIPE, text=True)
    until(lambda: (server.place / "asked").exists())
    process.terminate()
    assert process.communicate(timeout=60)[1] == "hawctl: interrupted: 0 of 1 hosts have answered\n"
    assert process.returncode == 1 and not os.listdir(tmp_path)


def test_interrupted_on_standard_output(server, waiting):
    names, _ = waiting
    with subprocess.Popen(server.command(*names), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        lines = "".join(process.stdout.readline() for _ in WEB)
        process.terminate()
        out, err = process.communicate(timeout=60)
    assert sorted(names_of(lines)) == WEB and out == "" and err == "hawctl: interrupted: 3 of 5 hosts have answered\n"
    until(lambda: not processes_of(server))


def test_reader_that_goes_away(server, waiting):
    """Is no error, but not all have answered; nobody waits for hosts that nobody wants any more."""
    names, _ = waiting
    with subprocess.Popen(server.command("--timeout=3600", *names), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert sorted(names_of("".join(process.stdout.readline() for _ in WEB))) == WEB
        process.stdout.close()
        assert process.stderr.read() == "" and process.wait(60) == 1
    until(lambda: not processes_of(server))


def children_of(pid):
    """States of processes."""
    done = subprocess.run(["ps", "-o", "stat=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [line[0] for line in done.stdout.split()]


def test_stopped_for_longer_than_the_time_limit(server, waiting):
    """By Ctrl-Z: what has ended meanwhile has ended in time. If ssh needs long here, there is more time."""
    for seconds in (3, 20):
        names, go = waiting
        go.unlink(missing_ok=True)
        server.asked()
        with subprocess.Popen(server.command(f"--timeout={seconds}", "wait-1", "wait-2"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            end = time.monotonic() + seconds + 0.5
            until(lambda: (server.place / "asked").exists() and (server.place / "asked").read_text(encoding="utf-8").count("\n") == 2)
            process.send_signal(signal.SIGSTOP)
            go.touch()
            until(lambda: children_of(process.pid) == ["Z", "Z"] or time.monotonic() > end + 20)
            time.sleep(max(0, end - time.monotonic()))
            process.send_signal(signal.SIGCONT)
            out, err = process.communicate(timeout=60)
        if err == "":
            break
    assert (process.returncode, err) == (0, "") and sorted(names_of(out)) == ["wait-1", "wait-2"]


def test_late_ssh_is_killed(server):
    """While other hosts are asked."""
    server.answers(hang="exec sleep 90")
    names = server.hosts(*(f"hang-{i}" for i in range(40)))
    with subprocess.Popen(server.command("--timeout=2", "--jobs=1", *names), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until(lambda: any(" hang-1 " in line for line in processes_of(server)))
        until(lambda: not any(" hang-0 " in line for line in processes_of(server)))
        assert process.poll() is None
        process.terminate()
        assert process.wait(60) == 1


def test_failed_hosts_are_asked_again(server, tmp_path):
    server.answers(ill="exit 1")
    names = server.hosts("web-1", "ill-1", "web-2", "ill-2")
    arguments = [f"--output={tmp_path}/fleet.jsonl", "--continue", *names]
    done = server.gather(*arguments)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == f"hawctl: {tmp_path}/fleet.jsonl.partial has no answers of an earlier run; asking all hosts"
    assert done.stderr.splitlines()[-2:] == ["hawctl: 2 of 4 hosts failed", "hawctl: repeat the command with --continue to ask only the others"]
    assert names_of((tmp_path / "fleet.jsonl").read_text(encoding="utf-8")) == ["web-1", "web-2"]
    server.answers(ill="case $HAWD_ASKED in ill-1) profile ;; *) exit 1 ;; esac")
    server.asked()
    assert server.gather(*arguments).returncode == 1
    assert sorted(name for name, _ in server.asked()) == ["ill-1", "ill-2"]
    assert names_of((tmp_path / "fleet.jsonl").read_text(encoding="utf-8")) == ["web-1", "ill-1", "web-2"]
    # A list without the host: nobody is asked. One with other hosts: their answers are used.
    server.asked()
    done = server.gather(f"--output={tmp_path}/fleet.jsonl", "--continue", "web-2", "ill-1")
    assert done.returncode == 0 and done.stderr.splitlines()[1:] == ["hawctl: answers of other hosts are dropped: 1"] and not server.asked()
    assert names_of((tmp_path / "fleet.jsonl").read_text(encoding="utf-8")) == ["web-2", "ill-1"]
    assert os.listdir(tmp_path) == ["fleet.jsonl"]


def test_without_continue_all_are_asked(server, tmp_path):
    server.answers(ill="exit 1")
    names = server.hosts("web-1", "ill-1")
    for _ in range(2):
        assert server.gather(f"--output={tmp_path}/fleet.jsonl", *names).returncode == 1
        assert sorted(name for name, _ in server.asked()) == ["ill-1", "web-1"]


def test_nobody_answers(server, tmp_path):
    """The file of yesterday stays."""
    server.answers(ill="exit 1")
    server.hosts("ill-1")
    (tmp_path / "fleet.jsonl").write_text("of yesterday\n", encoding="ascii")
    assert server.gather(f"--output={tmp_path}/fleet.jsonl", "ill-1").returncode == 1
    assert (tmp_path / "fleet.jsonl").read_text(encoding="ascii") == "of yesterday\n" and os.listdir(tmp_path) == ["fleet.jsonl"]


def test_journal_that_ends_anywhere(server, tmp_path):
    """After a crash: whole answers are used, the rest is asked again, and the file is the same."""
    server.answers(ill="exit 1")
    names = server.hosts(*WEB, "ill-1")
    output, journal = tmp_path / "fleet.jsonl", tmp_path / "fleet.jsonl.partial"
    assert server.gather(f"--output={output}", "--jobs=1", *names).returncode == 1
    whole, good = journal.read_bytes(), output.read_bytes()
    assert answered(journal) == WEB and os.stat(journal).st_mode & 0o777 == 0o600
    third = len(whole) // 3
    zeros = whole[:2 * third + 1000] + bytes(third - 1000)
    cases = [(whole[:cut], cut // third) for cut in (0, 1, 40, third - 1, third, third + 1, third + 500, len(whole) - 1)]
    holed = bytearray(whole)
    holed[-2000:-1000] = bytes(1000)
    cases += [(zeros, 2), (bytes(holed), 2), (whole[:2 * third] + b'{"host":"web-3","bytes":2}\n{}}\n', 2), (b"\0" * 5000, 0), (b"rubbish\n" + whole, 0), (whole + b'{"host":"web-9","bytes":99999999999999999999}\n', 3),
              (whole + b'{"host":"web-9","bytes":-5}\n{}\n', 3), (whole + b'{"bytes":2}\n{}\n{"host":"\\u0000","bytes":2}\n{}\n', 3), (b"[" * 4000 + b"\n", 0)]
    for text, kept in cases:
        journal.write_bytes(text)
        server.asked()
        assert server.gather(f"--output={output}", "--continue", *WEB).returncode == 0
        assert sorted(name for name, _ in server.asked()) == WEB[kept:], text[:100]
        assert output.read_bytes() == good and not journal.exists()


def test_journal_that_somebody_else_put_there(server, tmp_path):
    server.hosts("web-1")
    output, journal, other = tmp_path / "fleet.jsonl", tmp_path / "fleet.jsonl.partial", tmp_path / "other"
    other.write_text("precious\n", encoding="ascii")

    def refused(why):
        done = server.gather(f"--output={output}", "web-1")
        assert (done.returncode, done.stderr) == (1, f"hawctl: {journal}: {why}\n") and not output.exists()
        assert other.read_text(encoding="ascii") == "precious\n"
        journal.unlink()

    journal.symlink_to(other)
    refused("is a symbolic link; remove it")
    os.link(other, journal)
    refused("has further hard links; remove it")
    os.mkfifo(journal)
    refused("not a regular file of this user; remove it")
    if os.getuid() == 0:
        journal.touch()
        os.chown(journal, 65534, 65534)
        refused("not a regular file of this user; remove it")
    assert not server.asked()


@pytest.mark.parametrize("path,why", [("/dev/null", "not a regular file"), ("/no/such/folder/x", "No such file or directory"), ("/proc", "not a regular file")])
def test_output_that_cannot_be_replaced(server, path, why):
    server.hosts("web-1")
    done = server.gather(f"--output={path}", "web-1")
    assert done.returncode == 1 and why in done.stderr and not server.asked()


def test_full_disk(server, tmp_path):
    """Here a limit on the size of files. What was received before is kept."""
    names = server.hosts(*WEB)
    output, size = tmp_path / "fleet.jsonl", (server.place / "profile.json").stat().st_size
    output.write_text("of yesterday\n", encoding="ascii")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * size + 2000, 2 * size + 2000))
    done = server.gather(f"--output={output}", "--jobs=1", *names, preexec_fn=limit)
    assert done.returncode == 1
    assert done.stderr == f"hawctl: {output}.partial: File too large\nhawctl: repeat the command with --continue to ask only the others\n"
    assert answered(tmp_path / "fleet.jsonl.partial") == WEB[:2] and output.read_text(encoding="ascii") == "of yesterday\n"
    server.asked()
    assert server.gather(f"--output={output}", "--continue", *names).returncode == 0
    assert [name for name, _ in server.asked()] == WEB[2:] and names_of(output.read_text(encoding="utf-8")) == WEB
    with open("/dev/full", "w", encoding="ascii") as full:
        done = server.gather(*names, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and done.stderr == "hawctl: standard output: No space left on device\n"


def test_full_disk_at_the_end(server, tmp_path):
    """All have answered, the file cannot be written: it is left as it was, and --continue asks nobody."""
    server.answers(ill="exit 1")
    names = server.hosts(*WEB, "ill-1")
    output = tmp_path / "fleet.jsonl"
    assert server.gather(f"--output={output}", *names).returncode == 1
    output.write_text("of yesterday\n", encoding="ascii")
    server.asked()
    size = (server.place / "profile.json").stat().st_size
    done = server.gather(f"--output={output}", "--continue", *WEB, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    assert done.returncode == 1 and done.stderr.splitlines()[1:] == [f"hawctl: {output}: File too large"]
    assert output.read_text(encoding="ascii") == "of yesterday\n" and sorted(os.listdir(tmp_path)) == ["fleet.jsonl", "fleet.jsonl.partial"]
    assert server.gather(f"--output={output}", "--continue", *WEB).returncode == 0 and not server.asked()
    assert names_of(output.read_text(encoding="utf-8")) == WEB and os.listdir(tmp_path) == ["fleet.jsonl"]
