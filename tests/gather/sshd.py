"""A real sshd on loopback with its own port and keys. Hosts are aliases in an ssh_config, which tells the command on the other
side who was asked (SetEnv); a script there answers for each."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

HAWCTL = os.environ["HAWCTL"]
SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin")

# What `hawctl` is on the hosts: it answers by the beginning of the name that was asked.
COMMAND = """#!/bin/sh
echo "$HAWD_ASKED $*" >>{place}/asked
profile() {{
        sed -e "s/\\"hostname\\":\\"[^\\"]*\\"/\\"hostname\\":\\"$HAWD_ASKED\\"/" {place}/profile.json
}}
case $HAWD_ASKED in
{cases}
*) profile ;;
esac
"""


def missing():
    """None, or why there is no sshd here."""
    if not SSHD or not shutil.which("ssh") or not shutil.which("ssh-keygen"):
        return "no openssh-server and openssh-client here"
    if os.getuid() == 0 and any(line.startswith("root:!") for line in pathlib.Path("/etc/shadow").read_text(encoding="utf-8").splitlines()):
        return "sshd lets no locked account log in, and root is locked here"
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sshd:
    def __init__(self, place, profile):
        """profile: the text of a document on one line."""
        self.place, self.port, self.process = pathlib.Path(place), free_port(), None
        self.cases, self.config = {}, self.place / "ssh_config"
        self.user = pwd.getpwuid(os.getuid()).pw_name
        (self.place / "bin").mkdir()
        (self.place / "profile.json").write_text(profile, encoding="utf-8")
        for key in ("host", "user", "strange", "restricted"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.place / key], check=True)
        keys = {key: (self.place / f"{key}.pub").read_text(encoding="ascii") for key in ("user", "restricted")}
        (self.place / "authorized_keys").write_text(keys["user"] + 'restrict,command="hawctl describe --json=short" ' + keys["restricted"], encoding="ascii")
        for name, key in (("known_hosts", "host"), ("changed_hosts", "strange")):
            (self.place / name).write_text(f"[127.0.0.1]:{self.port} " + (self.place / f"{key}.pub").read_text(encoding="ascii"), encoding="ascii")

    def start(self):
        if os.getuid() == 0:
            os.makedirs("/run/sshd", 0o755, exist_ok=True)
        (self.place / "sshd_config").write_text(f"""ListenAddress 127.0.0.1
Port {self.port}
HostKey {self.place}/host
PidFile none
AuthorizedKeysFile {self.place}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
AllowUsers {self.user}
MaxStartups 1000
MaxSessions 1000
AcceptEnv HAWD_ASKED
SetEnv PATH={self.place}/bin:/usr/bin:/bin HOME={self.place}
PrintMotd no
""", encoding="utf-8")
        with open(self.place / "sshd.log", "wb") as log:
            self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", self.place / "sshd_config"], stderr=log)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.place / "sshd.log").read_text(encoding="utf-8")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError("sshd does not listen")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def answers(self, **cases):
        """What the command does for names that start so: shell. `profile` prints the document."""
        self.cases |= cases
        text = "\n".join(f"{name}-*) {shell} ;;" for name, shell in self.cases.items())
        (self.place / "bin/hawctl").write_text(COMMAND.format(place=self.place, cases=text), encoding="utf-8")
        os.chmod(self.place / "bin/hawctl", 0o755)

    def hosts(self, *names, **more):
        """Writes the ssh_config; more: a name's own lines in place of the usual ones, by what its name starts with. Nobody was asked."""
        self.asked()
        usual = {"HostName": "127.0.0.1", "Port": self.port, "User": self.user, "IdentityFile": self.place / "user", "IdentitiesOnly": "yes",
                 "IdentityAgent": "none", "UserKnownHostsFile": self.place / "known_hosts", "GlobalKnownHostsFile": "none",
                 "KexAlgorithms": "curve25519-sha256"}
        with open(self.config, "w", encoding="utf-8") as config:
            for name in names:
                lines = usual | {"SetEnv": f"HAWD_ASKED={name}"} | more.get(name.split("-")[0], {})
                print(f"Host {name}", *(f"{key} {value}" for key, value in lines.items()), sep="\n", file=config)
        return list(names)

    def asked(self):
        """Name and arguments of each start of the command since the last call."""
        path = self.place / "asked"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line.split(" ", 1) for line in lines]

    def command(self, *arguments):
        return [HAWCTL, "gather", f"--ssh-config={self.config}", *map(str, arguments)]

    def gather(self, *arguments, **more):
        options = {"capture_output": True, "text": True, "timeout": 200, "check": False} | more
        if "input" not in options:
            options |= {"stdin": subprocess.DEVNULL}
        return subprocess.run(self.command(*arguments), **options)
