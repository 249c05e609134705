"""Scripts whose text does not tell everything: what is refused, what is told, and what does not matter. Worked out by hand from
what QEMU's options do; nothing of it may be a guest that nobody starts."""
import pytest

from forms import assumed, at, ignored, read, refused

GIB = 1 << 30
BARE = "this QEMU has no options: expected the whole command line of a machine"
QUERY = "this QEMU only prints its help or version: expected the command line of a machine"

# ── a variable that has no literal value, where it matters: its name and line ────────────────────────────

REFUSED = [
    ("qemu-system-x86_64 -m $RAM\n", "line 1: $RAM is not set in this text, and -m needs it"),
    ("RAM=$(free -g | awk '{print $2}')\nqemu-system-x86_64 \\\n  -m $RAM\n", "line 3: $RAM is the output of a command (line 1), and -m needs it"),
    ("RAM=`cat ram`\nR=$RAM\nqemu-system-x86_64 -m ${R}G\n", "line 3: $R is the output of a command (line 2), and -m needs it"),
    ("read -p 'RAM? ' RAM\nqemu-system-x86_64 -m \"$RAM\"\n", "line 2: $RAM is typed in or read from a file (line 1), and -m needs it"),
    ("qemu-system-x86_64 -m $2\n", "line 1: $2 is an argument of the script, and -m needs it"),
    ("qemu-system-x86_64 -m 3G -cpu \"$CPU\"\n", "$CPU is not set in this text, and -cpu needs it"),
    ("qemu-system-x86_64 -m 3G -cpu host,$FLAGS\n", "$FLAGS is not set in this text, and -cpu needs it"),
    ("qemu-system-x86_64 -m 3G -cpu EPYC,phys-bits=$BITS\n", "$BITS is not set in this text, and -cpu needs it"),
    ("qemu-system-x86_64 -m 3G -machine $M,accel=kvm\n", "$M is not set in this text, and -machine needs it"),
    ("qemu-system-x86_64 -m 3G -M q35,accel=$(accel)\n", "is the output of a command, and -M needs it"),
    ("qemu-system-x86_64 -m 3G -device vfio-pci,host=$GPU\n", "$GPU is not set in this text, and -device needs it"),
    ("for d in $(lspci | cut -c1-7); do D+=\" -device vfio-pci,host=$d\"; done\nqemu-system-x86_64 -m 3G $D\n", "$d has more than one value (line 1), and -device needs it"),
    ("qemu-system-x86_64 -m 3G -device $DEVICE\n", "$DEVICE is not set in this text, and -device needs it"),
    ("qemu-system-x86_64 -m 3G $EXTRA\n", "$EXTRA is not set in this text, and the command line needs it"),
    ("qemu-system-x86_64 -m 3G \"${EXTRA[@]}\"\n", "$EXTRA is not set in this text, and the command line needs it"),
    ("qemu-system-x86_64 -m 3G $(test -e /dev/kvm && echo -enable-kvm)\n", "is the output of a command, and the command line needs it"),
    ("qemu-system-x86_64 -m 3G -global q35-pcihost.pci-hole64-size=$S\n", "$S is not set in this text, and -global needs it"),
    ("qemu-system-x86_64 -object memory-backend-ram,id=m,size=$S -M q35,memory-backend=m\n", "$S is not set in this text, and -object needs it"),
    ("qemu-system-x86_64 -m 3G -fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=$W\n", "$W is not set in this text, and -fw_cfg needs it"),
    ("qemu-system-x86_64 -m 3G -bios $3\n", "$3 is an argument of the script, and -bios needs it"),
    ("qemu-system-x86_64 -m 3G -drive \"$D\"\n", "$D is not set in this text, and -drive needs it"),
    ("RAM=3G\n. ./vm.conf\nqemu-system-x86_64 -m $RAM\n", "line 3: $RAM has more than one value (line 2), and -m needs it"),
    ("RAM=3G\nsource vm.conf; qemu-system-x86_64 -m $RAM\n", "line 2: $RAM has more than one value, and -m needs it"),
    ("RAM=3\n((RAM = RAM << 1))\nqemu-system-x86_64 -m ${RAM}G\n", "$RAM is a shell expression that hawd does not support (line 2), and -m needs it"),
    ("RAM=3G\nqemu-system-x86_64 -m ${!NAME}\n", "is a shell expression that hawd does not support, and -m needs it"),
    ("RAM=3G\nbash -c 'qemu-system-x86_64 -m $RAM'\n", "line 2: $RAM is not set in this text, and -m needs it"),
    ("ssh host 'qemu-system-x86_64 -m $RAM'\n", "line 1: $RAM is not set in this text, and -m needs it"),
    ("qemu-system-x86_64 -m 3G -device vfio-pci,host=01:00.{0,1}\n", "is a shell expression that hawd does not support, and -device needs it"),
    ("args=(-m 3G)\nadd() { local -n list=$1; list+=(-device vfio-pci,host=01:00.0); }\nadd args\nqemu-system-x86_64 \"${args[@]}\"\n", "line 4: $args has more than one value (line 2)"),
    # The whole of it is a variable, or a file's.
    ("qemu-system-x86_64 $QEMU_OPTS\n", "line 1: $QEMU_OPTS is not set in this text, and the command line needs it"),
    ("QEMU_OPTS=$(cat f)\nqemu-system-x86_64 -m 3G $QEMU_OPTS\n", "$QEMU_OPTS is the output of a command"),
    ("qemu-system-x86_64 -m $QEMU_OPTS\n", "line 1: $QEMU_OPTS is not set in this text, and -m needs it"),
    ("qemu-system-x86_64 $OPTS\n", "line 1: $OPTS is not set in this text, and the command line needs it"),
    ("sudo bash -c \"qemu-system-x86_64 $OPTS\"\n", "line 1: $OPTS is not set in this text, and the command line needs it"),
    ("exec qemu-system-x86_64 $(cat options)\n", "is the output of a command, and the command line needs it"),
]


@pytest.mark.parametrize("text, said", REFUSED, ids=lambda value: value.strip()[-40:])
def test_what_matters(text, said):
    assert said in refused("-", text=text)


# ── and where it does not ────────────────────────────────────────────────────────────────────────────────

HARMLESS = [
    "-drive file=$DISK,format=raw,if=virtio", "-drive \"file=${DIR}/a.img\" -cdrom $ISO", "-hda \"$1\"", "-netdev user,id=n,hostfwd=tcp::$PORT-:22",
    "-device virtio-net-pci,netdev=n,mac=$MAC", "-device virtio-net-pci,netdev=n,mac=$(printf 52:54:%02x $RANDOM)", "-smp $(nproc)", "-smp $1,cores=$(nproc)",
    "-display $DISPLAY_KIND", "-vnc :$N", "-name \"$NAME\"", "-monitor unix:$RUN/mon,server,nowait", "-serial file:`date +%s`.log", "-pidfile $RUN/pid",
    "-qmp unix:${XDG_RUNTIME_DIR:?}/qmp,server=on", "-uuid $(uuidgen)", "-kernel $1/bzImage -initrd $2 -append \"root=$ROOT quiet\"", "-rtc base=$BASE",
    "-smbios type=1,serial=$SERIAL", "-chardev socket,id=c,path=$S", "-device scsi-hd,drive=d,serial=$SERIAL,bootindex=$N", "-vga $VGA", "-k $KEYS",
    "-object rng-random,id=r,filename=$F", "-object memory-backend-file,id=m,size=1G,mem-path=$HUGE,share=on", "-cpu EPYC,hv_vendor_id=$VENDOR",
    "-fw_cfg name=opt/com.coreos/config,file=$IGNITION", "-virtfs local,path=$HOME/share,mount_tag=$TAG,security_model=none", "-usbdevice $U",
    "-device vfio-pci,host=01:00.0,romfile=$ROM,id=$ID", "-blockdev driver=qcow2,node-name=$N,file=$N-file", "-sandbox $S", "$DIR/disk.img",
    "-drive if=none,id=d,file=$(readlink -f \"$1\")", "-audiodev $A,id=a", "-tpmdev emulator,id=t,chardev=$C", "-machine q35,dump-guest-core=$D", "-D ${LOG}",
]


@pytest.mark.parametrize("words", HARMLESS)
def test_what_does_not_matter(words):
    document = read("-", text=f"#!/bin/bash\nqemu-system-x86_64 -m 3G {words}\n")
    assert at(document, "memory.ram") == 3 * GIB and ignored(document) == []


def test_firmware_by_its_name():
    """Where it lies is not known, what it is stands in its name; it is nobody's package."""
    document = read("-", text="DIR=$(dirname \"$0\")\nqemu-system-x86_64 -m 3G -drive if=pflash,format=raw,readonly=on,file=$DIR/OVMF_CODE.fd\n")
    assert document["firmware"]["kind"] == "ovmf" and document["firmware"]["path"] == "$DIR/OVMF_CODE.fd" and "version" not in document["firmware"]


def test_own_arguments():
    """What the script's caller adds may be anything: the answer is about a start without, and never safe."""
    for last in ('"$@"', "$@", "$*", '"${@}"', '"${@:2}"'):
        document = read("-", text=f"#!/bin/sh\nqemu-system-x86_64 -m 3G {last}\n")
        assert at(document, "memory.ram") == 3 * GIB and len(ignored(document)) == 1
    assert "the command line needs it" in refused("-", text="exec qemu-system-x86_64 \"$@\"\n") or BARE in refused("-", text="exec qemu-system-x86_64 \"$@\"\n")


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────────


def test_ways_that_agree():
    """A display, a disk or an installation more does not make it another guest."""
    for text in ("if [ -n \"$DISPLAY\" ]; then D=gtk; else D=none; fi\nqemu-system-x86_64 -m 3G -display $D\n",
                 "args=(-m 3G)\n[ -f install.iso ] && args+=(-cdrom install.iso)\nqemu-system-x86_64 \"${args[@]}\"\n",
                 "if [ -f disk.img ]; then qemu-system-x86_64 -m 3G -hda disk.img; else qemu-system-x86_64 -m 3G -cdrom x.iso; fi\n",
                 "test -r vm.img || { echo none; exit 1; }\nqemu-system-x86_64 -m 3G\n",
                 "if ! command -v qemu-system-x86_64; then echo 'apt install qemu-system-x86' ; exit 1; fi\nif ! id kvm; then exit 2; fi\nqemu-system-x86_64 -m 3G\n",
                 "case $(uname -m) in\nx86_64) qemu-system-x86_64 -m 3G;;\naarch64) qemu-system-aarch64 -M virt -m 1G;;\nesac\n",
                 "while ! ping -c1 host; do sleep 1; done\nqemu-system-x86_64 -m 3G\n",
                 "case \"$1\" in\nstart) qemu-system-x86_64 -m 3G ;;\nstop) kill $(cat pid) ;;\n*) echo usage; exit 1 ;;\nesac\n"):
        document = read("-", text=text)
        assert at(document, "memory.ram") == 3 * GIB and ignored(document) == [], text


def test_functions_behind_an_argument():
    """It is the call that counts, and not the function's own defaults."""
    start = "start() {\n  qemu-system-x86_64 -m ${1:-9G} -name x\n}\n"
    document = read("-", text=start + "case \"$1\" in\n up) start 3G ;;\n down) kill 1 ;;\nesac\n")
    assert at(document, "memory.ram") == 3 * GIB and ignored(document) == []
    assert "$1 is an argument of the script" in refused("-", text=start)
    assert at(read("-", text="start() {\n  qemu-system-x86_64 -m 3G\n}\n"), "memory.ram") == 3 * GIB


def test_ways_that_differ():
    """The first way is taken; that there is another, and in what it differs, is told: no such guest is safe."""
    document = read("-", text="args=(-m 3G)\nif [ -e /srv/big ]; then\n  args=(-m 4G)\nfi\nqemu-system-x86_64 \"${args[@]}\"\n")
    assert at(document, "memory.ram") == 4 * GIB
    assert document["ignored"] == [{"what": "condition in line 2", "text": "the other branch starts a different guest (memory)"}]
    document = read("-", text="RAM=3G\nmount | grep -q huge && RAM=2G\nqemu-system-x86_64 -m $RAM\n")
    assert ignored(document) == ["condition in line 2"]
    document = read("-", text="if big; then qemu-system-x86_64 -m 3G -M q35\nelse kvm -m 3G -M pc; fi\n")
    assert document["machine"] == "q35" and document["ignored"][0]["text"] == "the other branch starts a different guest (accelerator, machine)" or \
        document["ignored"][0]["text"] == "the other branch starts a different guest (machine, accelerator)"
    document = read("-", text="if x; then R=1G\nelif y; then R=2G\nelse R=3G; fi\nqemu-system-x86_64 -m $R\n")
    assert at(document, "memory.ram") == GIB and len(ignored(document)) == 2


def test_many_conditions():
    """As many passes as conditions, and not two to the power of them."""
    text = "".join(f"test -e /a{i} && D='-display none'\nif grep x /b{i}; then N={i}; fi\n" for i in range(60)) + "qemu-system-x86_64 -m 3G $D -name \"$N\"\n"
    assert ignored(read("-", text="D= N=\n" + text)) == []
    text = "".join(f"test -e /a{i} || X={i}\n" for i in range(400)) + "qemu-system-x86_64 -m 3G\n"
    assert ignored(read("-", text=text)) == ["conditions"]


# ── calls that are no machines, and QEMUs without options ────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["-cpu help", "-cpu ?", "-accel help", "-M help", "-machine help", "-machine ?", "-machine type=help", "-device help", "-device e1000,help", "-device ?",
                                   "-device virtio-net-pci,?", "--version", "-version", "-h", "-help", "--help", "-M q35 -cpu help", "-object help", "-netdev help",
                                   "-display help", "-m 4G -chardev help", "-vga help", "-audiodev help", "-d help"])
def test_query(words):
    for text in (f"qemu-system-x86_64 {words}\n", f"X=$(/usr/bin/qemu-system-x86_64 {words})\n", f"kvm {words} | grep -q x && echo yes\n", f"bash -c 'kvm {words}'\n"):
        assert refused("-", text=text) == f"standard input: line 1: {QUERY}"
    assert refused("--", "qemu-system-x86_64", *words.split()) == f"command line: {QUERY}"
    document = read("-", text=f"if qemu-system-x86_64 {words} | grep -q microvm; then echo; fi\nV=`kvm {words}`\nqemu-system-x86_64 -m 3G\n")
    assert at(document, "memory.ram") == 3 * GIB and ignored(document) == []


@pytest.mark.parametrize("text", ["qemu-system-x86_64\n", "docker run --rm -it qemux/qemu\n", "docker run -e RAM_SIZE=4G -v $PWD:/storage dockurr/qemu\n", "apt-get install -y qemu-system-x86 ovmf\n",
                                  "pkill -9 -f 'qemu-system-x86_64.*web'\n", "echo \"qemu-system-x86_64 -m 4G\"\n", "grep 'qemu-system-x86_64 -m' vm.sh\n", "cp -a /usr/bin/qemu-system-x86_64 /opt\n",
                                  "which qemu-system-x86_64\n", "# qemu-system-x86_64 -m 4G\n", "ls -l /usr/bin/qemu-system-x86_64\n", "cd ~/qemu && ls -l\n", "virsh start vm --console\n"])
def test_no_machine(text):
    said = refused("-", text=text)
    assert BARE in said or "qemu-system-x86_64 not found in it" in said


INNER = ["sudo bash -c \"qemu-system-x86_64 -m 3G\"", "sudo -u qemu sh -lc 'exec qemu-system-x86_64 -m 3G'", "su -c 'qemu-system-x86_64 -m 3G' kvm", "su - user -c \"cd vm; kvm -m 3G\"",
         "tmux new-session -d -s vm 'qemu-system-x86_64 -m 3G'", "tmux new -d \"qemu-system-x86_64 -m 3G -name 'a b'\"", "tmux send-keys -t vm 'qemu-system-x86_64 -m 3G' Enter",
         "screen -dmS x sh -c 'qemu-system-x86_64 -m 3G'", "screen -dmS x qemu-system-x86_64 -m 3G", "ssh root@host 'qemu-system-x86_64 -m 3G'", "ssh host qemu-system-x86_64 -m 3G",
         "nohup sh -c 'qemu-system-x86_64 -m 3G' &", "xterm -e 'qemu-system-x86_64 -m 3G'", "xterm -e qemu-system-x86_64 -m 3G", "watch -n 5 'qemu-system-x86_64 -m 3G'",
         "systemd-run --unit=vm --user qemu-system-x86_64 -m 3G", "systemd-run --scope bash -c \"qemu-system-x86_64 -m 3G\"", "script -c 'qemu-system-x86_64 -m 3G' log",
         "expect -c 'spawn qemu-system-x86_64 -m 3G; interact'", "eval \"qemu-system-x86_64 -m 3G\"", "eval qemu-system-x86_64 -m 3G", "bash -c 'bash -c \"qemu-system-x86_64 -m 3G\"'",
         "env -i PATH=/bin bash -c 'qemu-system-x86_64 -m 3G'", "docker run --rm --device /dev/kvm -v /vm:/vm image qemu-system-x86_64 -m 3G", "podman run x sh -c 'qemu-system-x86_64 -m 3G'",
         "gnome-terminal -- bash -c \"qemu-system-x86_64 -m 3G; exec bash\"", "ip netns exec n qemu-system-x86_64 -m 3G", "sudo sh <<EOF\nqemu-system-x86_64 -m 3G\nEOF", "bash <<< 'qemu-system-x86_64 -m 3G'",
         "ssh host <<'EOF'\nqemu-system-x86_64 -m 3G\nEOF", "cat >start.sh <<EOF\n#!/bin/sh\nqemu-system-x86_64 -m 3G\nEOF", "echo x | qemu-system-x86_64 -m 3G", "timeout 60 qemu-system-x86_64 -m 3G",
         "OUT=$(timeout 60 qemu-system-x86_64 -m 3G -nographic)", "flock /tmp/l -c 'qemu-system-x86_64 -m 3G'", "nsenter -t 1 -n qemu-system-x86_64 -m 3G", "numactl -N 0 -m 0 qemu-system-x86_64 -m 3G",
         "parallel ::: 'qemu-system-x86_64 -m 3G'", "runuser -l user -c 'qemu-system-x86_64 -m 3G'", "strace -f -o log qemu-system-x86_64 -m 3G", "gdb --args qemu-system-x86_64 -m 3G",
         "start-stop-daemon --start --exec /usr/bin/qemu-system-x86_64 -- -m 3G", "daemonize /usr/bin/kvm -m 3G", "chroot /jail /usr/bin/kvm -m 3G", "unshare -n sh -c \"exec qemu-system-x86_64 -m 3G\""]


@pytest.mark.parametrize("text", INNER)
def test_inner(text):
    document = read("-", text=text + "\n")
    assert at(document, "memory.ram") == 3 * GIB and ignored(document) == []
    # The same as words of a command line, and of a process.
    for command in ("bash -c", "sudo sh -c"):
        assert at(read("--", *command.split(), "qemu-system-x86_64 -m 3G"), "memory.ram") == 3 * GIB


# ── hostile text ─────────────────────────────────────────────────────────────────────────────────────────


def test_growth():
    """A variable of variables of variables, and others that would take more than a reader has."""
    laughs = "A=xxxxxxxxxxxxxxxx\n" + "A=$A$A$A$A$A$A$A$A\n" * 40
    assert "expand to more than" in refused("-", text=laughs + "qemu-system-x86_64 -m 3G -name $A\n")
    array = "A=(x x x x)\n" + "A=(\"${A[@]}\" \"${A[@]}\" \"${A[@]}\")\n" * 30
    assert "expected at most 65536 words" in refused("-", text=array + "qemu-system-x86_64 -m 3G\n")
    assert "nested" in refused("-", text="f() { f; }\nf\nqemu-system-x86_64 -m 3G\n")
    assert "nested" in refused("-", text="true; " + "{ " * 1000 + "qemu-system-x86_64 -m 3G")
    assert "nested" in refused("-", text="x $(" * 1000)
    assert "nested" in refused("-", text="x=${" * 200 + "}" * 200 + "; qemu-system-x86_64 -m 3G")
    loops = "for a in {list}; do for b in {list}; do for c in {list}; do for d in {list}; do X=1; done; done; done; done\n".format(list="1 " * 200)
    assert "expand to more than" in refused("-", text=loops + "qemu-system-x86_64 -m 3G\n")
    assert "too long for a script" in refused("-", text="a\n" * (3 << 20))
    assert "line 2: this quote is not closed" in refused("-", text="x\necho 'y\nz")


def test_zsh():
    """There an array's name stands for all of it; and the first element is 1."""
    document = read("-", text="#!/usr/bin/env zsh\nargs=(-m 3G -M q35)\nqemu-system-x86_64 $args\n")
    assert at(document, "memory.ram") == 3 * GIB and document["machine"] == "q35"
    assert "-m needs it" in refused("-", text="#!/bin/zsh\nsizes=(3G 9G)\nqemu-system-x86_64 -m $sizes[1] -m ${sizes[1]}\n")


def test_typographic():
    """What web pages and word processors make of a dash: QEMU would take it for a disk, and have 128 MiB."""
    for text in ("qemu-system-x86_64 \u2013m 3G -S\n", "qemu-system-x86_64 -S \u2014device vfio-pci,host=01:00.0\n", "qemu-system-x86_64 -m 3G -name \u201cx y\u201d\n"):
        assert "starts with a typographic dash or quote" in refused("-", text=text)


def test_control_characters():
    """Nobody writes the marks of what is not known himself."""
    document = read("-", text="qemu-system-x86_64 -m 3G -name a\x010\x02b -drive file=\x017\x02,if=none\n")
    assert document["name"] == "a?0?b"


@pytest.mark.parametrize("name", ["$QEMU_OPTS", "${QEMU_OPTS}", "\"$QEMU_EXTRA_ARGS\"", "$QEMU_KERNEL_PARAMS"])
def test_environment(name):
    """The scripts that NixOS makes for virtual machines end so: options of the environment, beside all that a machine needs."""
    text = f"exec /nix/store/q-qemu-9.1.2/bin/qemu-kvm -cpu max -m 1024 -net none -device virtio-rng-pci \\\n  {name} \\\n  \"$@\"\n"
    document = read("-", text=text)
    assert at(document, "memory.ram") == 1 << 30
    assert ignored(document) == ["$" + name.strip('"${}'), "$@"]
