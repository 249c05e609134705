"""Machines drawn at random for a judge: as the layout's key=value lines, and as QEMU's command line. A case is a dict
with the layout's keys; what only QEMU is told, because it must not move anything, stands under "besides"."""
MIB, GIB = 1 << 20, 1 << 30
MODELS_64 = ["qemu64", "kvm64", "EPYC", "EPYC-Rome", "Opteron_G3", "phenom", "Skylake-Server", "Skylake-Client", "Nehalem",
             "Icelake-Server", "Dhyana", "max"]
MODELS_32 = ["486", "pentium", "pentium2", "pentium3", "qemu32", "kvm32", "coreduo", "n270", "athlon"]
VENDORS = {"amd": "AuthenticAMD", "intel": "GenuineIntel"}
# Sizes near a limit of a split, beside those near a width.
LIMITS = [0xB0000000, 0xC0000000, 0xE0000000, 0xFEC00000, 0xFD00000000, 2 ** 40]
# Without a bus named the last bridge that CXL has made would be taken, and refuses it.
PLACES = {(kind, machine): f",bus={bus}" for kind in ("virtio-pmem-pci", "virtio-mem-pci") for machine, bus in (("q35", "pcie.0"), ("pc", "pci.0"))}
HOSTS = {"q35": "q35-pcihost", "pc": "i440FX-pcihost"}


def draw_cpu(rng, judge, case):
    case["model"] = rng.choice(MODELS_32 if rng.random() < 0.2 else MODELS_64)
    if rng.random() < 0.15:
        case["vendor"] = rng.choice(list(VENDORS))
    for feature, chance in (("lm", 0.05), ("pae", 0.05), ("pse36", 0.05)):
        if rng.random() < chance:
            case[feature] = rng.choice(["on", "off"])
    short = case["model"] in MODELS_32 or case.get("lm") == "off"
    if rng.random() < (0.1 if short else 0.85):
        # Before 6.0 TCG takes its own width and nothing else, 0 is "none said".
        case["phys-bits"] = rng.choice([rng.randint(32, 52), rng.randint(36, 43), 40, 40, 31, 53, 0]) \
            if judge.version >= (6,) or rng.random() < 0.2 else 40
    if case.get("phys-bits") == 53 and judge.version >= (11,):
        case["phys-bits"] = 52  # which is as wide as CPUs can be, though not as wide as that QEMU takes
    if judge.version >= (9, 1) and rng.random() < 0.1:
        case["guest-phys-bits"] = rng.choice([31, 32, 39, 40, 41, 52])


def draw_besides(rng, judge, case):
    """Memory devices that are there from the start take room inside their region; the others take none at all."""
    besides, room = [], case.get("max", 0) - case["ram"]
    if case["machine"] == "microvm":
        return besides
    if rng.random() < 0.2:
        besides.append(("numa",))
    if rng.random() < 0.2:
        besides.append(("machine", rng.choice(["usb=on", "smm=off", "hpet=off", "vmport=off", "graphics=off", "nvdimm=on"])))
    if rng.random() < 0.1:
        besides.append(("global", f"{HOSTS[case['machine']]}.x-pci-hole64-fix={rng.choice(['on', 'off'])}"))
    if room >= GIB and case["slots"] <= 256 and case["machine-version"] not in ("1.4", "1.5", "1.6", "1.7", "2.0") and rng.random() < 0.4:
        kind = rng.choice(["pc-dimm", "virtio-pmem-pci", "nvdimm"] + ["virtio-mem-pci"] * (judge.version >= (5, 1)))
        besides.append((kind, rng.choice([1, 2, 7, 8]) * 128 * MIB))
        if kind == "nvdimm":
            besides.append(("machine", "nvdimm=on"))
    return besides


def draw_memory(rng, case, large):
    # As many around the limits of a split as around those of a width.
    around = rng.choice([2 ** rng.randint(27, 44 if large else 43), *LIMITS])
    step = rng.choice([0, 0, -1, 1, -32, 32]) * rng.choice([MIB, 128 * MIB, GIB])
    case["ram"] = max(128 * MIB, min((16 if large else 8) << 40, around + step))
    if rng.random() < 0.5:
        case["max"] = case["ram"] + rng.choice([rng.randint(1, 64) * GIB, rng.randint(1, 1024) * 128 * MIB, 2 ** rng.randint(30, 43),
                                                rng.randint(1, 1 << 20) * 4096])
        case["slots"] = rng.choice([1, 2, 8, 32, rng.randint(1, 256), 257])


def draw(rng, judge, known, large=False):
    """Each case is likely to lie near a limit."""
    machine, version = rng.choice(known + [("microvm", "")] * (len(known) // 10))
    case = {"machine": machine, "machine-version": version}
    draw_cpu(rng, judge, case)
    draw_memory(rng, case, large)
    if machine != "microvm":
        if rng.random() < 0.3:
            case["hole64"] = rng.choice([2 ** rng.randint(30, 40), rng.randint(1, 64) * GIB, rng.randint(1, 1 << 20) * 4096])
        if rng.random() < 0.3:
            case["below-4g"] = rng.choice([rng.randint(8, 31) * 128 * MIB, 2 * GIB, 3 * GIB, 1 * GIB, 4 * GIB, 4 * GIB])
        if machine == "q35" and judge.version >= (7, 1) and rng.random() < 0.5:
            case["cxl"] = 1
            # Without long mode nothing keeps them within the width.
            short = case["model"] in MODELS_32 or case.get("lm") == "off"
            case["cxl-window"] = [] if short else [rng.randint(1, 16) * 256 * MIB for _ in range(rng.randint(0, 3))]
    case["besides"] = draw_besides(rng, judge, case)
    return case


def lines(case, judge):
    """What the layout is told."""
    told = [f"qemu={judge.text}", "firmware=seabios", "firmware-version=1.16.2"]
    for key, value in case.items():
        if key != "besides":
            told += [f"{key}={v}" for v in (value if isinstance(value, list) else [value])]
    return "\n".join(told)


def backend(judge, name, size, folder):
    """Memory that is never touched and so costs nothing."""
    if judge.version >= (6, 1):
        return f"memory-backend-ram,id={name},size={size},reserve=off"
    return f"memory-backend-file,id={name},size={size},mem-path={folder}/{name},share=on"


def machine_words(case):
    kind, version = case["machine"], case["machine-version"]
    words = "microvm,pcie=on" if kind == "microvm" else f"pc-{'i440fx' if kind == 'pc' else kind}-{version}"
    if ("numa",) not in case["besides"]:
        words += ",memory-backend=m"
    for besides in case["besides"]:
        words += f",{besides[1]}" if besides[0] == "machine" else ""
    if "below-4g" in case:
        words += f",max-ram-below-4g={case['below-4g']}"
    if "cxl" in case:
        words += ",cxl=on"
        words += "".join(f",cxl-fmw.{i}.targets.0=cxl.{i},cxl-fmw.{i}.size={size}" for i, size in enumerate(case["cxl-window"]))
    return words


def cpu_words(case):
    words = case["model"]
    for key in ("phys-bits", "guest-phys-bits", "lm", "pae", "pse36"):
        words += f",{key}={case[key]}" if key in case else ""
    return words + (f",vendor={VENDORS[case['vendor']]}" if "vendor" in case else "")


def command(case, judge, folder):
    memory = f"size={case['ram']}B" + (f",maxmem={case['max']}B,slots={case['slots']}" if "max" in case else "")
    line = [*judge.words, "-accel", "tcg", "-M", machine_words(case), "-nodefaults", "-nographic", "-S", "-qmp", "stdio",
            "-m", memory, "-cpu", cpu_words(case), "-object", backend(judge, "m", case["ram"], folder)]
    if "hole64" in case:
        line += ["-global", f"{HOSTS[case['machine']]}.pci-hole64-size={case['hole64']}"]
    for i in range(len(case.get("cxl-window", []))):
        line += ["-device", f"pxb-cxl,id=cxl.{i},bus=pcie.0,bus_nr={32 * (i + 1)}"]
    for kind, *rest in case["besides"]:
        if kind == "numa":
            line += ["-numa", "node,memdev=m"]
        elif kind == "global":
            line += ["-global", rest[0]]
        elif kind != "machine":
            line += ["-object", backend(judge, "d", rest[0], folder), "-device", f"{kind},memdev=d,id=device{PLACES.get((kind, case['machine']), '')}"]
    return line
