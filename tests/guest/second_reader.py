"""A second reader of guests, which shares nothing with hawd's: domains by xml.etree, command lines by shlex, scripts by bash itself. It
knows what the guests of the tests have in them and no more."""
import re
import shlex

from second_domain import domain
from second_script import script
from second_words import Refused, program, words_to_machine

__all__ = ["Refused", "read"]


def split(text):
    """shlex keeps the end of a line that a backslash joins."""
    return shlex.split(text.replace("\\\n", ""), comments=True)


def line(text):
    """A goal of make's before it is none of its words."""
    return words_to_machine(split(re.sub(r"^[\w.-]+:\n\t", "", text.lstrip("\n"))))


def task(text):
    """Proxmox's: the command stands in single quotes, and has such itself."""
    command = re.search(r"command '(.*)' failed", text, re.S)
    return words_to_machine(split(command[1]))


def log(text):
    """The last of its starts."""
    return words_to_machine(split(re.split(r"^.*: starting up libvirt.*\n", text, flags=re.M)[-1].split("\n20")[0]))


def processes(text):
    """JSON without quotes is one word each."""
    for row in text.splitlines():
        words = re.findall(r"(?:[^\s{]|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})+", row)
        if "grep" not in words and any(program(word) for word in words):
            return words_to_machine(words)
    raise Refused("no QEMU in it")


def read(guest, folder):
    """The machine in it; Refused where there is none."""
    if guest.form == "script":
        return script(guest.text, folder, guest.given, guest.arguments)
    if guest.form == "line" and guest.machine and guest.machine.machine == "cloud-hypervisor":
        return script(guest.text, folder, guest.given, guest.arguments or ("root",))
    return {"domain": domain, "line": line, "task": task, "log": log, "list": processes}[guest.form](guest.text)
