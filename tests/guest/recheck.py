"""Every remedy that hawctl prints in a test of guests is put into the guest, in its own form, and asked about again: what it was for is
gone, nothing as bad is new, and what else it brings its words name."""
import json
import os
import pathlib
import shlex
import subprocess

import remedies

RANK = {"info": 0, "safe": 0, "warning": 1, "unsafe": 2}
LEFT_OUT = ("--layout", "-j", "--json", "--for", "--no-pager", "--no-legend")


def rank(answer, rule):
    return max((RANK[f["verdict"]] for f in answer["findings"] if f["rule"] == rule), default=0)


def verify(before, after, finding):
    """What docs/check.md promises of a change."""
    assert rank(after, finding["rule"]) == 0, (finding, after["findings"])
    assert len(after["missing"]) <= len(before["missing"]), after["missing"]
    for other in after["findings"]:
        new = RANK[other["verdict"]] > rank(before, other["rule"])
        assert not new or RANK[other["verdict"]] < rank(before, finding["rule"]), (finding, other)
        assert not new or other["rule"] in finding["remedy"], (finding["remedy"], other)
    rest = max((rank(before, f["rule"]) for f in before["findings"] if f["rule"] != finding["rule"]), default=0)
    assert RANK[after["verdict"]] <= max(rest, rank(before, finding["rule"]) - 1, 1 if after["missing"] else 0)


def verify_plan(before, after):
    plan = before["plan"]
    left = [f for f in after["findings"] if f["verdict"] != "info"]
    left_any = left + [f for a in after["alternatives"] for f in a["findings"]]
    assert after["verdict"] == plan["verdict"] and len(left) == plan["remaining"], (plan, left, after["missing"])
    assert RANK[after["verdict"]] <= RANK[before["verdict"]]
    for finding in before["findings"] + [f for a in before["alternatives"] for f in a["findings"]]:
        here = any((f["rule"], f["subject"]) == (finding["rule"], finding["subject"]) and RANK[f["verdict"]] >= RANK[finding["verdict"]] for f in left_any)
        assert finding["plan"] == (finding["verdict"] != "info" and not here), (finding, left)


def verify_alternative(after, when, finding):
    """With that answer it is gone."""
    for alternative in after["alternatives"]:
        assert alternative["when"] != when or finding["rule"] not in [f["rule"] for f in alternative["findings"] if f["verdict"] != "info"], (finding, alternative)
    assert rank(after, finding["rule"]) == 0, (finding, after["findings"])


class Guest:
    """What a hawctl was asked about, and how it is asked about something else."""

    def __init__(self, run, command, given):
        self.run, self.given = run, {k: v for k, v in given.items() if k not in ("input", "stdin", "capture_output", "text", "check", "timeout")}
        words = [str(word) for word in command[2:]]
        own = words[words.index("--") + 1:] if "--" in words else None
        words = words[:words.index("--")] if "--" in words else words
        self.options = [w for w in words if w.startswith("-") and len(w) > 1 and not w.startswith(LEFT_OUT)]
        places = [w for w in words if not w.startswith("-") or w == "-"]
        self.program = str(command[0])
        self.text = given.get("input") if places == ["-"] else pathlib.Path(places[0]).read_bytes() if places else None
        if isinstance(self.text, bytes):
            self.text = self.text.decode("utf-8", "surrogateescape")
        self.words = own
        if own is None and self.text and self.text.lstrip()[:1] not in ("{", "<"):
            self.words = self.program_words()

    def program_words(self):
        """Of a text with one plain command line; None: another kind."""
        if any(sign in self.text for sign in ("$(", "; fi", "\nfi", "esac")):
            return None
        try:
            words = self.text.rstrip("\0").split("\0") if "\0" in self.text else shlex.split(self.text.replace("\\\n", " "), comments=True)
        except ValueError:
            return None
        first = next((i for i, w in enumerate(words) if os.path.basename(w).startswith(("qemu-", "kvm"))), None)
        return words[first:] if first is not None else None

    def ask(self, text=None, words=None):
        command = [self.program, "check", *self.options, "--json=short"] + (["--", *words] if words else ["-"])
        done = self.run(command, input=text, capture_output=True, text=True, check=False, timeout=60, **self.given)
        assert done.returncode in (0, 3), (command, done.stderr)
        return json.loads(done.stdout)

    def with_remedy(self, remedy):
        """The answer about the guest with it; None where no form of it is for such a guest."""
        if self.words and remedy["proxmox"]:
            return self.ask(words=remedies.into_proxmox(self.words, remedy["proxmox"]))
        if self.words and remedy["option"]:
            return self.ask(words=remedies.into_command(self.words, remedy["option"]))
        if self.words or not self.text:
            return None
        if self.text.lstrip().startswith("{") and remedy["option"]:
            return self.ask(json.dumps(remedies.into_document(json.loads(self.text), remedy["option"])))
        if self.text.lstrip().startswith("<") and remedy["libvirt"]:
            return self.ask(remedies.into_domain(self.text, remedy["libvirt"]))
        return None

    def before(self, said):
        """As it was printed, where that was whole JSON."""
        if said.startswith('{"schema":"hawd-check/1"') and not self.words:
            return json.loads(said)
        if self.words:
            return self.ask(words=self.words)
        return self.ask(self.text) if self.text else None


class Recorder:
    """In place of subprocess.run."""

    def __init__(self):
        self.run, self.applied, self.kept_apart = subprocess.run, 0, 0

    def __call__(self, command, *arguments, **given):
        done = self.run(command, *arguments, **given)
        words = [str(word) for word in command] if isinstance(command, (list, tuple)) else []
        if len(words) > 2 and os.path.basename(words[0]) == "hawctl" and words[1] == "check" and done.returncode in (0, 3) \
                and not any(w.startswith("--pid") for w in words) and "-q" not in words:
            self.examine(Guest(self.run, words, given), done.stdout if isinstance(done.stdout, str) else "")
        return done

    def examine(self, guest, said):
        before = guest.before(said)
        if before is None or before["verdict"] == "safe":
            return
        tried = set()
        whens = [(None, f) for f in before["findings"]] + [(a["when"], f) for a in before["alternatives"] for f in a["findings"]]
        for when, finding in whens:
            form = (when, finding["rule"], finding["libvirt"], finding["option"], finding["proxmox"])
            if not any(form[2:]) or form in tried:
                continue
            tried.add(form)
            after = guest.with_remedy(finding)
            if after is None:
                self.kept_apart += 1
                continue
            if when:
                verify_alternative(after, when, finding)
            else:
                verify(before, after, finding)
            self.applied += 1
        if before["plan"]:
            after = guest.with_remedy(before["plan"])
            if after:
                verify_plan(before, after)
                self.applied += 1
