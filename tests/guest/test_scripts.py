"""Scripts that start QEMU. Most expectations are a shell's own: bash runs the script with a program in QEMU's place that
writes its words down. What no shell can say (a variable from outside, a branch that depends on the host) is worked out by hand."""
import os
import random
import subprocess

import pytest

from forms import assumed, at, ignored, read, refused

MIB, GIB = 1 << 20, 1 << 30

# ── a shell's own word ───────────────────────────────────────────────────────────────────────────────────

READ = {
    "literal variables": "RAM=3G\nCPU=host\nqemu-system-x86_64 -m $RAM -cpu ${CPU},phys-bits=42\n",
    "one variable in another": "A=3\nB=\"${A}G\"\nC=$B\nqemu-system-x86_64 -m \"$C\"\n",
    "defaults": "qemu-system-x86_64 -m ${RAM:-3G} -M ${MACHINE-q35}\n",
    "default of a default": "D=3G\nRAM=${RAM:-${D}}\nqemu-system-x86_64 -m $RAM\n",
    "assigned default": ": ${RAM:=3G} \"${M:=q35}\"\nqemu-system-x86_64 -m $RAM -M $M\n",
    "another one when it is set": "X=1\nqemu-system-x86_64 -m 3G ${X:+-S} ${Y:+-m 9G}\n",
    "options in a variable": "OPTS=\"-m 3G -M q35\"\nqemu-system-x86_64 $OPTS\n",
    "appended": "OPTS=\"-m 3G\"\nOPTS=\"$OPTS -M q35\"\nOPTS+=\" -S\"\nqemu-system-x86_64 $OPTS\n",
    "array": "args=(\n  -m 3G # memory\n  -M q35\n\n  -name \"a b\"\n)\nqemu-system-x86_64 \"${args[@]}\"\n",
    "array that grows": "args=(-m 3G)\nargs+=(-M q35 -S)\nargs+=( -device \"virtio-net,netdev=n\" )\nqemu-system-x86_64 \"${args[@]}\" -nographic\n",
    "array without quotes": "args=(-m 3G -M q35)\nqemu-system-x86_64 ${args[@]} ${args[*]}\n",
    "element of an array": "sizes=(1G 3G)\nqemu-system-x86_64 -m ${sizes[1]}\n",
    "empty array": "extra=()\nqemu-system-x86_64 \"${extra[@]}\" -m 3G\n",
    "program in an array": "QEMU=(qemu-system-x86_64 -m 3G)\nQEMU+=(-M q35)\nexec \"${QEMU[@]}\" -S\n",
    "program in a variable": "QEMU=qemu-system-x86_64\n$QEMU -m 3G\n",
    "command in a variable": "CMD=\"qemu-system-x86_64 -m 3G\"\n$CMD -S\n",
    "eval": "CMD='qemu-system-x86_64 -m'\nRAM=3G\neval \"$CMD $RAM\"\n",
    "eval that sets": "add() { eval \"$1+=(\\\"\\$2\\\")\"; }\nargs=(-S)\nadd args -m\nadd args 3G\nqemu-system-x86_64 \"${args[@]}\"\n",
    "eval twice": "RAM=3G\neval 'qemu-system-x86_64 -m $RAM'\n",
    "positional": "set -- -m 3G\nset -- \"$@\" -M q35\nqemu-system-x86_64 \"$@\"\n",
    "function": "start() {\n  local ram=$1\n  shift\n  qemu-system-x86_64 -m \"$ram\" \"$@\"\n}\nstart 3G -M q35\n",
    "function of functions": "a() { b \"$@\" -S; }\nfunction b {\n  qemu-system-x86_64 \"$@\"\n}\na -m 3G\n",
    "local variables": "RAM=3G\nf() { local RAM=9G; echo $RAM; }\nf\nqemu-system-x86_64 -m $RAM\n",
    "main below": "RAM=3G\nmain() { run; }\nrun() { qemu-system-x86_64 -m $RAM; }\nmain \"$@\"\n",
    "subshell": "RAM=3G\n(RAM=9G; true)\nqemu-system-x86_64 -m $RAM\n",
    "in a subshell": "(cd / && exec qemu-system-x86_64 -m 3G)\n",
    "assignment of one command": "RAM=3G\nRAM=9G true\nRAM=8G qemu-system-x86_64 -m $RAM\n",
    "condition that is known": "MODE=big\nif [ \"$MODE\" = big ]; then RAM=3G; else RAM=1G; fi\nqemu-system-x86_64 -m $RAM\n",
    "condition with numbers": "N=4\nif [[ $N -gt 2 ]]; then RAM=3G; elif [ $N -gt 1 ]; then RAM=2G; fi\nqemu-system-x86_64 -m $RAM\n",
    "condition on nothing": "[ -z \"$UNSET\" ] && RAM=3G || RAM=1G\nqemu-system-x86_64 -m $RAM\n",
    "default by a test": "if [ -z \"$RAM\" ]; then\n  RAM=3G\nfi\nqemu-system-x86_64 -m $RAM\n",
    "case that is known": "GUEST=win\ncase $GUEST in\n  linux|bsd) RAM=1G ;;\n  (win*) RAM=3G;;\n  *) RAM=2G\nesac\nqemu-system-x86_64 -m $RAM\n",
    "loop over a list": "args=(-m 3G)\nfor i in 1 2; do\n  args+=(-device pcie-root-port,id=rp$i,chassis=$i)\ndone\nqemu-system-x86_64 \"${args[@]}\"\n",
    "loop that is not entered": "while [ $# -gt 0 ]; do RAM=$1; shift; done\nqemu-system-x86_64 -m ${RAM:-3G}\n",
    "options of the script": "RAM=3G\nwhile getopts m: o; do case $o in m) RAM=$OPTARG;; esac; done\nqemu-system-x86_64 -m $RAM\n",
    "rounds of a loop": "for i in 1 2 3 4; do\n  [ $i = 2 ] && continue\n  [ $i = 4 ] && break\n  A+=\" -device pcie-root-port,id=p$i,chassis=$i\"\ndone\nqemu-system-x86_64 -m 3G $A\n",
    "sums": "G=1024\nqemu-system-x86_64 -m $((3 * G)) -smp $(( (1 + 2) * 2 ))\n",
    "cut ends": "F=vm.3G.img\nR=${F#vm.}\nqemu-system-x86_64 -m ${R%.img}\n",
    "quotes of all kinds": "qemu-system-x86_64 -name 'a b' -m \"3\"G -append $'x\\'y' -fw_cfg name=opt/x,string=\"a\\\"b\"\n",
    "inner quotes": "D=x\nqemu-system-x86_64 -drive file=\"$D/a b\".img,if=none -m 3G\n",
    "dollar alone": "qemu-system-x86_64 -append 'a$b' -name \"cost$\" -m 3G\n",
    "here-document before": "cat <<EOF >/dev/null\nqemu-system-x86_64 -m 9G\nEOF\nqemu-system-x86_64 -m 3G\n",
    "here-documents, two of them": "cat <<A <<-'B' >/dev/null\nx\nA\n\ty\n\tB\nqemu-system-x86_64 -m 3G\n",
    "here-document for a shell": "bash <<'EOF'\nRAM=3G\nqemu-system-x86_64 -m $RAM\nEOF\n",
    "bash -c": "bash -c \"qemu-system-x86_64 -m 3G -S\"\n",
    "sh -ec": "env X=1 sh -ec 'cd / && qemu-system-x86_64 -m 3G'\n",
    "bash -c with a variable of outside": "OPTS='-m 3G'\nbash -c \"qemu-system-x86_64 $OPTS\"\n",
    "bash -c with an exported one": "export OPTS='-m 3G'\nbash -c 'qemu-system-x86_64 $OPTS'\n",
    "bash -c twice": "bash -c \"sh -c 'qemu-system-x86_64 -m 3G'\"\n",
    "nohup": "nohup qemu-system-x86_64 -m 3G >/dev/null 2>&1 &\nwait\n",
    "questions first": "qemu-system-x86_64 --version >/dev/null\nV=$(qemu-system-x86_64 -cpu help | head -1)\nqemu-system-x86_64 -M help\nqemu-system-x86_64 -m 3G\n",
    "question in backticks": "X=`qemu-system-x86_64 -device help`\nqemu-system-x86_64 -m 3G -smp 2\n",
    "not run": "echo qemu-system-x86_64 -m 9G\nprintf '%s' 'qemu-system-x86_64 -m 9G'\ncommand -v qemu-system-x86_64 >/dev/null\nqemu-system-x86_64 -m 3G\n",
    "found by which": "QEMU=$(command -v qemu-system-x86_64)\n\"$QEMU\" -m 3G\n",
    "not reached": "if false; then qemu-system-x86_64 -m 9G; fi\nfalse && qemu-system-x86_64 -m 8G\ntrue || qemu-system-x86_64 -m 7G\nqemu-system-x86_64 -m 3G\n",
    "behind exec": "exec qemu-system-x86_64 -m 3G\nqemu-system-x86_64 -m 9G\n",
    "behind exit": "qemu-system-x86_64 -m 3G\nexit 0\nqemu-system-x86_64 -m 9G\n",
    "several on a line": "A=1; B=3G; qemu-system-x86_64 -m $B; C=2\n",
    "set -e and traps": "#!/usr/bin/env bash\nset -euo pipefail\ntrap 'true' EXIT\nqemu-system-x86_64 -m 3G\n",
    "unset": "X=-S\nunset X\nqemu-system-x86_64 -m 3G ${X:-}\n",
    "readonly and declare": "readonly A=3\ndeclare -r B=G\ndeclare -a C=(-m \"$A$B\")\nqemu-system-x86_64 \"${C[@]}\"\n",
    "no newline at the end": "RAM=3G; qemu-system-x86_64 -m $RAM",
    "carriage returns within a list": "args=(\n-m\n3G\n)\nqemu-system-x86_64 \"${args[@]}\"\n",
    "a loop of arguments": "add() { for a in \"$@\"; do args+=(\"$a\"); done; }\nargs=()\nadd -m 3G\nadd -M q35\nqemu-system-x86_64 \"${args[@]}\"\n",
    "variables that name a disk": "IMG=/vm/a.img\nqemu-system-x86_64 -m 3G -drive \"file=$IMG,if=virtio\" $IMG.2\n",
    "braces": "{ RAM=3G; qemu-system-x86_64 -m $RAM; }\n",
    "conditions within each other": "A=1\nif [ $A = 1 ]; then\n if [ $A != 2 ]; then\n  case x in x) RAM=3G;; esac\n fi\nfi\nqemu-system-x86_64 -m $RAM\n",
}


def shell_words(text, directory):
    """What QEMU's program gets: the words of each call."""
    program, log = directory / "qemu-system-x86_64", directory / "words"
    program.write_text(f"#!/bin/sh\nfor w; do printf '%s\\0' \"$w\"; done >>{log}\nprintf '\\n' >>{log}\n")
    program.chmod(0o755)
    subprocess.run(["bash", "-c", text], cwd=directory, env={"PATH": f"{directory}:/usr/bin:/bin"}, timeout=30, check=False, capture_output=True)
    calls = log.read_text().split("\0\n") if log.exists() else []
    calls = [call.split("\0") for call in calls if call]
    return [call for call in calls if not any(word in ("help", "--version") for word in call)]


def same(one, two):
    return {key: one.get(key) for key in {*one, *two} - {"assumed", "ignored"}} == {key: two.get(key) for key in {*one, *two} - {"assumed", "ignored"}}


@pytest.mark.parametrize("name", READ)
def test_as_a_shell_does(name, tmp_path):
    words = shell_words(READ[name], tmp_path)[0]
    document = read("-", text=READ[name])
    assert "3G" in words or "3072" in words
    assert at(document, "memory.ram") == 3 * GIB
    assert same(document, read("--", "qemu-system-x86_64", *words))
    assert ignored(document) == []


# ── drawn scripts ────────────────────────────────────────────────────────────────────────────────────────


class Drawn:
    """A script of assignments, arrays, functions and conditions that the text decides."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.scalars, self.arrays, self.lines = [], [], []

    def value(self):
        draw = self.random.choice
        words = ["1G", "2048", "q35", "host", "-S", "a b", "x'y", "", "-m 3G", "EPYC,phys-bits=42", "id=d"]
        kind = draw(["literal", "single", "double", "scalar", "default", "mixed"])
        if kind == "literal":
            return draw([word for word in words if word and not set(word) & set(" '")])
        if kind == "single":
            return "'" + draw(words).replace("'", "") + "'"
        if kind == "double":
            return '"' + draw(words) + (" $" + draw(self.scalars) if self.scalars and draw([0, 1]) else "") + '"'
        if kind == "scalar" and self.scalars:
            return draw(['"${%s}"', "${%s}", "$%s", "${%s:-z}", "${%s#a}", "${%s%%b}"]) % draw(self.scalars)
        if kind == "default":
            return draw(["${NONE%d:-%s}", "${NONE%d-\"%s\"}"]) % (self.random.randrange(9), draw(["1G", "pc", "-S"]))
        return "p\"" + draw(["q", "r s"]) + "\"'t'"

    def condition(self):
        draw = self.random.choice
        if not self.scalars:
            return draw(["true", "false", "[ 1 = 1 ]", "[[ a != a ]]"])
        name = draw(self.scalars)
        return draw(['[ -n "$%s" ]', '[ -z "${%s}" ]', '[ "$%s" = 1G ]', '[[ $%s == *G ]]', '! [ "$%s" = q35 ]']) % name

    def assignment(self):
        draw = self.random.choice
        name = draw("ABCDE")
        kind = draw(["scalar", "scalar", "append", "array", "array+"])
        if kind == "append" and name in self.scalars:
            return f"{name}+={self.value()}"
        if kind.startswith("array"):
            name = draw(["args", "more"])
            text = f"{name}{'+' if kind == 'array+' else ''}=({' '.join(self.value() for _ in range(self.random.randrange(4)))})"
            self.arrays.append(name)
            return text
        text = f"{draw(['', '', 'export '])}{name}=\"{draw(['1G', 'q35', 'x', ''])}\"" if draw([0, 1]) else f"{name}={self.value()}"
        self.scalars.append(name)
        return text

    def statement(self, depth=0):
        draw = self.random.choice
        kind = draw(["assign"] * 5 + ["if", "case", "for", "chain"] * (depth < 2))
        if kind == "assign":
            return self.assignment()
        if kind == "chain":
            return f"{self.condition()} {draw(['&&', '||'])} {self.assignment()}"
        if kind == "if":
            other = draw(["", f"; else {self.statement(depth + 1)}", f"\nelif {self.condition()}; then\n{self.statement(depth + 1)}\n"])
            return f"if {self.condition()}; then {self.statement(depth + 1)}{other}\nfi"
        if kind == "case":
            word = f'"${draw(self.scalars)}"' if self.scalars else "x"
            return f"case {word} in\n1G|2048) {self.statement(depth + 1)};;\n(*b) {self.statement(depth + 1)} ;;\n*) {self.statement(depth + 1)}\nesac"
        self.scalars.append("i")
        return f"for i in 1 2 \"3 4\"; do {self.statement(depth + 1)}; done"

    def script(self):
        draw = self.random.choice
        body = ["A= B= C= D= E= i=; args=() more=()"] + [self.statement() for _ in range(self.random.randrange(1, 9))]
        words = ["-name", "x"]
        for name in sorted({*self.arrays}):
            words.append(draw(['"${%s[@]}"', "${%s[@]}", '"${%s[*]}"']) % name)
        for name in sorted({*self.scalars}):
            words.append(draw(['"$%s"', "$%s", "-append a${%s}b", "${%s:+-S}"]) % name)
        call = "qemu-system-x86_64 " + " ".join(words)
        if draw([0, 0, 1]):
            return "\n".join([*body[:2], "run() {", *body[2:], f"  {call} \"$@\"", "}", "run -no-reboot 'a b'", ""])
        return "\n".join([*body, call, ""])


def words_of(text):
    """The words as hawd's own reader has them."""
    done = subprocess.run([os.environ["PRINT_GUEST"], "--words", "-"], input=text.encode(), capture_output=True, timeout=60, check=False)
    return done.stdout.decode().split("\0\n")[0].split("\0") if done.returncode == 0 else done.stderr.decode()


@pytest.mark.parametrize("start", range(0, 3000 if os.environ.get("HAWD_TEST_ALL") else 300, 100))
def test_drawn(start, tmp_path):
    """Word for word what bash makes of it."""
    for seed in range(start, start + 100):
        text = Drawn(seed).script()
        directory = tmp_path / str(seed)
        directory.mkdir()
        calls = shell_words(text, directory)
        assert words_of(text) == calls[0], f"{seed}\n{text}"
