"""What is kept of a real guest: its source, a text of our own that keeps its form and what moves addresses, and the machine that a
person reads in it. Disks, networks, names and comments of the original are left out or changed."""
from dataclasses import dataclass, field

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40


@dataclass(frozen=True)
class Machine:
    """As it is asked for; what is not said has the empty value."""
    ram: int
    machine: str = "pc"
    kvm: bool = True
    max: int = 0
    slots: int = 0
    cpu: str = ""
    bits: object = None  # "host", a number, or the model's
    limit: int = 0
    guest_bits: int = 0
    firmware: str = ""
    viommu: str = ""
    aw: int = 0
    hole: object = None
    mmio64: int = 0
    confidential: str = ""
    reduced: int = 0
    cxl: tuple = ()
    assigned: tuple = ()
    mediated: int = 0
    own: int = 0  # assigned devices that are alone behind a port
    shared: tuple = ()  # BARs with memory of the VMM's behind them


@dataclass(frozen=True)
class Real:
    """form: domain, script, line, list (of processes), log, task (Proxmox's log of one). `refused` says why there is no machine
    in it; `missing` what is named as not known; `given` and `arguments` what bash is started with, of what does not matter."""
    name: str
    source: str
    form: str
    text: str
    machine: object = None
    refused: str = ""
    missing: tuple = ()
    given: dict = field(default_factory=dict)
    arguments: tuple = ()


def addresses(*names):
    return tuple(name if name.count(":") == 2 else "0000:" + name for name in names)
