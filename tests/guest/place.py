"""hawctl asked about guests on hosts that are made for it."""
import json
import os
import subprocess

from guests import intel
from test_cases import CHECK
from tree import Tree

HAWCTL = os.environ["HAWCTL"]


def run(*arguments, **environment):
    return subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60, env=os.environ | environment)


class Place:
    def __init__(self, path):
        self.path = path

    def host(self, build, name="host"):
        build(Tree(self.path / name))
        return self.path / name

    def guest(self, document):
        self.path.mkdir(exist_ok=True)
        path = self.path / "guest.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def check(self, build, document, *arguments):
        done = run("check", self.guest(document), f"--root={self.host(build)}", "-j", *arguments)
        assert done.returncode in (0, 3), done.stderr
        answer = json.loads(done.stdout)
        CHECK.validate(answer)
        return answer


def rules(answer, verdict):
    return sorted(f["rule"] for f in answer["findings"] if f["verdict"] == verdict)


def nothing(t):
    """A tree without anything about its processor."""
    t.write("proc/version", "")


def no_kvm(t):
    """A host without KVM."""
    intel(46, 48)(t)
    (t.root / "hawd/kvm").unlink()
    for path in sorted((t.root / "sys/module").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (t.root / "sys/class/misc/kvm/dev").unlink()
