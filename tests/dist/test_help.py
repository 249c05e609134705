"""The program's manners: help and version on standard output, errors on standard error, exit statuses, 80 columns."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HAWCTL = os.environ["HAWCTL"]
TOP = pathlib.Path(os.environ["HAWD_SOURCE"])


def run(*arguments, **more):
    return subprocess.run([HAWCTL, *arguments], capture_output=True, text=True, timeout=60, check=False, **more)


VERBS = run("--list-verbs").stdout.split()
# By verb: "--json=" wants an argument, "--svg" takes none or does without.
OPTIONS = {verb: run(verb, "--list-options").stdout.split() for verb in VERBS}
# The common options that each verb takes: what a verb does not use it refuses.
HOST = {"--root", "--local", "--host", "--bus-address"}
TAKEN = {"status": HOST | {"--json"}, "describe": HOST | {"--json"}, "map": HOST | {"--json"}, "help": set(), "decode": {"--json"},
         **{verb: HOST | {"--json", "--no-legend"} for verb in ("iommus", "groups", "devices", "regions", "check", "fit", "models")},
         "audit": {"--root", "--local", "--bus-address", "--json", "--no-legend"}, "doctor": {"--root", "--local", "--bus-address", "--json"}, "monitor": {"--host", "--bus-address", "--json"},
         **{verb: {"--json", "--no-legend"} for verb in ("baseline", "compare", "diff", "history")}, "capture": {"--root", "--local"}, "export": HOST, "gather": set(), "place": {"--json"}}
ALWAYS = {"--help", "--version", "--no-pager"}
GUEST = {"--pid", "--firmware", "--qemu", "--xen", "--defaults"}
OWN = {"check": GUEST | {"--layout", "--for"}, "fit": GUEST | {"--bar", "--device", "--count"}, "place": GUEST | {"--from", "--all"}, "map": GUEST | {"--svg", "--ascii"},
       "audit": {"--defaults"}, "baseline": {"--for-width", "--settings", "--all"}, "capture": {"--force"}, "models": {"--fleet"}, "export": {"--output"},
       "gather": {"--hosts", "--output", "--continue", "--jobs", "--ssh-config", "--ssh-option", "--remote-command"}}


def names(options):
    return {option.rstrip("=") for option in options}


def test_options_of_each_verb():
    for verb in VERBS:
        timeout = set() if verb in ("help", "monitor") else {"--timeout"}
        assert names(OPTIONS[verb]) == TAKEN[verb] | ALWAYS | timeout | OWN.get(verb, set()), verb
        shown = re.findall(r"^  (?:    |-., )(--[a-z-]+)", run(verb, "--help").stdout, re.M)
        assert sorted(shown) == sorted(names(OPTIONS[verb])), verb


@pytest.mark.parametrize("verb", VERBS)
def test_options_of_other_verbs_are_refused(verb):
    """Before and behind the verb; and nothing is done: no capture is written, nothing is read."""
    for option in {o for options in OPTIONS.values() for o in options}:
        if option.rstrip("=") in names(OPTIONS[verb]):
            continue
        word = option + "1" if option.endswith("=") else option
        for arguments in ([verb, word], [word, verb], [verb, "x", word]):
            done = run(*arguments)
            assert done.returncode == 2 and done.stdout == "", arguments
            assert f"'{verb}' does not support {option.rstrip('=')}" in done.stderr, done.stderr
            owners = [v for v, own in OWN.items() if option.rstrip("=") in own]
            assert all(f"'{owner}'" in done.stderr for owner in owners), done.stderr


def test_an_option_is_refused_with_what_to_do():
    assert run("status", "--count=3", "--svg=x").stderr == "hawctl: 'status' does not support --count; it is an option of 'fit'\n"
    assert run("--svg").stderr == "hawctl: 'status' does not support --svg; it is an option of 'map'\n"
    assert run("compare", "--qemu", "9.2", "a", "b").stderr == "hawctl: 'compare' does not support --qemu; it is an option of 'map', 'check', 'fit' and 'place'\n"
    assert run("capture", "-j").stderr == "hawctl: 'capture' does not support -j; 'hawctl capture --help' lists its options\n"
    assert "run it on the other host" in run("audit", "-H", "other").stderr
    assert "ssh HOST hawctl doctor" in run("doctor", "-H", "other").stderr
    assert "until it is interrupted" in run("monitor", "--timeout=3").stderr
    assert "over ssh, which are its arguments" in run("gather", "-H", "other").stderr


def test_options_stand_anywhere():
    plain = run("decode", "vtd", "d2008c40660462", "f050da", "--json=short").stdout
    assert plain == run("--json=short", "decode", "vtd", "d2008c40660462", "f050da").stdout == run("decode", "--json", "short", "vtd", "d2008c40660462", "f050da").stdout
    assert plain == run("decode", "--json=short", "--", "vtd", "d2008c40660462", "f050da").stdout == run("decode", "vtd", "--jso=short", "d2008c40660462", "f050da").stdout
    assert "invalid option" in run("check", "-m").stderr and "invalid option" not in run("check", "--", "-m").stderr


def test_exit_statuses():
    """Those of --help are those of the man page."""
    text = (TOP / "man" / "hawctl.1").read_text(encoding="utf-8").split(".SH EXIT STATUS")[1].split(".SH")[0]
    listed = re.findall(r"(\d) ([a-z ]+)[,.]", re.search(r"^Exit status: .*$", run("--help").stdout, re.M)[0])
    assert [number for number, _ in listed] == ["0", "1", "2", "3", "4"] == re.findall(r"^\.B (\d)$", text, re.M)


def complete(*words):
    """What bash offers for the last word; it splits words at "=" itself."""
    split = [part for word in words for part in re.split("(=)", word)]
    if len(split) > 1 and split[-2:] == ["=", ""]:
        split.pop()
    script = ('hawctl() { "$HAWCTL" "$@"; }\ncompopt() { :; }\n. "$HAWD_SOURCE/ctl/completion/hawctl"\n'
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hawctl; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-uc", script, "bash", *split], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_completion():
    assert complete("hawctl", "") == VERBS == complete("hawctl", "help", "")
    for verb in VERBS:
        assert complete("hawctl", verb, "--") == OPTIONS[verb], verb
    assert complete("hawctl", "fit", "x", "--de") == ["--defaults=", "--device="]
    assert complete("hawctl", "--json=") == ["pretty", "short", "off"] and complete("hawctl", "--json=p") == ["pretty"]
    assert complete("hawctl", "models", "Skylake-") == ["Skylake-Client", "Skylake-Server"]
    assert complete("hawctl", "--json=short", "de") == ["describe", "devices", "decode"]
    # What the script completes the values of are options.
    for option in re.findall(r"--[a-z]+=(?=\*)", (TOP / "ctl" / "completion" / "hawctl").read_text(encoding="utf-8")):
        assert any(option in options for options in OPTIONS.values()), option


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]] + [[v, "--help"] for v in VERBS] + [["help", v] for v in VERBS])
def test_help(arguments):
    done = run(*arguments)
    assert done.returncode == 0 and done.stderr == "" and done.stdout.startswith("Usage: hawctl ")
    assert not [line for line in done.stdout.splitlines() if len(line) > 80]


def test_help_is_one():
    assert run("-h").stdout == run("--help").stdout == run("help").stdout
    for verb in VERBS:
        assert run(verb, "-h").stdout == run(verb, "--help").stdout == run("help", verb).stdout
        assert verb in run("--help").stdout


@pytest.mark.parametrize("arguments,word", [
    (["stauts"], "did you mean 'status'"), (["nonsense"], "nonsense"), (["status", "x"], "too many"), (["decode"], "too few"),
    (["decode", "png", "x"], "png"), (["decode", "vtd", "1"], "CAP ECAP"), (["decode", "vtd", "xyz", "1"], "xyz"),
    (["decode", "vtd", "10000000000000000", "1"], "64 bits"), (["decode", "amdvi", "1", "-"], "EFR2"),
    (["--json=xml"], "pretty, short or off"), (["--nonsense"], "nonsense"), (["help", "nonsense"], "nonsense"), (["diff", "x"], "diff A B"), (["baseline"], "baseline FLEET..."), (["baseline", "x", "--for-width=53"], "from 32 to 52"), (["baseline", "x", "--for-width=0"], "from 32 to 52"), (["baseline", "x", "--for-width=65"], "from 32 to 52"), (["baseline", "x", "--for-width=31"], "from 32 to 52"), (["--root"], "root"),
    (["check"], "expected a guest"), (["check", "--pid=x"], "--pid=x"), (["check", "/dev/null"], "/dev/null"), (["fit", "/dev/null", "--count=0"], "--count=0"),
    (["compare", "x"], "compare A B"), (["compare", "-", "-"], "only one"), (["check", "--layout=x"], "layout"), (["check", "--for"], "for"), (["fit", "/dev/null", "--count=x"], "from 1 to 256"), (["status", "--timeout=0"], "from 1 to 86400"),
    (["place"], "expected a guest and a fleet"), (["place", "x"], "expected a guest and a fleet"), (["place", "--pid=1"], "expected a guest and a fleet"), (["place", "--", "qemu-system-x86_64"], "before '--'"),
    (["place", "-", "-"], "only one of the guest, the fleet and --from"), (["place", "-", "x", "--from=-"], "only one"), (["place", "/dev/null", "x"], "/dev/null"),
    (["place", "--pid=1", "x", "--", "qemu-system-x86_64"], "cannot be combined"),
    (["gather"], "--hosts=FILE"), (["gather", "x", "--continue"], "--output=FILE"), (["gather", "x", "--continue", "--output=-"], "--output=FILE"),
    (["gather", "x", "--jobs=0"], "from 1 to 256"), (["gather", "x", "--jobs=257"], "from 1 to 256"), (["gather", "x", "--timeout=0"], "of seconds from 1"),
    (["gather", "--hosts=/dev/null"], "names no host"), (["gather", "x", "--output="], "the name of a file"), (["gather", "x", "--remote-command="], "needs a command"),
    (["fit", "x", *["--bar=1M"] * 7], "at most 6"), (["models", "--local", "--fleet=x"], "--fleet excludes"),
])
def test_usage_errors(arguments, word):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == "" and word in done.stderr


@pytest.mark.parametrize("arguments,word", [
    (["decode", "dmar", "/no/such/file"], "/no/such/file"), (["decode", "dmar", "/"], "directory"), (["decode", "cpuid", "/dev/null"], "no CPUID leaf"),
    (["decode", "ivrs", "/dev/zero"], "larger"), (["decode", "iort", "/dev/null"], 'no "IORT" header'), (["status", "--root=/no/such"], "/no/such"), (["status", "--root=/usr/bin"], "not a host tree"),
    (["check", "/no/such/guest"], "/no/such/guest"), (["check", "/"], "directory"),
    (["compare", "/no/such", "/no/such"], "/no/such"), (["baseline", "/no/such"], "/no/such"), (["baseline", "/dev/null"], "/dev/null"), (["iommus", "dmar99"], "dmar99"), (["models", "Skylak-Server"], "did you mean 'Skylake-Server'"), (["models", "nonsense"], "'hawctl models' lists"), (["models", "host"], "copies the CPU"), (["models", "--fleet=/no/such"], "/no/such"), (["groups", "99999"], "99999"), (["devices", "0000:ff:1f.7"], "0000:ff:1f.7"),
])
def test_failures(arguments, word):
    done = run(*arguments)
    assert done.returncode == 1 and done.stdout == "" and word in done.stderr


def test_standard_input_and_hex():
    table = bytes.fromhex("444d4152") + (48 + 16).to_bytes(4, "little") + bytes(28) + bytes([38, 1]) + bytes(10) + \
        bytes([0, 0, 16, 0, 1, 0, 0, 0]) + (0xFED91000).to_bytes(8, "little")
    plain = subprocess.run([HAWCTL, "decode", "dmar", "-", "-j"], input=table, capture_output=True, check=True).stdout
    assert json.loads(plain)["units"][0]["base"] == "0xfed91000"
    dump = "".join(f"    {i:04X}: {table[i:i + 16].hex(' ').upper()}  ................\n" for i in range(0, len(table), 16))
    for text in (table.hex(), "DMAR @ 0x0000000000000000\n" + dump):
        assert subprocess.run([HAWCTL, "decode", "dmar", "-", "-j"], input=text.encode(), capture_output=True, check=True).stdout == plain


def test_output_that_cannot_be_written():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([HAWCTL, "describe", "--local"], stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 1 and "standard output" in done.stderr
    done = subprocess.run(f"{HAWCTL} describe --local | true", shell=True, capture_output=True, check=False)
    assert done.stderr == b""


def test_legend():
    assert "DEVICE" in run("devices").stdout or "No PCI" in run("devices").stdout
    assert "DEVICE" not in run("devices", "--no-legend").stdout


def test_version():
    assert run("--version").stdout.startswith("hawctl ")
