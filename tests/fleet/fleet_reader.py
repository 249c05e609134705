"""print-fleet, and what it prints of a fleet: one line for each host; messages on standard error."""
import hashlib
import json
import os
import pathlib
import subprocess

HAWCTL = pathlib.Path(os.environ["HAWCTL"])
MIB = 1 << 20
SOON = 120  # seconds; a hang has no end


class Reader:
    def __init__(self, program, template, directory):
        self.program, self.template, self.directory = program, template, directory

    def host(self, name, machine=None, **more):
        """A document of a host with a machine ID of its own."""
        host = self.template["host"] | {"hostname": name, "machineId": machine or hashlib.md5(name.encode()).hexdigest()}
        return self.template | {"host": host} | more

    def line(self, name, machine=None, **more):
        return json.dumps(self.host(name, machine, **more), separators=(",", ":")) + "\n"

    def lines(self, *names):
        return "".join(map(self.line, names))

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def run(self, *arguments, **more):
        return subprocess.run([self.program, *map(str, arguments)], cwd=self.directory, capture_output=True, text=True, check=False, timeout=SOON,
                              **({"stdin": subprocess.DEVNULL} | more if "input" not in more else more))

    def shell(self, words):
        return subprocess.run(["bash", "-c", words.replace("READ", str(self.program))], cwd=self.directory, capture_output=True, text=True, check=False,
                              timeout=SOON, stdin=subprocess.DEVNULL)


def hosts(done):
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def places(done):
    return [line.split("\t")[3] for line in done.stdout.splitlines()]


def errors(done):
    return done.stderr.splitlines()


def good(done, *names):
    assert (done.returncode, done.stderr, hosts(done)) == (0, "", list(names)), done
