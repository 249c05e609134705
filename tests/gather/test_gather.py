"""hawctl gather asks hosts over a real ssh: what arrives, in which order, and what is said of hosts that fail."""
import os
import re

from said import names_of, said_of


def test_documents_arrive_unchanged(server, document):
    server.hosts("client")
    done = server.gather("client")
    assert (done.returncode, done.stdout, done.stderr) == (0, document, "")
    assert server.asked() == [["client", "describe --json=short"]]


def test_file_is_in_the_order_of_the_list(server, tmp_path):
    """Whatever answers first."""
    server.answers(slow="sleep 1; profile")
    names = server.hosts("slow-1", "web-2", "web-3", "web-4")
    (tmp_path / "hosts").write_text("\ufeff# the rack\n\n  web-3\t# spare\r\nweb-4\nslow-1\nweb-3\n", encoding="utf-8")
    done = server.gather(f"--output={tmp_path}/fleet.jsonl", f"--hosts={tmp_path}/hosts", *names[:2])
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "hawctl: 2 host names are repeated; each host is asked once\n"
    assert names_of((tmp_path / "fleet.jsonl").read_text(encoding="utf-8")) == ["slow-1", "web-2", "web-3", "web-4"]
    assert sorted(os.listdir(tmp_path)) == ["fleet.jsonl", "hosts"]
    assert sorted(name for name, _ in server.asked()) == sorted(names)


def test_names_from_standard_input(server):
    server.hosts("web-1", "web-2")
    done = server.gather("--hosts=-", input="web-1\nweb-2\n")
    assert done.returncode == 0 and sorted(names_of(done.stdout)) == ["web-1", "web-2"]


def test_key_that_allows_only_this(server, document):
    """As docs/fleet.md proposes: whatever is asked, the host runs what its authorized_keys has."""
    server.hosts("client", client={"IdentityFile": server.place / "restricted"})
    done = server.gather("client", f"--remote-command=touch {server.place}/trace")
    assert (done.returncode, done.stdout, done.stderr) == (0, document, "") and not (server.place / "trace").exists()
    assert server.asked() == [["client", "describe --json=short"]]


def test_another_command(server):
    server.hosts("client")
    done = server.gather("client", "--remote-command=hawctl describe --json=short --local")
    assert done.returncode == 0 and server.asked() == [["client", "describe --json=short --local"]]


# What the host does (a shell's words, or the lines of ssh_config), and what is said of it.
REASONS = {
    "refused": ({"Port": 1}, r"ssh: connect to host 127\.0\.0\.1 port 1: Connection refused"),
    "stranger": ({"IdentityFile": "{place}/strange"}, r"ssh: .*Permission denied \(publickey\)\."),
    "changed": ({"UserKnownHostsFile": "{place}/changed_hosts"}, r"ssh: Host key verification failed\."),
    "unresolved": ({"HostName": "nowhere.invalid"}, r"ssh: Could not resolve hostname nowhere\.invalid: .*"),
    "missing": ("exec no-hawctl-here", r"the command failed with exit status 127: .*no-hawctl-here: not found"),
    "old": ("echo 'hawctl: unknown verb' >&2; exit 2", r"the command failed with exit status 2: hawctl: unknown verb"),
    "mute": ("exit 3", r"the command failed with exit status 3"),
    "silent": ("exit 0", r"no answer: the command printed nothing"),
    "welcome": ("echo 'Welcome to this host, have a very nice day'; profile", r"not a profile: the answer starts with 'Welcome to this host, have a very nice d'"),
    "half": ("profile | head -c 5000", r"not a profile: line 1, column \d+: expected more: the text ends inside the document"),
    "twice": ("profile; profile", r"not a profile: line 2, column 1: expected nothing after the document"),
    "future": ("""echo '{{"schema":"hawd-profile/9"}}'""", r'not a profile: schema: expected "hawd-profile/1"'),
    "empty": ("""echo '{{"schema":"hawd-profile/1"}}'""", r"not a profile: [a-zA-Z]+: .*"),
    "array": ("echo '[1,2'", r"not a profile: the answer starts with '\[1,2'"),
    "binary": (r"printf '\0\1\2\033[2J\377'", r"not a profile: the answer starts with ''"),
    "late": ("profile; echo 'lost the disk' >&2; exit 1", r"the command failed with exit status 1: lost the disk"),
    "killed": ("profile | head -c 5000; kill -9 $$", r"ssh failed without a message \(exit status 255\)"),
    "escape": (r"printf '\033[2J\033]0;x\007\342\200\256red\n' >&2; exit 1", r"the command failed with exit status 1: \\x1b\[2J\\x1b\]0;x\\x07\\u202ered"),
}


def test_reasons(server, tmp_path):
    """A host for each way to fail, among some that answer."""
    server.answers(**{name: act.replace("{{", "{").replace("}}", "}") for name, (act, _) in REASONS.items() if isinstance(act, str)})
    names = server.hosts(*(f"{name}-{i}" for i, name in enumerate(REASONS, 1)), "web-1", "web-2",
                         **{name: {key: str(value).format(place=server.place) for key, value in act.items()} for name, (act, _) in REASONS.items() if isinstance(act, dict)})
    done = server.gather("--timeout=120", *names, f"--output={tmp_path}/fleet.jsonl")
    said, rest = said_of(done)
    assert done.returncode == 1 and done.stdout == ""
    # In the order of the list.
    assert list(said) == names[:len(REASONS)]
    wrong = {host: text for host, text in said.items() if not re.fullmatch(REASONS[host.split("-")[0]][1], text)}
    assert not wrong
    assert rest == [f"{len(REASONS)} of {len(names)} hosts failed", "repeat the command with --continue to ask only the others"]
    assert names_of((tmp_path / "fleet.jsonl").read_text(encoding="utf-8")) == ["web-1", "web-2"]


def test_failures_beside_standard_output(server):
    server.hosts("web-1", "mute-2")
    server.answers(mute="exit 3")
    done = server.gather("web-1", "mute-2")
    assert done.returncode == 1 and names_of(done.stdout) == ["web-1"]
    assert done.stderr == "hawctl: mute-2: the command failed with exit status 3\nhawctl: 1 of 2 hosts failed\n"
    assert server.gather("mute-2").stderr == "hawctl: mute-2: the command failed with exit status 3\nhawctl: 1 of 1 host failed\n"


SLOW = {
    "hang": ("exec sleep 90", r"no answer within {} s"),
    "complain": ("echo waiting for a lock >&2; exec sleep 90", r"no answer within {} s: waiting for a lock"),
    "stall": ("profile; exec sleep 90", r"the answer did not end within {} s \(\d+ bytes so far\)"),
}


def test_time_limit(server):
    """A host that has answered and does not end has not answered. ssh itself may take its time here: then there is more of it."""
    server.answers(**{name: act for name, (act, _) in SLOW.items()})
    names = server.hosts(*(f"{name}-1" for name in SLOW))
    for seconds in (2, 8, 32):
        done = server.gather(f"--timeout={seconds}", *names)
        said, rest = said_of(done)
        assert done.returncode == 1 and done.stdout == "" and rest == ["3 of 3 hosts failed"] and list(said) == names
        wrong = {host: text for host, text in said.items() if not re.fullmatch(SLOW[host.split("-")[0]][1].format(seconds), text)}
        if not wrong:
            break
    assert not wrong
