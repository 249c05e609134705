"""Command lines as people copy them: from logs, listings of processes, messages, units, makefiles; and programs in other
languages, which are refused as that. What each means follows from the program that printed it."""
import os
import subprocess

import pytest

from forms import assumed, at, ignored, read, refused

GIB = 1 << 30
HAWCTL = os.environ["HAWCTL"]

# ── libvirt's log of a domain ────────────────────────────────────────────────────────────────────────────

HEADER = ("2024-{month:02}-03 10:11:12.131+0000: starting up libvirt version: {libvirt}, package: 4 (A <a@b.c> Thu, 01 Jan), qemu version: {qemu}, "
          "kernel: 6.1.0-18-amd64, hostname: h.example\n")
START = ("LC_ALL=C \\\nPATH=/usr/local/sbin:/usr/bin \\\nHOME=/var/lib/libvirt/qemu/domain-{n}-x \\\nXDG_CACHE_HOME=/var/lib/libvirt/qemu/.cache \\\n"
         "/usr/bin/qemu-system-x86_64 \\\n-name guest=x,debug-threads=on \\\n-S \\\n"
         "-object '{{\"qom-type\":\"secret\",\"id\":\"masterKey0\",\"format\":\"raw\",\"file\":\"/a\"}}' \\\n-machine pc-q35-{machine},accel=kvm \\\n-m size={ram}k \\\n-msg timestamp=on\n")
END = "char device redirected to /dev/pts/4 (label charserial0)\n2024-11-03 11:00:00.000+0000: shutting down, reason=shutdown\n"


def log(n, qemu, ram, machine="7.2", libvirt="9.0.0"):
    return HEADER.format(month=n, qemu=qemu, libvirt=libvirt) + START.format(n=n, ram=ram << 20, machine=machine) + END


def test_last_start():
    text = log(1, "7.2.9Debian 1:7.2+dfsg-7+deb12u5", 9) + log(2, "8.2.2Debian 1:8.2.2+ds-0ubuntu1.4", 3, "8.2")
    document = read("-", text=text)
    assert at(document, "memory.ram") == 3 * GIB and document["vmmVersion"] == "8.2.2" and document["machine"] == "pc-q35-8.2"
    assert "8.2.2, from the log's last start: Debian 1:8.2.2+ds-0ubuntu1.4" in assumed(document)["vmmVersion"]
    # As it is without the log's end, without any end, and with Windows' ends of lines.
    assert read("-", text=text.removesuffix(END)) == document
    assert read("-", text=text.removesuffix("\n" + END)) == document
    assert read("-", text=text.replace("\n", "\r\n")) == document


def test_version_of_the_log():
    """It is judged as the QEMU that started, whatever is installed here."""
    for said, version in (("9.0.2qemu-9.0.2-1.fc41", "9.0.2"), ("6.2.0Debian 1:6.2+dfsg-2ubuntu6.16", "6.2"), ("10.1.0", "10.1"), ("7.0.50v7.0.0-1", "7.0.50")):
        assert read("--defaults=7.2,202211,1.16.2", "-", text=log(3, said, 3))["vmmVersion"] == version
    assert "vmmVersion" not in read("-", text=log(3, "strange", 3))


def test_several_starts_without_headers():
    """The beginning was rotated away."""
    text = START.format(n=1, ram=9 << 20, machine="7.2") + END + START.format(n=2, ram=3 << 20, machine="7.2") + END
    assert at(read("-", text=text), "memory.ram") == 3 * GIB


def test_start_without_a_command():
    assert "qemu-system-x86_64 not found in it" in refused("-", text=log(1, "7.2.0", 3) + HEADER.format(month=2, qemu="7.2.0", libvirt="9.0.0"))


def test_messages_in_a_log():
    """What QEMU prints stands behind its command, apostrophes and all."""
    text = log(1, "7.2.0", 9) + HEADER.format(month=2, qemu="7.2.1", libvirt="9.0.0") + START.format(n=2, ram=3 << 20, machine="7.2")
    text += "2024-11-03T10:11:13Z qemu-system-x86_64: warning: host doesn't support requested feature: CPUID.80000001H:ECX.svm [bit 2]\nqemu-system-x86_64 -m 9G\n"
    assert at(read("-", text=text), "memory.ram") == 3 * GIB


# ── processes ────────────────────────────────────────────────────────────────────────────────────────────

LIBVIRT = ('/usr/bin/qemu-system-x86_64 -name guest=x,debug-threads=on -S -object {"qom-type":"secret","id":"masterKey0","format":"raw","file":"/var/lib/libvirt/a b.aes"} '
           '-blockdev {"driver":"file","filename":"/usr/share/OVMF/OVMF_CODE_4M.fd","node-name":"f0","auto-read-only":true} -blockdev {"node-name":"f1","read-only":true,"driver":"raw","file":"f0"} '
           '-machine pc-q35-8.2,usb=off,pflash0=f1,memory-backend=pc.ram -accel kvm -cpu host,migratable=on,host-phys-bits-limit=39 -m size=3145728k '
           '-object {"qom-type":"memory-backend-ram","id":"pc.ram","size":3221225472} -device {"driver":"pcie-root-port","port":16,"id":"pci.1","bus":"pcie.0"} '
           '-device {"driver":"vfio-pci","host":"0000:01:00.0","id":"hostdev0","bus":"pci.1","addr":"0x0"} -device {"driver":"isa-applesmc","osk":"(c)Apple;&|"} -msg timestamp=on')

LISTINGS = {
    "ps -ef": "UID          PID    PPID  C STIME TTY          TIME CMD\nlibvirt+    4711       1 12 Nov03 ?        01:02:03 {}\nroot        9999    4000  0 10:11 pts/0    00:00:00 grep --color=auto qemu-system-x86_64\n",
    "ps aux": "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\nroot           1  0.0  0.0 168000 12000 ?        Ss   Nov01   0:09 /sbin/init splash -m 9G\nlibvirt+    4711  5.0 12.3 9876543 123456 ?   Sl   10:11   1:23 {}\n",
    "one row": "libvirt+    4711  5.0 12.3 9876543 123456 ?   Sl   10:11   1:23 {}\n",
    "one row without a name": "   4711 ?        Sl     1:23 {}\n",
    "pgrep -a": "4711 {}\n",
    "ps -o user,pid,args": "libvirt-qemu    4711 {}\n",
    "systemctl status": "● machine-qemu\\x2d1\\x2dx.scope - Virtual Machine qemu-1-x\n     Loaded: loaded\n     Tasks: 12\n     CGroup: /machine.slice\n             └─libvirt\n               └─4711 {}\n",
    "args alone": "{}\n",
    "with a parent": "root        4710       1  0 Nov03 ?        00:00:00 sudo {0}\nroot        4711    4710  0 Nov03 ?        00:00:00 {0}\n",
}


@pytest.mark.parametrize("name", LISTINGS)
def test_listing(name):
    """JSON without the quotes that the shell would have wanted; brackets and semicolons are nothing special."""
    text = LISTINGS[name].format(LIBVIRT if name != "args alone" else LIBVIRT.replace("(c)Apple;&|", "x"))
    document = read("-", text=text)
    assert at(document, "memory.ram") == 3 * GIB and document["machine"] == "pc-q35-8.2" and document["accelerator"] == "kvm" and ignored(document) == []
    assert document["cpu"]["hostPhysBitsLimit"] == 39 and document["firmware"]["path"] == "/usr/share/OVMF/OVMF_CODE_4M.fd" and document["name"] == "x"
    assert [(d["name"], d["address"], d["ownPort"]) for d in document["devices"]] == [("hostdev0", "0000:01:00.0", True)]
    assert "command" not in assumed(document)


def test_wrapped_listing():
    """A mail program broke the lines at blanks."""
    words, lines = LIBVIRT.replace("a b.aes", "a.aes").split(" "), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 70:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    listing = "root   4711   5.0  1.2  9876 1234 ?  Sl   10:11   1:23 " + "\n".join(lines)
    for text in (listing, "> " + listing.replace("\n", "\n> "), ">> " + listing.replace("\n", "\n>> "), "On Monday I wrote:\n> " + listing.replace("\n", "\n> ") + "\nIt doesn't start.\n"):
        document = read("-", text=text)
        assert at(document, "memory.ram") == 3 * GIB and document["cpu"]["hostPhysBitsLimit"] == 39 and len(document["devices"]) == 1


def test_screen():
    """A terminal of 80 columns broke the words themselves."""
    text = LIBVIRT.replace("(c)Apple;&|", "x")
    document = read("-", text="\n".join(text[i:i + 80] for i in range(0, len(text), 80)) + "\n")
    assert at(document, "memory.ram") == 3 * GIB and document["cpu"]["hostPhysBitsLimit"] == 39 and len(document["devices"]) == 1


def test_several_processes():
    text = "root 1 ? Sl 1:00 /usr/bin/kvm -m 3G\nroot 2 ? Sl 1:00 /usr/bin/kvm -m 5G\n"
    document = read("-", text=text)
    assert at(document, "memory.ram") == 3 * GIB and assumed(document)["command"] == "the first of several QEMU command lines"


def test_cut_listing():
    assert "truncated" in refused("-", text="root 4711 0.0 0.1 1 1 ? Sl 10:11 0:01 /usr/bin/qemu-system-x86_64 -m 3G -device vfio-pci,ho…\n")


def test_listing_without_a_machine():
    assert "none of these processes is a QEMU" in refused("-", text="  PID TTY          TIME CMD\n 4711 pts/0    00:00:00 bash\n 4712 pts/0    00:00:00 qemu-system-x86\n")


@pytest.mark.parametrize("program", ["/nix/store/0abc-qemu-9.1.2/bin/qemu-system-x86_64", "/nix/store/0abc-qemu-9.1.2/bin/.qemu-system-x86_64-wrapped", "/usr/libexec/qemu-kvm", "/usr/bin/kvm-spice",
                                     "microvm@web", "/run/vm/guest=web", "qemu:web", "web-vm"])
def test_names(program):
    """The first word is what its starter gave it; the options say that it is a QEMU."""
    for text in (f"{program} -M microvm -m 3072 -cpu host -nodefaults\n", f"root 4711 0.0 0.1 1 1 ? Sl 10:11 0:01 {program} -M microvm -m 3072 -cpu host -nodefaults\n"):
        document = read("-", text=text)
        assert at(document, "memory.ram") == 3 * GIB and document["machine"] == "microvm"
    assert at(read("--", program, "-M", "microvm", "-m", "3072"), "memory.ram") == 3 * GIB


# ── Proxmox ──────────────────────────────────────────────────────────────────────────────────────────────

TASK = "/usr/bin/kvm -id 100 -name 'web,debug-threads=on' -cpu 'host,kvm=off' -m 3072 -smp '4,sockets=1' -machine 'type=pc-q35-8.1+pve0' -device 'vfio-pci,host=0000:41:00.0,id=hostpci0'"


@pytest.mark.parametrize("text", ["TASK ERROR: start failed: command '{}' failed: got timeout\n", "TASK ERROR: start failed: command '{}' failed: exit code 1\n", "start failed: command '{}' failed: got signal 9",
                                  "kvm: -device vfio-pci,host=0000:41:00.0: vfio 0000:41:00.0: group 5 isn't viable\nTASK ERROR: start failed: command '{}' failed: exit code 1\n", "TASK ERROR: start failed: command '{}",
                                  "Nov 03 10:11:12 pve pvedaemon[1234]: start failed: command '{}' failed: got timeout\n", "Error: command '{}' failed: exit code 1\nTASK ERROR: start failed: QEMU exited with code 1\n"])
def test_task_error(text):
    for command in (TASK, TASK.replace(" -", "\n-")):
        document = read("-", text=text.format(command))
        assert at(document, "memory.ram") == 3 * GIB and document["name"] == "web" and document["machine"] == "pc-q35-8.1" and document["accelerator"] == "kvm"
        assert [d["address"] for d in document["devices"]] == ["0000:41:00.0"] and ignored(document) == []


def test_task_error_of_another():
    assert "qemu-system-x86_64 not found in it" in refused("-", text="TASK ERROR: start failed: command 'swtpm_setup --tpm2 --ecc' failed: exit code 1\n")


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────

MESSAGES = {
    "quoted": "Hi,\n\nI don't see why this fails:\n\n> qemu-system-x86_64 -M q35 -m\n> 3072 -cpu host -name\n> x -drive\n> file=a.img\n\nThanks\n",
    "quoted twice": "> > qemu-system-x86_64 -M q35 \\\n> >   -m 3G -cpu host\n",
    "broken at blanks": "qemu-system-x86_64 -M q35 -cpu host -drive if=none,file=a.img -netdev\nuser,id=n -device\nvirtio-net,netdev=n -m\n3G\n",
    "fenced": "This:\n```bash\nqemu-system-x86_64 -M q35 -cpu host -m 3G\n```\nfails.\n",
    "in backticks": "`qemu-system-x86_64 -M q35 -cpu host -m 3G`\n",
    "behind a prompt": "$ qemu-system-x86_64 -M q35 -cpu host -m 3G\nqemu-system-x86_64: can't do that\n",
    "behind a long prompt": "user@host:~/vm$ qemu-system-x86_64 -M q35 -cpu host -m 3G\n",
    "behind root's prompt": "[root@host ~]# qemu-system-x86_64 -M q35 -cpu host -m 3G\n",
    "of a journal": "Nov 03 10:11:12 host vm.sh[812]: + qemu-system-x86_64 -M q35 -cpu host -m 3G\n",
    "of a journal with a year": "2024-11-03T10:11:12+0000 host vm.sh[812]: qemu-system-x86_64 -M q35 -cpu host -m 3G\n",
    "of sudo": "Nov  3 10:11:12 host sudo[812]:     root : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/usr/bin/qemu-system-x86_64 -M q35 -cpu host -m 3G\n",
    "of systemd": "Nov 03 10:11:12 host systemd[1]: Started /usr/bin/qemu-system-x86_64 -M q35 -cpu host -m 3G.\n".replace("3G.", "3G -S"),
    "an apostrophe before": "I'm starting it so:\nqemu-system-x86_64 -M q35 -cpu host -m 3G\n",
    "a double quote before": "The 5.25\" drive is slow:\nqemu-system-x86_64 -M q35 -cpu host -m 3G\n",
    "an apostrophe behind": "qemu-system-x86_64 -M q35 -cpu host -m 3G\nIt doesn't start.\n",
    "traced": "+ exec qemu-system-x86_64 -M q35 -cpu host -m 3G -append 'a b'\n",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message(name):
    document = read("-", text=MESSAGES[name])
    assert at(document, "memory.ram") == 3 * GIB and document["machine"] == "q35" and document["cpu"]["model"] == "host" and ignored(document) == []


# ── units ────────────────────────────────────────────────────────────────────────────────────────────────

UNIT = "# /etc/systemd/system/vm@.service\n[Unit]\nDescription=don't run QEMU $HERE\n\n[Service]\nType=simple\n{}\nExecStop=/usr/bin/qemu-system-x86_64 -m 9G\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n"

UNITS = {
    "plain": "ExecStart=/usr/bin/qemu-system-x86_64 -m 3G -cpu host -name %i",
    "joined lines": "ExecStart=/usr/bin/qemu-system-x86_64 \\\n  -m 3G \\\n# a comment \\\n; another\n  -cpu host",
    "prefixes": "ExecStart=-+/usr/bin/qemu-system-x86_64 -m 3G -cpu host",
    "another name": "ExecStart=@/usr/bin/qemu-system-x86_64 guest -m 3G -cpu host",
    "environment": "Environment=RAM=3G \"OPTS=-cpu host -S\" 'X=a b'\nExecStart=/usr/bin/qemu-system-x86_64 -m ${RAM} $OPTS -name \"${X}\"",
    "the last one counts": "Environment=RAM=9G\nEnvironment=RAM=3G\nExecStart=/usr/bin/qemu-system-x86_64 -m $RAM -cpu host",
    "before and behind": "ExecStartPre=/usr/bin/qemu-system-x86_64 -m 9G\nExecStart=/usr/bin/qemu-system-x86_64 -m 3G -cpu host\nExecStartPost=/bin/sleep 1",
    "in a shell": "Environment=RAM=3G\nExecStart=/bin/sh -c 'exec qemu-system-x86_64 -m $RAM -cpu host -name \"$$0\"'",
    "quotes": "ExecStart=/usr/bin/qemu-system-x86_64 -m \"3G\" -cpu 'host' -name \"it's\" -append 'a \"b\" $$c %%d'",
    "behind env": "ExecStart = /usr/bin/env LC_ALL=C qemu-system-x86_64 -m 3G -cpu host",
    "what does not matter": "EnvironmentFile=/etc/vm/%i.conf\nExecStart=/usr/bin/qemu-system-x86_64 -m 3G -cpu host -drive file=${DISK},if=virtio -vnc $VNC -smp ${CPUS}",
    "another name of its own": "ExecStart=@/nix/store/0-qemu/bin/.qemu-system-x86_64-wrapped microvm@%i -m 3G -cpu host",
}


@pytest.mark.parametrize("name", UNITS)
def test_unit(name):
    for text in (UNIT.format(UNITS[name]), UNITS[name] + "\n"):
        if not text.startswith(("#", "ExecStart")):
            text = "[Service]\n" + text
        document = read("-", text=text)
        assert at(document, "memory.ram") == 3 * GIB and document["cpu"]["model"] == "host" and ignored(document) == []


def test_unit_that_does_not_tell():
    """A file overrides what the unit sets itself; a specifier is what the unit is started as."""
    said = refused("-", text=UNIT.format("Environment=RAM=3G\nEnvironmentFile=/etc/vm\nExecStart=/usr/bin/qemu-system-x86_64 -m ${RAM}"))
    assert "line 9: $RAM has more than one value, and -m needs it" in said
    assert "line 7: $OPTS is not set in this text" in refused("-", text=UNIT.format("ExecStart=/usr/bin/qemu-system-x86_64 -m 3G $OPTS"))
    assert "-m needs it" in refused("-", text=UNIT.format("ExecStart=/usr/bin/qemu-system-x86_64 -m %i"))
    assert "qemu-system-x86_64 not found in it" in refused("-", text=UNIT.format("ExecStart=/usr/bin/vmd --all").replace("ExecStop=/usr/bin/qemu-system-x86_64 -m 9G", ""))


# ── other languages ──────────────────────────────────────────────────────────────────────────────────────

LANGUAGES = [
    ("a Python program", "#!/usr/bin/env python3\nimport subprocess\nsubprocess.run(['qemu-system-x86_64', '-m', '4G'])\n"),
    ("a Python program", "import os\n\nargs = \"qemu-system-x86_64 -m 4G -cpu host\"\nos.system(args)\n"),
    ("a Python program", "from subprocess import run\ndef main():\n    run(f'qemu-system-x86_64 -m {ram}')\n"),
    ("a Python program", "#! /usr/bin/python -u\nx = 'qemu-system-x86_64 -m 4G'\n"),
    ("a Perl program", "#!/usr/bin/perl -w\nsystem(\"qemu-system-x86_64 -m 4G\");\n"),
    ("a Perl program", "use strict;\nmy $qemu = 'qemu-system-x86_64';\nexec($qemu, '-m', '4G');\n"),
    ("a Go program", "package main\n\nimport \"os/exec\"\n\nfunc main() {\n\texec.Command(\"qemu-system-x86_64\", \"-m\", \"4G\").Run()\n}\n"),
    ("a Rust program", "use std::process::Command;\nfn main() {\n    Command::new(\"qemu-system-x86_64\").args([\"-m\", \"4G\"]).spawn();\n}\n"),
    ("a Ruby program", "#!/usr/bin/env ruby\nexec 'qemu-system-x86_64 -m 4G'\n"),
    ("a JavaScript program", "#!/usr/bin/env node\nspawn('qemu-system-x86_64', ['-m', '4G'])\n"),
    ("a C program", "#include <unistd.h>\nint main(void) { return execlp(\"qemu-system-x86_64\", \"qemu-system-x86_64\", \"-m\", \"4G\", NULL); }\n"),
    ("an Expect program", "#!/usr/bin/expect -f\nspawn qemu-system-x86_64 -m 4G\n"),
    ("a fish script", "#!/usr/bin/env fish\nset RAM 4G\nqemu-system-x86_64 -m $RAM\n"),
    ("a Windows batch file", "@echo off\r\nset RAM=4G\r\nqemu-system-x86_64.exe -m %RAM%\r\n"),
    ("a Makefile with variables", "MEM ?= 4G\n\nrun: $(IMG)\n\t@qemu-system-x86_64 -m $(MEM) -drive file=$(IMG)\n"),
    ("a Makefile with variables", "QEMU = qemu-system-x86_64\nall:\n\t$(QEMU) -m 4G\n"),
    ("a Makefile with variables", "run:\n\tqemu-system-x86_64 -m 4G \\\n\t\t-smp $$(nproc)\n"),
    ("a Compose file", "services:\n  vm:\n    image: qemux/qemu\n    command: qemu-system-x86_64 -m 4G\n"),
]


@pytest.mark.parametrize("language, text", LANGUAGES)
def test_language(language, text):
    assert f"{language}" in refused("-", text=text) and "which is not supported: use the command line that it starts" in refused("-", text=text)


def test_recipe():
    """A Makefile without variables is a shell's text."""
    document = read("-", text=".PHONY: run\n\nrun: disk.img\n\t@qemu-system-x86_64 -m 3G \\\n\t\t-cpu host\n\nclean:\n\trm -f $(IMAGES)\n")
    assert at(document, "memory.ram") == 3 * GIB and document["cpu"]["model"] == "host" and ignored(document) == []


def test_shell_that_has_others_within():
    """A line of Python in a here-document does not make a script another language's."""
    document = read("-", text="#!/bin/bash\npython3 - <<EOF\nimport os\nprint(1)\nEOF\nqemu-system-x86_64 -m 3G\n")
    assert at(document, "memory.ram") == 3 * GIB


def test_on_the_screen(tmp_path):
    """One line, that says what to do."""
    path = tmp_path / "vm.py"
    path.write_text("import subprocess\nsubprocess.run(['qemu-system-x86_64'])\n")
    done = subprocess.run([HAWCTL, "check", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and done.stderr == f"hawctl: {path}: line 1: a Python program, which is not supported: use the command line that it starts, or --pid=PID of the running QEMU\n"
