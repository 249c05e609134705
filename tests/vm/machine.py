"""An emulated machine: QEMU without KVM, Linux in it, a root shell on its second serial port, QMP beside it."""
import dataclasses
import pathlib
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
import uuid

from qmp import Qmp

KERNEL = ["quiet", "loglevel=4", "panic=-1", "net.ifnames=0", "systemd.show_status=false", "systemd.log_level=notice"]


@dataclasses.dataclass(frozen=True)
class Platform:
    """What differs between architectures: QEMU's words, the serial port that carries the shell, the kernel's parameters:
    those of the architecture and those of each boot."""
    qemu: tuple
    control: tuple
    append: tuple
    always: tuple = tuple(KERNEL)


# no_timer_check: an emulated timer on a busy host may be too late for the kernel's own test of it.
X86 = Platform(("qemu-system-x86_64",), ("-serial", "chardev:control"), ("console=ttyS0", "no_timer_check"))


class Died(Exception):
    """The machine is gone or does not answer; the message ends with its console."""


class Machine:
    """Starts at once; use as a context, so that it never outlives its test."""

    def __init__(self, kernel, initramfs, arguments, append=(), memory="1024M", cpus=2, platform=X86):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="hawd-vm-"))
        self.console = self.directory / "console"
        self.received = b""
        self.booted_in = None
        listeners = [self.listen(name) for name in ("control", "qmp")]
        # setpriv: killed with its parent even when that is killed.
        self.command = [
                "setpriv", "--pdeathsig", "KILL", *platform.qemu, "-accel", "tcg,thread=multi", "-m", memory,
                "-smp", str(cpus), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                "-kernel", str(kernel), "-initrd", str(initramfs), "-append", " ".join([*platform.append, *platform.always, *append]),
                "-serial", f"file:{self.console}",
                "-chardev", f"socket,id=control,path={self.directory}/control", *platform.control,
                "-qmp", f"unix:{self.directory}/qmp", *arguments]
        self.started = time.monotonic()
        with open(self.directory / "stderr", "wb") as errors:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        try:
            self.control, qmp = (self.accept(listener) for listener in listeners)
            try:
                self.qmp_session = Qmp(qmp)
            except (OSError, EOFError):
                self.process.wait(10)
                raise self.died("QEMU stopped") from None
        except BaseException:
            self.close()
            raise

    def listen(self, name):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.directory / name))
        listener.listen(1)
        listener.settimeout(1)
        return listener

    def accept(self, listener):
        with listener:
            for _ in range(60):
                try:
                    return listener.accept()[0]
                except TimeoutError:
                    if self.process.poll() is not None:
                        break
        raise self.died("QEMU did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def died(self, what):
        parts = [f"{what} (exit status {self.process.poll()})"]
        for name in ("stderr", "console"):
            path = self.directory / name
            if path.exists():
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
                parts += [line for line in lines if "TCG doesn't support requested feature" not in line][-60:]
        return Died("\n".join(parts))

    def read_until(self, mark, seconds):
        """What came on the second serial port before the mark."""
        deadline = time.monotonic() + seconds
        while mark not in self.received:
            left = deadline - time.monotonic()
            if left <= 0:
                raise self.died(f"no answer within {seconds} s")
            self.control.settimeout(min(left, 2))
            try:
                more = self.control.recv(1 << 16)
            except TimeoutError:
                if self.process.poll() is not None:
                    raise self.died("the machine stopped") from None
                continue
            if not more:
                raise self.died("the machine stopped")
            self.received += more
        before, self.received = self.received.split(mark, 1)
        return before

    def patience(self, seconds):
        """The time for what takes so long where this machine boots in half a minute; a busy host gives it less."""
        return seconds * max(1, (self.booted_in or 0) / 30)

    def wait_for_boot(self, seconds=240):
        """Until the shell is there, systemd has nothing left to start and udev no module to load."""
        self.read_until(b"control-shell\n", seconds)
        self.run("systemctl is-system-running --wait; udevadm settle", seconds)
        self.booted_in = time.monotonic() - self.started
        return self

    def run(self, command, seconds=60):
        """Exit status and output (both streams) of a shell command as root; 124 when it took too long in there."""
        mark = uuid.uuid4().hex
        self.control.settimeout(30)
        # Through a pipe: no program may take the serial line for a terminal.
        self.control.sendall((f"timeout -k 2 {seconds} sh -c {shlex.quote(command)} </dev/null 2>&1 | cat; "
                              f"echo {mark} ${{PIPESTATUS[0]}}\n").encode())
        text = self.read_until(mark.encode() + b" ", seconds + 30)
        return int(self.read_until(b"\n", 30)), text.decode(errors="replace")

    def output(self, command, seconds=60):
        """The output of a command that must succeed."""
        status, text = self.run(command, seconds)
        assert status == 0, f"{command}: exit status {status}\n{text}"
        return text

    def start(self, command, name):
        """Starts a command that goes on; its output gathers in /run/NAME. Returns its process id."""
        return int(self.output(f"setsid {command} >/run/{name} 2>&1 & echo $!"))

    def wait_for(self, command, seconds=30):
        """Until a command succeeds; its output."""
        deadline = time.monotonic() + seconds
        while True:
            status, text = self.run(command)
            if status == 0:
                return text
            assert time.monotonic() < deadline, f"{command}: exit status {status} for {seconds} s\n{text}"
            time.sleep(0.2)

    def kernel_log(self):
        return self.output("dmesg")

    def qmp(self, command, **arguments):
        return self.qmp_session.execute(command, **arguments)

    def device_add(self, driver, identity, bus, **properties):
        return self.qmp("device_add", driver=driver, id=identity, bus=bus, **properties)

    def device_del(self, identity, seconds=60):
        """Asks for a device's removal and waits until the guest has let it go."""
        self.qmp("device_del", id=identity)
        self.qmp_session.wait_event("DEVICE_DELETED", {"device": identity}, seconds)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for connection in ("control", "qmp_session"):
            held = getattr(self, connection, None)
            if held:
                (held.connection if connection == "qmp_session" else held).close()
        shutil.rmtree(self.directory, ignore_errors=True)
