"""A host tree as the root directory of a service, and udev's events about it: the service takes the tree for the host that it
runs on, and learns of changes as on one. It gets namespaces of its own for mounts and for the network, in which netlink messages
stay."""
import contextlib
import os
import pathlib
import socket
import struct
import subprocess
import sys

from bus import NOBODY, Service

UDEV_GROUP = 2
# proc is the kernel's, for /proc/self, with the tree's files in it.
ENTER = """set -e
tree=$1 place=$2; shift 2
mount --bind /usr "$tree/usr"
mount --bind "$tree/proc" "$tree/was"
mount --rbind /proc "$tree/proc"
for file in cpuinfo cmdline iomem sys/kernel/hostname sys/kernel/osrelease; do
        [ ! -f "$tree/was/$file" ] || mount --bind "$tree/was/$file" "$tree/proc/$file"
done
mount --bind "$place" "$tree$place"
exec chroot --userspec=USER:USER --groups= "$tree" "$@"
""".replace("USER", str(NOBODY))


def possible():
    """Why not, or nothing."""
    done = subprocess.run(["unshare", "--mount", "--net", "mount", "--bind", "/usr", "/usr"], capture_output=True, text=True, check=False)
    return done.stderr.strip()


class HostService(Service):
    """On a tree that prepare() has furnished."""

    def command(self):
        plain = [str(self.program())] + [f"--{key.replace('_', '-')}={value}" for key, value in self.options.items() if key != "root"]
        return ["unshare", "--mount", "--net", "--propagation=private", "sh", "-c", ENTER, "sh", str(self.options["root"]),
                str(self.place), *plain]


def prepare(tree, place):
    """Where the programs, the bus and the directories of the service will be mounted."""
    for name in ("usr", "was", "proc", "run/udev", str(place).lstrip("/")):
        tree.directory(name)
    # libudev looks for it to know that udev runs.
    tree.write("run/udev/control", "")
    for name in ("bin", "lib", "lib64"):
        if pathlib.Path("/", name).is_symlink():
            tree.link(name, f"usr/{name}")


# ── udev's messages ──────────────────────────────────────────────────────────────────────────────────────────────────

def murmur(text):
    """MurmurHash2 with seed 0 (Appleby), by which receivers filter."""
    data, m, mask = text.encode(), 0x5BD1E995, 0xFFFFFFFF
    h = len(data)
    while len(data) >= 4:
        k = int.from_bytes(data[:4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h, data = (h * m & mask) ^ k, data[4:]
    if data:
        h = (h ^ int.from_bytes(data, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def message(number, action, subsystem, path):
    """As libudev's receivers expect it: a header in which hashes are big-endian, then properties. Long ones, as a device with many
    names has, so that a socket holds fewer of them."""
    properties = b"".join(f"{key}={value}\0".encode() for key, value in
                          (("ACTION", action), ("DEVPATH", path), ("SUBSYSTEM", subsystem), ("SEQNUM", number), ("DEVLINKS", "/dev/x" * 600)))
    return b"libudev\0" + struct.pack(">I", 0xFEEDCAFE) + struct.pack("=III", 40, 40, len(properties)) + \
        struct.pack(">IIII", murmur(subsystem), 0, 0, 0) + properties


class Events:
    """Sends events to one service."""

    def __init__(self, service):
        self.sender = subprocess.Popen(["nsenter", f"--net=/proc/{service.process.pid}/ns/net", sys.executable, __file__],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                                       env=os.environ | {"PYTHONPATH": ":".join(filter(None, sys.path))})

    def send(self, action, subsystem, path, times=1):
        """Returns when it was sent."""
        self.sender.stdin.write(f"{times} {action} {subsystem} {path}\n")
        assert self.sender.stdout.readline() == "sent\n", "the sender of events ended"

    def close(self):
        self.sender.stdin.close()
        self.sender.wait()
        self.sender.stdout.close()


def main():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)  # NETLINK_KOBJECT_UEVENT
    number = 0
    for line in sys.stdin:
        times, *event = line.split()
        for _ in range(int(times)):
            number += 1
            # ECONNREFUSED: nobody listens. ENOBUFS: somebody's socket is full.
            with contextlib.suppress(OSError):
                sock.sendto(message(number, *event), (0, UDEV_GROUP))
        print("sent", flush=True)


if __name__ == "__main__":
    main()
