"""hawctl place: of each host the same as hawctl check on that host alone; what is counted, the exit statuses, and the screen."""
import json
import os
import pathlib
import random
import re
import subprocess

import jsonschema
import pytest

import hosts_arm
import hosts_intel
import hosts_kernel
import hosts_other
from class_guests import MORE, virt
from fleet_documents import Documents
from fleet_kinds import Corpus, draw_kinds, rng_of
from guests import GIB, amd, device, guest, intel, ovmf
from tree import Tree

HAWCTL, HOST = os.environ["HAWCTL"], "0000:01:00.0"
SCHEMA = jsonschema.Draft202012Validator(json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("place.schema.json").read_text(encoding="utf-8")))
TREES = hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS + hosts_kernel.HOSTS
NAMED = {"address": HOST, "assigned": True}
# Nothing tells the versions of QEMU and OVMF.
OPEN = {key: value for key, value in guest(ram="600GiB", bits="host", firmware={"kind": "ovmf"}, devs=[device(16 * GIB)]).items() if key != "vmmVersion"}
GUESTS = {"plain": guest(bits=40), "wide": guest(ram="900GiB", bits="host", devs=[device(16 * GIB)]), "named": guest(bits="host", devs=[NAMED]),
          "open": OPEN, "sev": guest(bits="host", confidential="sev", cBit=51, reducedPhysBits=1), "iommufd": MORE[2]}


def run(*arguments, **more):
    return subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **more)


def place(*arguments, status=(0, 3)):
    done = run("place", "--json=short", *arguments)
    assert done.returncode in status, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines[:3]:
        SCHEMA.validate(line)
    return done.returncode, lines


def write(path, document):
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def without_number(text):
    return re.sub(r"\bgroup [0-9]+", "a group", text)


def reasons(findings):
    return {(f["verdict"], f["rule"], f["subject"], f["summary"]) for f in findings if f["verdict"] != "info"}


def of_check(check):
    """Verdict, findings, of any version too, and missing inputs."""
    alternatives = check.get("alternatives") or []
    return (check["verdict"], reasons(check["findings"]).union(*(reasons(a["findings"]) for a in alternatives)),
            {without_number(m) for m in check["missing"]}.union(*({without_number(m) for m in a["missing"]} for a in alternatives)))


def of_place(answer):
    return answer["verdict"], reasons(answer["reasons"]), set(answer["missing"])


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """Directories with a host tree each; some have the same names, so each is asked alone and together with hosts of other names."""
    path, paths = tmp_path_factory.mktemp("trees"), []
    for build in TREES:
        build(Tree(path / build.__name__))
        (path / build.__name__ / "proc/sys/kernel/hostname").parent.mkdir(parents=True, exist_ok=True)
        (path / build.__name__ / "proc/sys/kernel/hostname").write_text(build.__name__ + "\n", encoding="utf-8")
        paths.append(path / build.__name__)
    return paths


@pytest.mark.parametrize("name", GUESTS)
def test_each_host_as_check(name, trees, tmp_path):
    path, chosen = write(tmp_path / "guest.json", GUESTS[name]), random.Random(name).sample(trees, 16)
    # It has what a guest names: on all others this is unsafe.
    chosen += [tree for tree in trees if tree.name == "client_46_39" and tree not in chosen]
    status, lines = place(path, *chosen)
    assert [line["host"] for line in lines] == [tree.name for tree in chosen]
    verdicts = []
    for tree, line in zip(chosen, lines):
        done = run("check", path, f"--root={tree}", "--json=short")
        assert of_place(line) == of_check(json.loads(done.stdout)), tree.name
        assert (line["live"], line["offline"], line["hotplug"]) == (None, None, None)
        verdicts.append(line["verdict"])
    assert len(set(verdicts)) > 1
    assert status == (0 if set(verdicts) & {"safe", "warning"} else 3)


def drawn(seed, n):
    print(f"seed {seed}")
    kinds, _ = draw_kinds(rng_of(seed), Corpus(os.environ.get("HAWD_CORPUS")), n, 2.0)
    documents = Documents()
    return [documents.document(kind, 3, f"host{i}", f"{i:032x}") | {"digest": f"{i:064x}"} for i, kind in enumerate(kinds)]


@pytest.mark.parametrize("seed", range(1, 5))
def test_each_move_as_check(seed, trees, tmp_path):
    """hawctl check --for says of each host what place --from says of it. What starts there with any device is the check itself for a
    guest that names none."""
    rng = random.Random(seed)
    hosts, source = drawn(seed, 40), rng.choice(trees)
    for i, host in enumerate(hosts):
        write(tmp_path / f"{i}.json", host)
    (tmp_path / "fleet").write_text("".join(json.dumps(host) + "\n" for host in hosts), encoding="utf-8")
    for name in rng.sample(sorted(GUESTS), 3):
        path = write(tmp_path / "guest", GUESTS[name])
        done = run("check", path, f"--root={source}", "--json=short", *(f"--for={tmp_path / f'{i}.json'}" for i in range(len(hosts))))
        targets = json.loads(done.stdout)["targets"]
        _, lines = place(path, tmp_path / "fleet", f"--from={source}")
        assert len(lines) == len(targets) == len(hosts)
        for line, target in zip(lines, targets):
            for kind in "live", "offline", "hotplug":
                mine, its = of_place(line[kind]), of_check(target[kind])
                # The findings of some versions only are not in the document of check.
                assert mine[0] == its[0] and mine[1] >= its[1] and mine[2] >= its[2], (line["host"], kind)
                assert mine == its or its[2], (line["host"], kind)
            if name not in ("named", "open", "iommufd"):
                assert of_place(line) == of_place(line["offline"]), line["host"]


# ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def describe(tmp_path, build, name, machine="a" * 32):
    build(Tree(tmp_path / name))
    document = json.loads(run("describe", f"--root={tmp_path / name}", "--json=short").stdout)
    document["host"] |= {"hostname": name, "machineId": machine}
    return document


def fleet(path, *documents):
    path.write_text("".join((d if isinstance(d, str) else json.dumps(d)) + "\n" for d in documents), encoding="utf-8")
    return path


@pytest.fixture
def wide(tmp_path):
    return write(tmp_path / "guest.json", guest(bits=46, name="vm1"))


def test_exit_status(tmp_path, wide):
    narrow, broad = describe(tmp_path, intel(39, 39), "narrow"), describe(tmp_path, intel(46, 46), "broad")
    assert run("place", wide, fleet(tmp_path / "f", narrow)).returncode == 3
    assert run("place", wide, fleet(tmp_path / "f", narrow, broad)).returncode == 0
    # A line that is no profile outweighs.
    for lines in ([narrow, "{"], [broad, "{"]):
        done = run("place", wide, fleet(tmp_path / "f", *lines))
        assert done.returncode == 1 and "f:2:" in done.stderr and "1 host may take it" in done.stdout
    assert run("place", wide, fleet(tmp_path / "f", "")).returncode == 1


def test_moves(tmp_path, wide):
    narrow, broad = describe(tmp_path, intel(39, 39), "narrow"), describe(tmp_path, intel(46, 46), "broad")
    write(tmp_path / "from.json", broad)
    status, lines = place(wide, fleet(tmp_path / "f", narrow, broad), f"--from={tmp_path / 'from.json'}")
    assert status == 0 and [line["live"]["verdict"] for line in lines] == ["unsafe", "safe"]
    assert "R8" in {reason["rule"] for reason in lines[0]["live"]["reasons"]}
    text = run("place", wide, tmp_path / "f", f"--from={tmp_path / 'from.json'}").stdout
    assert "moved while it runs: possible on 1 of 2 hosts" in text and "moved after a stop: as started there" in text
    assert "given a device after the move" in text


def test_architectures(tmp_path):
    """A guest of KVM runs on hosts of its own architecture."""
    paths = []
    for build in (intel(46, 48), hosts_arm.arm64_smmuv3):
        build(Tree(tmp_path / f"{len(paths)}"))
        paths.append(write(tmp_path / f"{len(paths)}.json", json.loads(run("describe", f"--root={tmp_path}/{len(paths)}").stdout)))
    for document, taker in ((guest(bits=40), "host"), (virt(), "arm")):
        lines = place(write(tmp_path / "guest.json", document), *paths)[1]
        verdicts = {line["host"]: line["verdict"] for line in lines if "host" in line}
        assert len(verdicts) == 2 and all((verdict != "unsafe") == (name == taker) for name, verdict in verdicts.items()), lines


def test_last_document_counts(tmp_path, wide):
    host = describe(tmp_path, intel(39, 39), "one")
    later = describe(tmp_path / "later", intel(46, 46), "one")
    status, lines = place(wide, fleet(tmp_path / "f", host, later))
    assert status == 0 and [line["verdict"] for line in lines] == ["safe"]
    assert place(wide, fleet(tmp_path / "f", later, host))[0] == 3


def test_summaries(tmp_path, wide):
    """A summary is judged by its class if a profile of the class is there and the widths agree; never for a guest that names devices."""
    broad, narrow = describe(tmp_path, intel(46, 46), "broad"), describe(tmp_path, intel(39, 39), "narrow")
    told = {name: json.loads(run("export", "ansible", f"--root={tmp_path / name}").stdout) for name in ("broad", "narrow")}
    for one in told.values():
        one["host"] |= {"hostname": "told", "machineId": "b" * 32}
    _, lines = place(wide, fleet(tmp_path / "f", broad, narrow))
    assert [line["class"] for line in lines] == [told["broad"]["class"], told["narrow"]["class"]]
    assert told["broad"]["class"] != told["narrow"]["class"] and told["broad"]["pool"]

    def ask(path, *documents):
        return {line["host"]: line["verdict"] for line in place(path, fleet(tmp_path / "f", *documents))[1]}

    for order in (1, -1):
        assert ask(wide, *[broad, told["broad"]][::order]) == {"broad": "safe", "told": "safe"}
        assert ask(wide, *[narrow, told["narrow"]][::order]) == {"narrow": "unsafe", "told": "unsafe"}
        # Nobody has a profile of this class, or the widths are others.
        assert ask(wide, *[broad, told["narrow"]][::order]) == {"broad": "safe", "told": None}
        assert ask(wide, *[broad, told["narrow"] | {"class": told["broad"]["class"]}][::order]) == {"broad": "safe", "told": None}
    named = write(tmp_path / "named.json", GUESTS["named"])
    assert ask(named, broad, told["broad"])["told"] is None
    done = run("place", wide, fleet(tmp_path / "f", told["broad"]))
    assert done.returncode == 3 and "UNKNOWN  1 host: told; only a summary was read" in done.stdout and "0 of 1 host may take it" in done.stdout


# ── the screen ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_screen(tmp_path, trees):
    """80 columns, and all hosts are counted once; what is not shown is said."""
    for name, document in GUESTS.items():
        path = write(tmp_path / f"{name}.json", document | {"name": "vm1"})
        done = run("place", path, *trees[:40], f"--from={trees[0]}", env=os.environ | {"COLUMNS": "80"})
        assert not [line for line in done.stderr.splitlines() if not line.endswith("; both count")]
        blocks = done.stdout.split("\n\n")
        assert len(blocks) == 4 and len(done.stdout.splitlines()) <= 80
        assert not [line for line in done.stdout.splitlines() if len(line) > 80]
        for block in blocks:
            counts = [int(n) for n in re.findall(r"^(?:SAFE|WARNING|UNSAFE|UNKNOWN) +(\d+) hosts?:", block, re.M)]
            assert "as started there" in block or sum(counts) == 40
        every = run("place", path, *trees[:40], "--all").stdout
        assert not re.search(r"and \d+ more|more reason", every) and all(tree.name in every for tree in trees[:40])


def test_without_names(tmp_path, wide):
    """A host without name and machine ID is named by its document, and each is a host of its own."""
    document = describe(tmp_path, intel(39, 39), "x")
    document["host"] |= {"hostname": None, "machineId": None}
    text = run("place", wide, fleet(tmp_path / "f", document, document)).stdout
    assert f"UNSAFE   2 hosts: {tmp_path}/f:1, {tmp_path}/f:2" in re.sub(r"\n +", " ", text)
    assert "vm1: 0 of 2 hosts may take it" in text


def test_all_reasons(tmp_path):
    """Reasons with hosts of each, most hosts first."""
    hosts = [describe(tmp_path, intel(39, 39), f"narrow{i}", f"{i:032x}") for i in range(3)]
    hosts += [describe(tmp_path, amd(48), "amd", "f" * 32)]
    path = write(tmp_path / "guest.json", guest(ram="1100GiB", bits=46, firmware=ovmf("202411"), devs=[NAMED]))
    _, lines = place(path, fleet(tmp_path / "f", *hosts))
    text = re.sub(r"\n {9}", " ", run("place", path, tmp_path / "f", "--all", env=os.environ | {"COLUMNS": "80"}).stdout)
    expected = {}
    for line in lines:
        for reason in line["reasons"]:
            if reason["verdict"] == "unsafe" or line["verdict"] != "unsafe":
                expected.setdefault((reason["rule"], reason["summary"]), []).append(line["host"])
    assert len(expected) > 1
    for (rule, what), names in expected.items():
        shown = ", ".join(names[:2]) + (", …" if len(names) > 2 else "")
        assert re.search(rf"^\w+ +{len(names)} hosts? \({re.escape(shown)}\): (?:if .*: )?(?:{HOST}: )?{re.escape(what)} \[{rule}\]$", text, re.M), (rule, what, text)
    numbers = [int(n) for n in re.findall(r"^unsafe +(\d+) host", text, re.M)]
    assert numbers == sorted(numbers, reverse=True)


def test_names_in_any_language(tmp_path):
    """Devices' names are part of reasons and of missing inputs."""
    one = describe(tmp_path, intel(46, 39), "one")
    path = write(tmp_path / "guest.json", guest(ram="600GiB", bits="host", name="客人", devs=[{"name": "Gäste🐧" * 8, "assigned": True}, NAMED | {"name": "日" * 30}]))
    for extra in ([], [f"--from={tmp_path / 'one'}"]):
        _, lines = place(path, fleet(tmp_path / "f", one), *extra)
        assert any("Gäste🐧" in text for text in lines[0]["missing"]) and any("日" in reason["subject"] for reason in lines[0]["reasons"])
    assert run("place", path, tmp_path / "f", env=os.environ | {"LC_ALL": "C.UTF-8"}).stdout.startswith("客人: ")


# ── the command line ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_forms_of_guests(tmp_path, wide):
    path = fleet(tmp_path / "f", describe(tmp_path, intel(46, 46), "one"))
    command = ["qemu-system-x86_64", "-accel", "kvm", "-M", "pc-q35-9.2", "-m", "16G", "-cpu", "host", "-bios", "OVMF.fd"]
    expected = run("place", wide, path).stdout
    assert run("place", "-", path, input=wide.read_text(encoding="utf-8")).stdout == expected
    assert run("place", wide, "-", input=path.read_text(encoding="utf-8")).stdout == expected
    by_words = run("place", path, "--", *command)
    assert by_words.returncode == 0 and "1 of 1 host may take it" in by_words.stdout
    assert run("place", path, "--all", "--", *command).stdout == by_words.stdout
    (tmp_path / "script").write_text(" ".join(command) + "\n", encoding="utf-8")
    assert run("place", tmp_path / "script", path).stdout == by_words.stdout
    # A file of guests after "--" is read as one, as check does.
    assert run("place", path, "--", wide).stdout == expected


def test_not_this_host(tmp_path):
    """What is installed here says nothing of a guest elsewhere."""
    path = fleet(tmp_path / "f", describe(tmp_path, intel(46, 46), "one"))
    script = tmp_path / "script"
    script.write_text("qemu-system-x86_64 -accel kvm -M q35 -m 16G -cpu host -bios /usr/share/OVMF/OVMF_CODE.fd\n", encoding="utf-8")
    _, lines = place(script, path)
    done = run("check", script, f"--root={tmp_path / 'one'}", "--json=short")
    assert of_place(lines[0]) == of_check(json.loads(done.stdout))
