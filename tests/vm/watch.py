"""hawd's signals as busctl sees them on the guest's bus."""
import json
import time

import bus

GROUP = f"{bus.NAME}.Group"


class Watch:
    """Gathers every message that hawd sends from now on."""

    count = 0

    def __init__(self, machine):
        self.machine = machine
        Watch.count += 1
        self.name = f"signals-{Watch.count}"
        self.pid = machine.start(f"busctl --json=short monitor {bus.NAME}", self.name)
        machine.wait_for(f"grep -qs Monitoring /run/{self.name} || busctl list --json=short | grep -q '\"pid\":{self.pid},'")
        self.read = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.machine.run(f"kill {self.pid}; rm -f /run/{self.name}")

    def signals(self):
        """Those since the last call."""
        found = []
        lines = self.machine.output(f"grep -a '^{{' /run/{self.name} | tail -n +{self.read + 1}; true").splitlines()
        self.read += len(lines)
        for line in lines:
            message = json.loads(line)
            if message["type"] == "signal":
                found.append((message["member"], message["path"], bus.plain(message["payload"]["data"])))
        return found

    def gather(self, enough, seconds=30):
        """Signals until there are enough of them and two seconds were quiet."""
        seconds = self.machine.patience(seconds)
        found, deadline, quiet = [], time.monotonic() + seconds, None
        while True:
            new = self.signals()
            found += new
            if new or not enough(found):
                quiet = None
                assert time.monotonic() < deadline, f"after {seconds} s: {found}"
            elif quiet is None:
                quiet = time.monotonic()
            elif time.monotonic() - quiet > 2:
                return found
            time.sleep(0.1)


def profile_changes(signals):
    """(generation, what changed) of each."""
    return [tuple(data) for member, _, data in signals if member == "ProfileChanged"]


def added_groups(signals):
    """Numbers of the groups that came, in order."""
    return [int(data[0].rsplit("/", 1)[1]) for member, _, data in signals
            if member == "InterfacesAdded" and GROUP in data[1]]


def removed_groups(signals):
    return [int(data[0].rsplit("/", 1)[1]) for member, _, data in signals
            if member == "InterfacesRemoved" and GROUP in data[1]]
