"""The QEMUs that judge: the installed one and those of other releases, HAWD_QEMU_RELEASES says of which. Without it the
stable one only: a suite that still moves would make a test of today another one tomorrow."""
import json
import os
import re
import shutil
import subprocess

import pytest

import release

RELEASES = os.environ.get("HAWD_QEMU_RELEASES", "trixie").split()
NAMES = ["installed"] + RELEASES


class Judge:
    """A QEMU: `words` start it, `version` is (major, minor, patch)."""

    def __init__(self, name):
        self.name = name
        if name == "installed":
            if not shutil.which("qemu-system-x86_64"):
                raise release.Missing("no qemu-system-x86_64")
            self.words = ["qemu-system-x86_64"]
        else:
            self.words = release.qemu(release.tree(name, release.QEMU))
        self.text = re.search(r"version (\d+\.\d+\.\d+)", self.says("--version")).group(1)
        self.version = tuple(map(int, self.text.split(".")))

    def says(self, *words):
        return subprocess.run([*self.words, *words], capture_output=True, text=True, check=True).stdout

    def machines(self):
        """Kind and version of all its machine types; those that only say "newest" are left out."""
        found = re.findall(r"^pc-(i440fx|q35)-(\d+(?:\.\d+)+)\s", self.says("-M", "help"), re.MULTILINE)
        return [({"i440fx": "pc"}.get(kind, kind), version) for kind, version in found]

    def ask(self, *words, defaults=False):
        """A conversation with it, started stopped: `with judge.ask("-M", "none") as call: call("query-cpus-fast")`."""
        bare = ["-serial", "none", "-monitor", "none", "-parallel", "none"] if defaults else ["-nodefaults", "-nographic"]
        return Conversation([*self.words, "-S", *bare, "-qmp", "stdio", *words])


class Refused(Exception):
    """QEMU did not start, or answered with an error; its words."""


class Conversation:
    def __init__(self, words):
        self.words = words

    def __enter__(self):
        self.qemu = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if not self.qemu.stdout.readline():
            raise Refused(self.end())
        try:
            self.call("qmp_capabilities")
        except Refused as error:
            raise Refused(self.end()) from error
        return self.call

    def __exit__(self, *_):
        self.qemu.kill()
        self.end()

    def end(self):
        try:
            complaint = self.qemu.communicate()[1]
        except BrokenPipeError:  # what was still to be said to it
            complaint = self.qemu.stderr.read()
            self.qemu.wait()
        return "".join(line for line in complaint.splitlines(True) if "warning: " not in line).strip()

    def call(self, name, **arguments):
        try:
            self.qemu.stdin.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            self.qemu.stdin.flush()
        except BrokenPipeError as error:
            raise Refused("it ended") from error
        while line := self.qemu.stdout.readline():
            answer = json.loads(line)
            if "error" in answer:
                raise Refused(answer["error"]["desc"])
            if "return" in answer:
                return answer["return"]
        raise Refused("it ended")


@pytest.fixture(name="judge", scope="module", params=NAMES)
def found_judge(request):
    try:
        return Judge(request.param)
    except release.Missing as error:
        pytest.skip(f"{request.param}: {error}")
