"""Scripts and pastes as strangers write them. What bash makes of a script is asked of bash where the text decides it; the other
expectations follow from what the shell, QEMU's option parser and the host do, by hand."""
import pytest

from forms import assumed, at, ignored, read, refused
from test_scripts import shell_words

GIB = 1 << 30
Q = "qemu-system-x86_64"

# ── 4 GiB by bash's own word ─────────────────────────────────────────────────────────────────────────────

SAME = {
    "let": "MEM=1\nlet MEM*=4\nlet 'X = 2'\n@ -m ${MEM}G\n",
    "a sum that assigns": "M=1\n: $((M += 3))\n@ -m ${M}G\n",
    "a comparison assigns nothing": "RAM=4\nif (( RAM < 2 )); then exit 1; fi\n@ -m ${RAM}G\n",
    "arguments are counted": "RAM=4G\nwhile (( $# > 0 )); do RAM=$1; shift; done\nif (( $# )); then RAM=$1; fi\n@ -m $RAM\n",
    "sums that decide": "N=5\nif (( N > 4 && !(N == 6) )); then RAM=4G; else RAM=9G; fi\n@ -m $RAM\n",
    "both": "A=1 B=2\nif [[ $A == 1 && $B == 2 ]]; then RAM=4G; else RAM=9G; fi\n@ -m $RAM\n",
    "either": "A=1\nif [[ $A == 2 || $A == 3 ]]; then RAM=9G; else RAM=4G; fi\n@ -m $RAM\n",
    "-a and -o": "A=1 B=2\nif [ \"$A\" = 2 -o \"$A\" = 1 -a \"$B\" = 2 ]; then RAM=4G; else RAM=9G; fi\n@ -m $RAM\n",
    "IFS": "L=-m,4G\nIFS=,\n@ $L\n",
    "IFS with an empty word": "IFS=,\nL='9G,,4G'\nset -- $L\n@ -m $3\n",
    "IFS joins": "A=(-m 4G)\nC=(host phys-bits=42)\nIFS=,\n@ \"${A[@]}\" -cpu \"${C[*]}\"\n",
    "IFS of strict mode": "set -euo pipefail\nIFS=$'\\n\\t'\nA=(-m 4G)\n@ \"${A[@]}\"\n",
    "a pipe's end is a shell of its own": "RAM=4G\necho x | RAM=64G\necho | { RAM=64G; }\n@ -m $RAM\n",
    "no loop over no arguments": "RAM=4G\nfor a in \"$@\"; do case \"$a\" in --big) RAM=64G;; esac; done\nfor a; do RAM=8G; done\n@ -m $RAM\n",
    "the system's name": "case $(uname -s) in Darwin) RAM=9G;; Linux) RAM=4G;; esac\nqemu-system-`uname -m` -m $RAM\n",
    "OSTYPE": "if [[ \"$OSTYPE\" == linux* ]]; then RAM=4G; else RAM=9G; fi\n@ -m $RAM\n",
    "a log's name": "tail -n 1 /var/log/@.log\n@ -m 4G\n",
    "usage before": "usage() { cat <<EOF\nusage: @ -m 9G -cpu host\nEOF\n}\n[ $# -lt 0 ] && usage\n@ -m 4G\n",
    "QEMU in a message": "msg() { true; }\nmsg \"@ -m 9G\"\n@ -m 4G\n",
    "groups and modules": "usermod() { true; }\nmodprobe() { true; }\ngetent group kvm -s files\nusermod -aG kvm $USER\nmodprobe kvm -v\n@ -m 4G\n",
}


@pytest.mark.parametrize("name", SAME)
def test_as_bash_does(name, tmp_path):
    text = SAME[name].replace("@ -", Q + " -").replace("@ $", Q + " $").replace("@ \"", Q + " \"").replace("@.log", Q + ".log")
    words = shell_words(text, tmp_path)[0]
    assert "4G" in words
    document = read("-", text=text)
    assert at(document, "memory.ram") == 4 * GIB and ignored(document) == []
    assert at(document, "cpu.physBits") == (42 if name == "IFS joins" else None)


# ── what is not followed is not passed over ──────────────────────────────────────────────────────────────

STALE = [
    "RAM=4G\neval \"$(grep ^RAM= conf)\"\n@ -m $RAM\n",           # may set RAM
    "A=(-m 4G)\nmapfile -t A < opts\n@ \"${A[*]}\"\n",            # replaces A
    "A=(-m 4G)\nreadarray -t A < <(cat opts)\n@ \"${A[*]}\"\n",
    "A=(-m 4G -m 64G)\nunset 'A[3]'\n@ \"${A[*]}\"\n",            # 4 GiB
    "M=1\necho $((M++))\n@ -m ${M}G\n",                            # 2 GiB
    "@ -m $(($1 * 1024))\n",                                       # $1 is no 1
    "#!/bin/zsh\nO='-m 4G'\n@ $O -S\n",                            # zsh does not cut it
    "IFS=$'\\n'\nO='-m 4G'\n@ $O -S\n",                            # neither does bash here
]


@pytest.mark.parametrize("text", STALE)
def test_not_stale(text):
    try:
        document = read("-", text=text.replace("@", Q))
    except AssertionError:
        refused("-", text=text.replace("@", Q))
        return
    assert ignored(document) or at(document, "memory.ram") != 4 * GIB


# ── conditions that matter together ──────────────────────────────────────────────────────────────────────

TOGETHER = [
    ("RAM=64G\nif [ -e /a ]; then RAM=4G; fi\nif [ -e /b ]; then RAM=4G; fi\n@ -m $RAM\n", "conditions in lines 2 and 3"),
    ("[ -e /a ] || A=1\n[ -e /b ] || B=1\nRAM=4G\nif [ \"$A$B\" = 11 ]; then RAM=64G; fi\n@ -m $RAM\n", "conditions in lines 1 and 2"),
    ("if a; then X=1; fi\nif b; then X=1; fi\nif c; then X=1; fi\n[ -n \"$X\" ] && RAM=4G || RAM=64G\n@ -m $RAM\n", "conditions in lines 1 and 3"),
    ("bash -c 'if [ -e /x ]; then R=4G; else R=64G; fi; @ -m $R'\n", "condition in line 1"),
]


@pytest.mark.parametrize("text, said", TOGETHER)
def test_together(text, said):
    document = read("-", text=text.replace("@", Q))
    assert at(document, "memory.ram") == 4 * GIB and ignored(document) == [said]


def test_session():
    """A terminal's variables are set or not: both ways."""
    for name in ("DISPLAY", "SUDO_USER", "XDG_RUNTIME_DIR", "HOME"):
        assert ignored(read("-", text=f"if [ -n \"${name}\" ]; then RAM=8G; else RAM=4G; fi\n{Q} -m $RAM\n")) == ["condition in line 1"]


# ── what is taken as unset is told, where it matters ─────────────────────────────────────────────────────

UNSET = [
    ("@ -m ${RAM:-4G}\n", "$RAM"), ("RAM=${RAM:-4G}\n@ -m $RAM\n", "$RAM"), (": ${RAM:=4G}\n@ -m $RAM\n", "$RAM"), ("@ -m ${RAM-4G}\n", "$RAM"),
    ("if [ -z \"$RAM\" ]; then RAM=4G; fi\n@ -m $RAM\n", "$RAM"), ("[ -n \"$BIG\" ] && RAM=64G\n@ -m ${RAM:-4G}\n", "$BIG"),
    ("@ -m 4G ${GPU:+-device vfio-pci,host=$GPU}\n", "$GPU"), ("@ -m ${1:-4G}\n", "arguments"), ("RAM=4G\n[ \"$1\" = big ] && RAM=64G\n@ -m $RAM\n", "arguments"),
    ("case \"$1\" in big) RAM=64G;; *) RAM=4G;; esac\n@ -m $RAM\n", "arguments"), ("RAM=4G\n[ $# -gt 0 ] && RAM=$1\n@ -m $RAM\n", "arguments"),
    ("RAM=4G\nwhile getopts m: o; do RAM=$OPTARG; done\n@ -m $RAM\n", "arguments"),
]


@pytest.mark.parametrize("text, what", UNSET)
def test_unset(text, what):
    document = read("-", text=text.replace("@", Q))
    assert at(document, "memory.ram") == 4 * GIB and ignored(document) == []
    assert assumed(document)[what] == ("none: the script is started without arguments" if what == "arguments" else "unset: this text does not set it")


def test_unset_that_does_not_matter():
    assert list(assumed(read("-", text=f"{Q} -m 4G -name ${{NAME:-vm}} -vnc :${{N:-1}} ${{LOG:+-D $LOG}}\n"))) == ["accelerator"]


# ── programs that QEMU is not, and words that are not its options ────────────────────────────────────────

INNER = ["sg kvm -c '@ -m 4G'", "newgrp kvm -c '@ -m 4G'", "su -s /bin/sh kvm -c '@ -m 4G'", "nix-shell -p qemu --run '@ -m 4G'", "chgrp kvm /dev/vfio/1 -v\n@ -m 4G",
         "docker run --rm --device=/dev/kvm -m 8g --cpus 4 -p 22:22 image @ -m 4G", "podman run -v /srv/kvm:/srv/kvm -m 8g image @ -m 4G", "perf kvm stat -a\n@ -m 4G",
         "$QEMU -m 4G -cpu qemu64\ncat <<EOF\nThis starts @ -m 9G\nEOF", "notify-send '@ -m 9G'\n@ -m 4G", "die_if '@ -m 9G'\n$QEMU -m 4G -cpu qemu64"]


@pytest.mark.parametrize("text", INNER)
def test_inner(text):
    document = read("-", text=text.replace("@", Q) + "\n")
    assert at(document, "memory.ram") == 4 * GIB and ignored(document) == []


@pytest.mark.parametrize("text", ["systemctl start @.service --now\n", "tail -n 5 -f /var/log/@.log\n", "perf kvm --host stat -p 100\n", "modprobe kvm -v\n", "die \"usage: @ -m 4G\"\n",
                                  "cat <<EOF\nUsage: @ -m 4G\nEOF\n", "getent group kvm -s files\n", "gpasswd -a user kvm -q\n"])
def test_no_machine(text):
    said = refused("-", text=text.replace("@", Q))
    assert "qemu-system-x86_64 not found in it" in said or "has no options" in said


def test_unknown_architecture():
    assert refused("-", text="qemu-system-$ARCH -m 4G\n").endswith("expected an x86 or arm64 machine, not qemu-system-$ARCH")


# ── pages and terminals ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("gap", ["...", "\u2026", "[...]", "[\u2026]", "(...)", "<snip>", "<other options>", "[options]", "<your card>"])
def test_gap(gap):
    """Somebody left something out: it is no disk, and no file that the shell reads."""
    for text in (f"{Q} -m 4G {gap} -cpu host\n", f"{Q} -cpu host -m 4G {gap}\n"):
        document = read("-", text=text)
        assert at(document, "memory.ram") == 4 * GIB and document["cpu"]["model"] == "host" and len(ignored(document)) == 1


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f", "\u3000", "\u00a0 \u00a0"])
def test_blank(blank):
    document = read("-", text=f"{Q}{blank}-m{blank}4G{blank}-cpu\u200b host -device{blank}vfio-pci,host=01:00.0\n")
    assert at(document, "memory.ram") == 4 * GIB and len(document["devices"]) == 1 and document["cpu"]["model"] == "host"


def test_prompt_of_a_joined_line():
    text = f"user@h:~$ {Q} -m 4G \\\n> -cpu host \\\n>   -device vfio-pci,host=01:00.0\nqemu: failed\n"
    for text in (text, text.replace("\n", "\r\n"), text.replace("user@h:~", "")):
        document = read("-", text=text)
        assert at(document, "memory.ram") == 4 * GIB and document["cpu"]["model"] == "host" and len(document["devices"]) == 1


def test_redirections_stay():
    document = read("-", text=f"{Q} -m 4G <in >out 2>err -cpu host < in > out\n")
    assert document["cpu"]["model"] == "host" and ignored(document) == []


def test_typographic_minus():
    assert "a typographic dash" in refused("-", text=f"{Q} \uff0dm 4G -S\n")


def test_netdev_of_a_variable():
    assert ignored(read("-", text=f"{Q} -m 4G -netdev user,id=n,\"$NET_OPTS\"\n")) == []


@pytest.mark.parametrize("text", [
    "1  #!/bin/bash\n2  @ -m 4G \\\n3    -cpu host \\\n4    -device vfio-pci,host=01:00.0\n",
    "/usr/bin/@\n-name\nguest=x\n-cpu\nhost\n-m\n4G\n-device\n{\"driver\":\"vfio-pci\",\"host\":\"0000:01:00.0\"}\n",
    "@ -m 4G -cpu host -device vfio-pci,host=01:00.0\n-- \nRegards\n",
    "@: -device vfio-pci,host=02:00.0: group 1 is not viable\n$ @ -m 4G -cpu host -device vfio-pci,host=01:00.0\n",
])
def test_paste(text):
    document = read("-", text=text.replace("@", Q))
    assert at(document, "memory.ram") == 4 * GIB and document["cpu"]["model"] == "host" and len(document["devices"]) == 1 and ignored(document) == []


def test_utf_16():
    for text in (f"{Q} -m 4G\r\n", "<domain/>", "{}"):
        for code in ("utf-16-le", "utf-16-be"):
            assert "text in UTF-16: convert it" in refused("-", text=("\ufeff" + text).encode(code))


def test_old_log():
    """libvirt before 1.2.11 names no version in its header, and has the command on one line."""
    start = "2014-05-01 10:11:12.000+0000: starting up\nLC_ALL=C PATH=/bin QEMU_AUDIO_DRV=none /usr/bin/kvm -S -M pc-1.0 -m {} -name x\n"
    end = "char device redirected to /dev/pts/1\n2014-05-01 11:00:00.000+0000: shutting down\n"
    for text in (start.format(9216) + end + start.format(4096) + end, start.format(9216) + start.format(4096)):
        document = read("-", text=text)
        assert at(document, "memory.ram") == 4 * GIB and "command" not in assumed(document)


def test_unit_that_takes_back():
    for text in ("[Service]\nExecStart=/usr/bin/@ -m 9G\nExecStart=\nExecStart=/usr/bin/@ -m 4G\n",
                 "# /lib/systemd/system/vm.service\n[Service]\nExecStart=/usr/bin/@ -m 9G\n\n# /etc/systemd/system/vm.service.d/o.conf\n[Service]\nExecStart = \nExecStart=/usr/bin/@ -m 4G\n"):
        document = read("-", text=text.replace("@", Q))
        assert at(document, "memory.ram") == 4 * GIB and "command" not in assumed(document)


def test_configuration_of_proxmox():
    """Its other lines are not QEMU's."""
    assert "qemu-system-x86_64 not found in it" in refused("-", text="args: -cpu host,phys-bits=42 -m 9G\nmemory: 4096\nmachine: q35\n")


def test_long_script():
    """Conditions of a long script are tried together as far as that takes about a second; that it ended there is told."""
    text = "".join(f"if t{i}; then A=\"$A -drive file=x{i}\"; fi\n" + "echo\n" * 600 for i in range(12))
    assert "conditions" in assumed(read("-", text="A=\n" + text + f"{Q} -m 4G $A\n"))
