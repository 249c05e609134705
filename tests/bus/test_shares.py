"""What one user may take of the service, and that the others do not notice."""
import contextlib
import fcntl
import json
import os
import pathlib
import struct

import jeepney
import pytest
from jeepney.io.blocking import open_dbus_connection

import hosts_intel
import hosts_many
from bus import GROUP, HOST, IOMMU, MANAGER, NAME, NOBODY, PATH, PROPERTIES, BusError, Client, wait_for

LIMITS = "org.freedesktop.DBus.Error.LimitsExceeded"
OTHER = 2  # bin: dbus-daemon wants users that have a name
GUEST = json.dumps({"schema": "hawd-guest/1", "name": "small", "machine": "pc-q35-9.0", "memory": {"ram": "1GiB"}})

pytestmark = pytest.mark.usefixtures("root")


@pytest.fixture
def service(serve):
    return serve(hosts_intel.client_46_39, uid=1)


@contextlib.contextmanager
def client_of(bus, uid):
    client = Client(bus.address, uid)
    try:
        yield client
    finally:
        client.close()


def client_of_many(bus, uid, calls):
    """A connection that sends so many calls at once and reads nothing."""
    client = Client(bus.address, uid)
    address = jeepney.DBusAddress(PATH, NAME, PROPERTIES)
    client.connection.sock.sendall(b"".join(
        jeepney.new_method_call(address, "GetAll", "s", (HOST,)).serialise(serial) for serial in range(100, 100 + calls)))
    return client


class Files:
    """A client that takes files."""

    def __init__(self, bus, uid=None):
        if uid is not None:
            os.seteuid(uid)
        try:
            self.connection = open_dbus_connection(bus=bus.address, enable_fds=True)
        finally:
            os.seteuid(0)

    def send(self):
        self.connection.send(jeepney.new_method_call(jeepney.DBusAddress(PATH, NAME, HOST), "DescribeFd"))

    def take(self):
        """A descriptor, or the name of an error."""
        reply = self.connection.send_and_get_reply(jeepney.new_method_call(jeepney.DBusAddress(PATH, NAME, HOST), "DescribeFd"))
        if reply.header.message_type == jeepney.MessageType.error:
            return reply.header.fields[jeepney.HeaderFields.error_name]
        return reply.body[0].to_raw_fd()


def test_document_as_a_file(service, bus, client):
    """The same text as Describe's and the published file's, in memory that nobody can change."""
    fd = Files(bus, NOBODY).take()
    text = os.pread(fd, 1 << 24, 0).decode()
    assert text == client.describe() + "\n" == (service.runtime / "current/profile.json").read_text(encoding="utf-8")
    seals = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
    assert seals & (wanted := fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL) == wanted
    with pytest.raises(OSError):
        os.write(fd, b"x")
    os.close(fd)


def test_files_that_are_not_closed(service, bus):
    """Four of a user, read or not; root's and those of other users are not among them."""
    bad = Files(bus, NOBODY)
    fds = [bad.take() for _ in range(4)]
    assert bad.take() == Files(bus, NOBODY).take() == LIMITS
    for uid in (OTHER, None):
        other = Files(bus, uid).take()
        os.pread(other, 1, 0)
        os.close(other)
    # A change makes another file: those of the former one are still out.
    service.tree.write("proc/sys/kernel/hostname", "other\n")
    service.reload()
    assert bad.take() == LIMITS
    os.close(fds.pop())
    os.close(bad.take())
    deaf = Files(bus, OTHER)
    for _ in range(100):
        deaf.send()
    with client_of(bus, OTHER) as client:
        client.ping()
    assert Files(bus, OTHER).take() == LIMITS
    deaf.connection.close()
    with client_of(bus, OTHER) as client:
        client.ping()
    os.close(Files(bus, OTHER).take())
    assert len(os.listdir(f"/proc/{service.process.pid}/fd")) < 40


def test_files_that_are_locked(service, bus):
    """Whoever reads a file may lock it: that is nothing to other users, and they are not told that theirs are still open."""
    bad = Files(bus, NOBODY).take()
    everything = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
    fcntl.fcntl(bad, 37, everything)  # F_OFD_SETLK
    for uid in (OTHER, None):
        for _ in range(60):
            os.close(Files(bus, uid).take())
    os.close(bad)


@pytest.mark.parametrize("member,signature,body", [
    ("Get", "ss", (HOST, "A" * (1 << 20))),
    ("Get", "ss", ("a.b" + "A" * (1 << 20), "Hostname")),
    ("Set", "ssv", (HOST, "A" * (1 << 20), ("s", ""))),
    ("GetAll", "s", ("a.b" + "A" * (1 << 20),)),
])
def test_names_that_an_error_would_quote(service, bus, member, signature, body):
    """What is sent in vain does not come back: a client that reads nothing would fill the bus with it."""
    with client_of(bus, NOBODY) as client:
        with pytest.raises(BusError) as told:
            client.call(PATH, PROPERTIES, member, signature, body)
        assert told.value.name.endswith("InvalidArgs") and len(told.value.text) < 100
        with pytest.raises(BusError) as told:
            client.call("/" + "a" * 60000, PROPERTIES, "Get", "ss", (HOST, "Hostname"))
        assert len(told.value.text) < 100
        assert client.get("Hostname")


@pytest.mark.parametrize("uid", [OTHER, None])
def test_many_calls_at_once(service, bus, uid):
    """The first that a client does, as programs do that wait for no answer before the next call."""
    client = client_of_many(bus, uid, 100)
    assert client.answers(100) == [None] * 100
    client.close()


def test_strangers_do_not_pay_for_strangers(service, bus):
    """Calls of connections that come and go, all made before it is known whose they are."""
    held = [client_of_many(bus, NOBODY, 32) for _ in range(150)]
    for uid in (OTHER, None):
        for _ in range(5):
            with client_of(bus, uid) as client:
                assert client.get("Hostname")
    assert len(held) == 150


def answered(client, most):
    """How many documents it gets before it is told to wait; and what it was told."""
    for number in range(most):
        try:
            client.call(PATH, HOST, "Describe", timeout=5)
        except BusError as error:
            return number, error.name
    return most, None


def test_a_user_past_its_share(service, bus):
    """16 MiB of answers and 512 KiB more a second: then it is told so, and soon no longer answered. To come back with another
    connection is of no use. Others do not notice, and root calls as often as it likes."""
    with client_of(bus, NOBODY) as bad, client_of(bus, OTHER) as good, client_of(bus, None) as root:
        size = len(root.describe())
        first, told = answered(bad, 10 * (16 << 20) // size)
        assert told == LIMITS and first > (15 << 20) // size
        with client_of(bus, NOBODY) as again:
            assert answered(again, first)[1] == LIMITS
            for _ in range(1000):
                again.send(PATH, HOST, "Describe")
            with pytest.raises(TimeoutError):
                again.answers(1000, patience=5)
        check = ("Check", "s", (GUEST,))
        assert good.call(PATH, HOST, *check) == root.call(PATH, HOST, *check)
        assert good.get("IovaBits") == 39
        assert answered(root, first + 100) == (first + 100, None)


def test_calls_that_wait(service, bus):
    """Thirty-two of a connection."""
    with client_of(bus, None) as client:
        client.ping()
        for _ in range(2000):
            client.send(PATH, MANAGER, "GetManagedObjects")
        names = client.answers(2000)
    assert set(names) == {None, LIMITS} and names.count(None) >= 32


def test_no_answer_wanted(service, bus):
    """Nothing is done for nobody: such calls are read and dropped."""
    def spent():
        with open(f"/proc/{service.process.pid}/stat", encoding="ascii") as stat:
            return sum(map(int, stat.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
    calls = 3000
    with client_of(bus, None) as client:
        client.ping()
        costs = []
        for flags in (1, 0):
            start = spent()
            for _ in range(calls):
                if flags:
                    client.send(PATH, HOST, "Describe", flags=1)
                else:
                    client.describe()
            client.ping()
            costs.append(spent() - start)
    print(f"{calls} calls of Describe: {costs[0]:.2f} s of processor time without an answer, {costs[1]:.2f} s with one")
    assert costs[0] < costs[1]


def test_managed_objects_are_what_sd_bus_says(service, client):
    """Each object with its properties as GetAll has them, and the interfaces of every object."""
    managed, = client.call(PATH, MANAGER, "GetManagedObjects")
    assert len(managed) > 3
    for path, interfaces in managed.items():
        own = IOMMU if path.startswith(PATH + "/iommu/") else GROUP
        assert list(interfaces) == ["org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Introspectable", PROPERTIES, own]
        properties, = client.call(path, PROPERTIES, "GetAll", "s", (own,))
        assert interfaces.pop(own) == properties and not any(interfaces.values())


@pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"), reason="takes half a minute: HAWD_TEST_ALL=1")
def test_a_bus_that_reads_no_more(serve, bus):
    """dbus-daemon reads nothing from a service of whose answers 127 MiB lie unread. Only root's clients get so many at once. The
    service notices and connects again."""
    service = serve(lambda tree: hosts_many.server(tree, 4096), uid=1)
    with contextlib.ExitStack() as stack:
        deaf = [stack.enter_context(client_of(bus, None)) for _ in range(3)]
        honest = stack.enter_context(client_of(bus, OTHER))
        assert honest.get("IovaBits")
        for client in deaf:
            for _ in range(16):
                client.send(PATH, HOST, "Describe")
        wait_for(lambda: "connecting again" in service.said(), "a new connection", 120)
        wait_for(lambda: "Connected to the bus again" in service.said(), "the name")
        with client_of(bus, OTHER) as again:
            assert again.get("IovaBits")
        with open(f"/proc/{service.process.pid}/status", encoding="ascii") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak < 64 * 1024 or "libasan" in pathlib.Path(f"/proc/{service.process.pid}/maps").read_text(encoding="ascii")
