"""What docs/stability.md promises, as lines: D-Bus members, members and words of the JSON documents, exit statuses.

    python3 tests/dist/stable.py BUILD >tests/dist/stable.txt

writes the list when a release has added something. `broken()` says which promises of a list a newer one does not keep."""
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

# Documents that hawd only reads. Those that it writes have every member that was promised; these require no more than they did.
READ = {"guest", "guest-defaults"}


def signature(node):
    return ", ".join(f"{argument.get('direction', 'out')} {argument.get('type')} {argument.get('name')}" for argument in node.findall("arg"))


def of_bus(build):
    for path in sorted((build / "dbus").glob("org.hawd.*.xml")):
        for interface in xml.etree.ElementTree.parse(path).getroot().findall("interface"):
            for node in interface:
                if node.tag in ("method", "signal"):
                    yield f"{node.tag} {interface.get('name')}.{node.get('name')}", signature(node)
                elif node.tag == "property":
                    yield f"property {interface.get('name')}.{node.get('name')}", f"{node.get('type')} {node.get('access')}"


def of_errors(source):
    names = {name for path in (source / "dbus").glob("*.[ch]") for name in re.findall(r'Error\.([A-Z]\w+)"', path.read_text(encoding="utf-8"))}
    for name in sorted(names):
        yield f"error {name}", ""


def kind(schema):
    """A value's type, or the name of the shared one that it has; and the words that it may be."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    words = [schema["const"]] if "const" in schema else schema.get("enum")
    if words is not None:
        return "= " + " ".join("null" if word is None else str(word) for word in words)
    found = schema.get("type", [])
    found = {found} if isinstance(found, str) else set(found)
    for branch in schema.get("anyOf", []) + schema.get("oneOf", []):
        found |= set(kind(branch).split("|")) - {""}
    return "|".join(sorted(found))


def members(schema, path):
    required = schema.get("required", [])
    for key, value in schema.get("properties", {}).items():
        yield f"{path}.{key}", ("" if key in required else "? ") + kind(value)
        yield from members(value, f"{path}.{key}")
    for key, suffix in (("items", "[]"), ("additionalProperties", "{}")):
        value = schema.get(key)
        if isinstance(value, dict):
            yield f"{path}{suffix}", kind(value)
            yield from members(value, path + suffix)
    for branch in schema.get("anyOf", []) + schema.get("oneOf", []):
        yield from members(branch, path)


def of_documents(build):
    for path in sorted((build / "schema").glob("*.schema.json")):
        name, schema = path.name.split(".")[0], json.loads(path.read_text(encoding="utf-8"))
        for definition, value in schema.get("$defs", {}).items():
            yield f"document {name} ${definition}", kind(value)
            yield from ((f"document {name} ${rest}", promised) for rest, promised in members(value, definition))
        yield from ((f"document {name} {rest}", promised) for rest, promised in members(schema, ""))


def of_statuses(build):
    text = subprocess.run([build / "ctl" / "hawctl", "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    for status, meaning in re.findall(r"\b(\d) ([a-z][a-z ]+)", " ".join(text[text.lower().index("exit status"):].split())):
        yield f"status {status}", meaning.strip()


def promises(build, source):
    """By what it is, what is promised of it. Branches that describe one member twice are one."""
    found = {}
    for what, promised in [*of_bus(build), *of_errors(source), *of_documents(build), *of_statuses(build)]:
        found.setdefault(what, set()).add(promised)
    return {what: " / ".join(sorted(promised)) for what, promised in found.items()}


def written(found):
    return "".join(f"{what}: {promised}".rstrip() + "\n" for what, promised in found.items())


def read(text):
    return dict((line.split(":", 1) + [""])[:2] for line in text.splitlines() if line and not line.startswith("#"))


def words(promised):
    return set(re.sub(r"[=?/]", " ", promised).split())


def broken(old, new):
    """Promises of old that new does not keep, each as a line."""
    lost = []
    for what, promised in old.items():
        promised, found = promised.strip(), new.get(what)
        if found is None:
            lost.append(f"{what} is gone")
            continue
        found = found.strip()
        is_read = what.startswith("document") and what.split()[1] in READ
        optional = lambda text: "?" in text.split()
        if what.startswith("document"):
            # A list of words may become longer, but a member is what it was.
            kept = words(promised) <= words(found) if "=" in promised.split() else words(promised) == words(found)
            # What was always there may not be missing now, and nobody has to give what could be left out.
            kept = kept and (not (optional(promised) and not optional(found)) if is_read else not (optional(found) and not optional(promised)))
        else:
            kept = promised == found
        if not kept:
            lost.append(f"{what} was “{promised}” and is “{found}”")
    # A guest that was a guest stays one: a new member of an object that was there is optional.
    for what, found in new.items():
        parts = what.split()
        if parts[0] == "document" and parts[1] in READ and what not in old and "?" not in found.split() and "$" not in what:
            parent = what.rsplit(".", 1)[0]
            if parent in old or not parent.split()[2:]:
                lost.append(f"{what} must now be given")
    return lost


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    sys.stdout.write("# What hawd promises since 0.1 (docs/stability.md), written by tests/dist/stable.py. Lines are added, never changed or removed.\n"
                     + written(promises(place, pathlib.Path(__file__).parents[2])))
