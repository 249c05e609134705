"""QEMU's own protocol, as much of it as the tests speak."""
import json
import time


class Refused(Exception):
    """QEMU's answer to a command was an error."""


class Qmp:
    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""
        self.events = []
        self.receive(30)
        self.execute("qmp_capabilities")

    def receive(self, seconds):
        """The next message of any kind."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            self.connection.settimeout(max(deadline - time.monotonic(), 0.01))
            more = self.connection.recv(1 << 16)
            if not more:
                raise EOFError("QEMU closed its control socket")
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def execute(self, command, **arguments):
        message = {"execute": command}
        if arguments:
            message["arguments"] = {name.replace("_", "-") if command == "device_add" else name: value
                                    for name, value in arguments.items()}
        self.connection.sendall(json.dumps(message).encode() + b"\n")
        while True:
            answer = self.receive(60)
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise Refused(f"{command}: {answer['error']['desc']}")
            else:
                return answer["return"]

    def wait_event(self, name, wanted, seconds=30):
        """Waits for an event whose data holds all of `wanted`, which may have come before."""
        deadline = time.monotonic() + seconds
        while True:
            for event in self.events:
                if event["event"] == name and wanted.items() <= event.get("data", {}).items():
                    self.events.remove(event)
                    return event
            answer = self.receive(deadline - time.monotonic())
            if "event" in answer:
                self.events.append(answer)
