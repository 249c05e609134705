"""libvirt's D-Bus service, as far as it lists domains and has their XML. Interfaces are those of libvirt-dbus
(org.libvirt.Connect.xml, org.libvirt.Domain.xml)."""
import threading

import jeepney
from jeepney.io.blocking import open_dbus_connection

from bus import PATIENCE

DOMAINS = "/org/libvirt/QEMU/domain/_"


class Libvirt:
    """domains: [(name, XML)]"""

    def __init__(self, address, domains):
        self.domains, self.calls = domains, []
        self.connection = open_dbus_connection(bus=address, auth_timeout=PATIENCE)
        name = jeepney.new_method_call(jeepney.DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus"),
                                       "RequestName", "su", ("org.libvirt", 0))
        assert self.connection.send_and_get_reply(name, timeout=PATIENCE).body == (1,)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def answer(self, path, member):
        if (path, member) == ("/org/libvirt/QEMU", "ListDomains"):
            return "ao", ([DOMAINS + str(i) for i in range(len(self.domains))],)
        if path.startswith(DOMAINS):
            name, text = self.domains[int(path[len(DOMAINS):])]
            if member == "Get":
                return "v", (("s", name),)
            if member == "GetXMLDesc":
                return "s", (text,)
        return None

    def serve(self):
        try:
            while True:
                message = self.connection.receive()
                if message.header.message_type != jeepney.MessageType.method_call:
                    continue
                fields = message.header.fields
                path, member = fields[jeepney.HeaderFields.path], fields[jeepney.HeaderFields.member]
                self.calls.append(member)
                reply = self.answer(path, member)
                self.connection.send(jeepney.new_method_return(message, *reply) if reply else
                                     jeepney.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))
        except (OSError, ConnectionError, EOFError, ValueError):
            pass    # closed

    def close(self):
        self.connection.sock.shutdown(2)
        self.thread.join(PATIENCE)
        self.connection.close()
