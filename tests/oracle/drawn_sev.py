"""Objects of confidential guests, which QEMU reads whether the host has such hardware or not; without it, and without KVM, it
refuses every machine that names one, and says so after all that is wrong with the object itself."""
from drawn_machine import MIB

NAMED = ["", "", "", ",confidential-guest-support=s", ",confidential-guest-support=s", ",memory-encryption=s", ",confidential-guest-support=gone",
         ",memory-encryption=gone", ",confidential-guest-support=m", ",confidential-guest-support="]


def kind(rng, judge, named):
    """Those that this QEMU does not know where a machine has one: of what nothing names hawctl keeps no kind."""
    kinds = ["sev-guest"] * 3
    if judge.version >= (9, 1) or named:
        kinds.append("sev-snp-guest")
    if judge.version < (10, 1) and named:
        kinds.append("tdx-guest")
    return rng.choice(kinds)


def guard(rng, judge, name, named):
    named = named and name == "s" and rng.random() < 0.9
    qom = kind(rng, judge, named)
    words = [qom] + ([f"id={name}"] if named or rng.random() < 0.9 else [])
    if qom == "tdx-guest":
        return ",".join(words)
    if rng.random() < 0.8:
        words.append(f"reduced-phys-bits={rng.choice([0, 1, 1, 1, 5, 63, 64])}")
    if rng.random() < 0.8:
        words.append(f"cbitpos={rng.choice([0, 47, 51, 51, 63])}")
    if rng.random() < 0.3:
        words.append(f"policy={rng.choice([0, 1, 5, '0x30000'])}")
    return ",".join(words)


def sev(rng, judge):
    name = rng.choice(NAMED)
    words = ["-M", rng.choice(["q35", "q35", "pc"]) + name, "-m", "256M"]
    if name.endswith("=m"):
        words += ["-object", f"memory-backend-ram,id=m,size={128 * MIB}"]
    for i in range(rng.choice([0, 1, 1, 1, 1, 2])):
        words += ["-object", guard(rng, judge, rng.choice(["s"] * 4 + [f"t{i}"]), name.endswith("=s"))]
    return words
