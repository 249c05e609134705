"""Reserved memory in the firmware's own DMAR (VT-d specification 8.4), which QEMU has no option for: the machine stops where Xen would
begin, by QEMU's gdb server, and finds a table with more in it. Paging is off there: addresses are physical."""
import socket
import struct

RSDP, RSDP_END = 0xF0000, 0x100000
# In the part of QEMU's tables that is left empty, with 2 GiB of RAM below 4 GiB: reserved in the e820.
PLACE = 0x7FFF0000


class Debugger:
    """The remote protocol of gdb: $PACKET#SUM, each acknowledged by a plus."""

    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(120)
        self.connection.connect(str(path))
        self.held = b""

    def byte(self):
        while not self.held:
            self.held = self.connection.recv(1 << 16)
            if not self.held:
                raise EOFError("QEMU has closed its gdb server")
        first, self.held = self.held[:1], self.held[1:]
        return first

    def call(self, packet):
        data = packet.encode()
        self.connection.sendall(b"$" + data + f"#{sum(data) & 0xFF:02x}".encode())
        while self.byte() != b"$":
            pass
        answer = b""
        while (more := self.byte()) != b"#":
            answer += more
        self.byte(), self.byte()
        self.connection.sendall(b"+")
        assert not answer.startswith(b"E"), (packet[:40], answer)
        return answer.decode()

    def read(self, address, size):
        return b"".join(bytes.fromhex(self.call(f"m{at:x},{min(0x400, address + size - at):x}")) for at in range(address, address + size, 0x400))

    def write(self, address, content):
        assert self.call(f"M{address:x},{len(content):x}:{content.hex()}") == "OK"

    def run_to(self, address):
        assert self.call(f"Z1,{address:x},1") == "OK"
        assert self.call("c").startswith("T05")
        assert self.call(f"z1,{address:x},1") == "OK"

    def leave(self):
        self.call("D")
        self.connection.close()


def entry(image):
    """Where a 32-bit ELF file starts."""
    return struct.unpack_from("<I", image.read_bytes()[:52], 24)[0]


def summed(table):
    fresh = bytearray(table)
    fresh[9] = 0
    fresh[9] = -sum(fresh) & 0xFF
    return bytes(fresh)


def rmrr(first, last, device, function):
    """For one device of bus 0: its scope has type 1, 8 bytes, no enumeration."""
    return struct.pack("<HHHHQQ", 1, 32, 0, 0, first, last) + struct.pack("<BBHBBBB", 1, 8, 0, 0, 0, device, function)


def reserve(path, image, regions):
    """regions: (first, last, address of the device)."""
    debugger = Debugger(path)
    debugger.run_to(entry(image))
    pointer = debugger.read(RSDP, RSDP_END - RSDP)
    root, = struct.unpack_from("<I", pointer, pointer.index(b"RSD PTR ") + 16)
    rsdt = bytearray(debugger.read(root, struct.unpack("<I", debugger.read(root + 4, 4))[0]))
    for at in range(36, len(rsdt), 4):
        place, = struct.unpack_from("<I", rsdt, at)
        if debugger.read(place, 4) == b"DMAR":
            table = bytearray(debugger.read(place, struct.unpack("<I", debugger.read(place + 4, 4))[0]))
            for first, last, name in regions:
                device, function = name.split(":")[2].split(".")
                table += rmrr(first, last, int(device, 16), int(function))
            struct.pack_into("<I", table, 4, len(table))
            struct.pack_into("<I", rsdt, at, PLACE)
            debugger.write(PLACE, summed(table))
            debugger.write(root, summed(rsdt))
            break
    else:
        raise AssertionError("QEMU's firmware has no DMAR")
    debugger.leave()
