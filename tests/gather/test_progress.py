"""The line that says how far hawctl gather is: on a terminal only, on screens of every width, and gone at the end."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from said import names_of

# To the first column, and erase to the end of the line.
START = "\x1b[G\x1b[K"


def on_a_terminal(server, columns, *arguments, term="xterm"):
    """Standard error is a terminal. What it got, and what standard output had."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(server.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave, text=True, env=os.environ | {"TERM": term}) as process:
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
        out = process.stdout.read()
        process.wait(60)
    os.close(master)
    return process.returncode, shown.decode("utf-8"), out


LINES = {80: r"(?P<done>\d+) of 5 hosts done, (?P<failed>\d+) failed, (?P<left>\d+) left", 30: r"(?P<done>\d+) done, (?P<failed>\d+) failed, (?P<left>\d+) left",
         12: r"(?P<left>\d+) left", 4: ""}


@pytest.mark.parametrize("columns", LINES)
def test_line(server, columns):
    server.answers(ill="exit 1")
    names = server.hosts("web-1", "ill-1", "web-2", "ill-2", "web-3")
    status, shown, out = on_a_terminal(server, columns, *names)
    assert status == 1 and sorted(names_of(out)) == ["web-1", "web-2", "web-3"]
    before, *frames = shown.split(START)
    assert before == "" and len(frames) >= 3
    # The last one is empty, and what is said of failures comes there.
    assert frames[-1] == "hawctl: ill-1: the command failed with exit status 1\r\nhawctl: ill-2: the command failed with exit status 1\r\nhawctl: 2 of 5 hosts failed\r\n"
    lines = [frame for frame in frames[:-1] if frame]
    assert all(len(line) < columns for line in lines)
    matches = [re.fullmatch(LINES[columns], line) for line in lines]
    assert all(matches) and (matches or columns == 4)
    if columns == 4:
        return
    numbers = [{key: int(value) for key, value in match.groupdict().items()} for match in matches]
    assert numbers[0]["left"] == 5 and numbers[-1]["left"] == 0
    if "done" in numbers[0]:
        assert all(n["done"] + n["failed"] + n["left"] == 5 for n in numbers) and (numbers[-1]["done"], numbers[-1]["failed"]) == (3, 2)
    assert [n["left"] for n in numbers] == sorted((n["left"] for n in numbers), reverse=True)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_terminals_without_it(server, term):
    server.hosts("web-1")
    assert on_a_terminal(server, 80, "web-1", term=term)[:2] == (0, "")


def test_hosts_of_the_last_run_are_done(server, tmp_path):
    server.answers(ill="exit 1")
    names = server.hosts("web-1", "ill-1", "web-2")
    assert server.gather(f"--output={tmp_path}/fleet", *names).returncode == 1
    status, shown, _ = on_a_terminal(server, 80, f"--output={tmp_path}/fleet", "--continue", *names)
    frames = [frame for frame in shown.split(START) if frame]
    assert status == 1 and frames[:2] == [f"hawctl: {tmp_path}/fleet.partial has the answers of 2 of 3 hosts\r\n", "2 of 3 hosts done, 0 failed, 1 left"]
