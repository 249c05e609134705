"""Clients that misbehave below the level of messages: the bus drops them, the service and its other clients do not notice."""
import os
import random
import socket

import jeepney
import pytest

import hosts_intel
from bus import HOST, NAME, PATH, PROPERTIES, Client


@pytest.fixture
def service(serve):
    return serve(hosts_intel.client_46_39)


def raw(bus):
    """A socket that has passed authentication and said Hello."""
    client = Client(bus.address)
    client.connection.sock.settimeout(5)
    return client


def call_bytes(client, member="Describe", serial=99):
    message = jeepney.new_method_call(jeepney.DBusAddress(PATH, NAME, HOST), member)
    return message.serialise(serial=serial)


def dropped(client):
    try:
        while client.connection.sock.recv(65536):
            pass
    except OSError:
        pass
    client.connection.sock.close()


def test_half_messages(service, bus, client):
    """Cut at every byte, then closed."""
    message = call_bytes(raw(bus))
    for length in range(1, len(message), 7):
        half = raw(bus)
        half.connection.sock.sendall(message[:length])
        half.connection.sock.close()
    assert client.get("IovaBits") == 39


def test_garbage(service, bus, client):
    seed = int(os.environ.get("HAWD_SEED", random.randrange(1 << 32)))
    print("HAWD_SEED =", seed)
    dice = random.Random(seed)
    for _ in range(20):
        wild = raw(bus)
        wild.connection.sock.sendall(dice.randbytes(dice.randrange(1, 4096)))
        wild.connection.sock.shutdown(socket.SHUT_WR)
        dropped(wild)
    assert client.get("IovaBits") == 39


def test_changed_bytes(service, bus, client):
    """A call with one byte of its header or body another: most the bus refuses, some reach the service."""
    message = bytearray(jeepney.new_method_call(jeepney.DBusAddress(PATH, NAME, PROPERTIES), "GetAll", "s", (HOST,)).serialise(serial=99))
    for at in range(len(message)):
        other = bytearray(message)
        other[at] ^= 1 << at % 8
        wild = raw(bus)
        wild.connection.sock.sendall(other)
        wild.connection.sock.shutdown(socket.SHUT_WR)
        dropped(wild)
    assert client.get("IovaBits") == 39


def test_before_authentication(service, bus, client):
    for text in (b"", b"\0", b"\0AUTH ANONYMOUS\r\n", b"\0AUTH EXTERNAL 3939\r\nBEGIN\r\n", b"\0" + b"A" * 100000, b"GET / HTTP/1.1\r\n\r\n"):
        wild = socket.socket(socket.AF_UNIX)
        wild.connect(str(bus.socket))
        try:
            wild.sendall(text)
        except BrokenPipeError:
            pass
        wild.close()
    assert client.get("IovaBits") == 39


def test_huge_arrays(service, bus, client):
    """What no method of ours takes is refused by its signature, whatever is in it."""
    big = Client(bus.address)
    for signature, body in (("a{sv}", ({str(i): ("u", i) for i in range(50000)},)), ("aas", ([["x"] * 100] * 1000,)),
                            ("v", (("v", ("v", ("v", ("as", ["x"] * 1000)))),)), ("ay", (bytes(16 << 20),))):
        message = jeepney.new_method_call(jeepney.DBusAddress(PATH, NAME, HOST), "Compare", signature, body)
        reply = big.connection.send_and_get_reply(message, timeout=60)
        assert reply.header.fields[jeepney.HeaderFields.error_name] == "org.freedesktop.DBus.Error.InvalidArgs"
    assert client.get("IovaBits") == 39


def test_replies_and_signals_to_the_service(service, bus, client):
    """That nobody waits for: answers to calls it never made, its own signals from another's mouth, the bus's besides."""
    for member, interface, signature, body in (
            ("Disconnected", "org.freedesktop.DBus.Local", None, ()), ("NameLost", "org.freedesktop.DBus", "s", (NAME,)),
            ("NameOwnerChanged", "org.freedesktop.DBus", "sss", (NAME, ":1.0", "")), ("ProfileChanged", HOST, "tas", (7, []))):
        for path in (PATH, "/org/freedesktop/DBus", "/org/freedesktop/DBus/Local"):
            if interface.endswith("Local") or path.endswith("Local"):
                continue  # the bus ends whoever sends these
            signal = jeepney.new_signal(jeepney.DBusAddress(path, interface=interface), member, signature, body)
            signal.header.fields[jeepney.HeaderFields.destination] = NAME
            client.connection.send(signal)
    stray = jeepney.new_method_call(jeepney.DBusAddress(PATH, NAME, HOST), "Describe")
    for number in range(1, 50):
        stray.header.serial = number
        reply = jeepney.new_method_return(stray, "(bba{ss})", ((True, False, {}),))
        reply.header.fields[jeepney.HeaderFields.destination] = NAME
        client.connection.send(reply)
    assert client.get("IovaBits") == 39 and client.get("Generation") == 1
    assert service.process.poll() is None


def test_many_connections(service, bus, client):
    """Two hundred that do nothing, and go at once."""
    idle = [Client(bus.address) for _ in range(200)]
    assert client.get("IovaBits") == 39
    for it in idle:
        it.send(PATH, HOST, "Describe")
    for it in idle:
        it.close()
    assert client.get("IovaBits") == 39
