"""Somebody on the bus who answers calls, or does not."""
import socket
import threading

import jeepney

from bus import Client


class Answering:
    """Owns names on the bus and answers calls: answer(member, body) is (signature, arguments), an error's name, or None."""

    def __init__(self, bus, name, answer, error_text="text"):
        self.client, self.answer, self.error_text = Client(bus.address), answer, error_text
        assert self.client.bus_call("RequestName", "su", (name, 0)) == (1,)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def end(self):
        self.client.connection.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.client.close()

    def run(self):
        while True:
            try:
                message = self.client.connection.receive()
            except (OSError, ValueError, RuntimeError):
                return
            if message.header.message_type != jeepney.MessageType.method_call:
                continue
            fields = message.header.fields
            answer = self.answer(fields.get(jeepney.HeaderFields.member), fields.get(jeepney.HeaderFields.path), message.body)
            if isinstance(answer, str):
                self.client.connection.send(jeepney.new_error(message, answer, "s", (self.error_text,)))
            elif answer:
                self.client.connection.send(jeepney.new_method_return(message, *answer))
