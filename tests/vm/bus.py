"""hawd on the guest's system bus, through busctl."""
import json
import shlex

NAME = "org.hawd.AddressWidth1"
PATH = "/org/hawd/AddressWidth1"


def plain(value):
    """busctl's JSON wraps every variant into its type and data."""
    if isinstance(value, dict):
        if set(value) == {"type", "data"}:
            return plain(value["data"])
        return {key: plain(held) for key, held in value.items()}
    return [plain(held) for held in value] if isinstance(value, list) else value


def call(machine, path, interface, method, signature="", *arguments):
    words = ["busctl", "--json=short", "call", NAME, path, interface, method, *([signature] if signature else []), *arguments]
    answer = json.loads(machine.output(shlex.join(words)))["data"]
    return plain(answer[0]) if answer else None


def properties(machine, path=PATH, kind="Host"):
    return call(machine, path, "org.freedesktop.DBus.Properties", "GetAll", "s", f"{NAME}.{kind}")


def objects(machine):
    """Path → interface (last word) → properties of all that the object manager lists."""
    listed = call(machine, PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
    return {path: {interface.removeprefix(NAME + "."): held for interface, held in interfaces.items()
                   if interface.startswith(NAME)} for path, interfaces in listed.items()}


def describe(machine):
    return call(machine, PATH, f"{NAME}.Host", "Describe")


def read(machine, name):
    """One property of the host, which starts the service when it is not running."""
    words = ["busctl", "--json=short", "get-property", NAME, PATH, f"{NAME}.Host", name]
    return plain(json.loads(machine.output(shlex.join(words), 90)))


def groups(machine):
    """Properties of the published groups by number."""
    return {held["Group"]["Id"]: held["Group"] for held in objects(machine).values() if "Group" in held}


def differences(one, other, path=""):
    """Where two documents differ, for whoever has to find out why."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [found for key in one.keys() | other.keys()
                for found in differences(one.get(key), other.get(key), f"{path}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [found for n, pair in enumerate(zip(one, other)) for found in differences(*pair, f"{path}[{n}]")]
    return [] if one == other else [(path, one, other)]
