"""Every table, dump and register row of the corpus through the program, field by field, against what another program
printed for it. The corpus is no part of the project; without it the tests say so."""
import csv
import json
import os
import pathlib
import subprocess

import pytest

HAWCTL = os.environ["HAWCTL"]
CORPUS = pathlib.Path(os.environ["HAWD_CORPUS"])

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")


def decode(*arguments):
    done = subprocess.run([HAWCTL, "decode", *map(str, arguments), "--json=short"], capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode == 0, (arguments, done.stderr)
    return json.loads(done.stdout)


class Count:
    """Counts compared fields and collects differences."""

    def __init__(self):
        self.fields, self.differences = 0, []

    def same(self, where, ours, theirs):
        self.fields += 1
        if ours != theirs:
            self.differences.append(f"{where}: ours {ours!r}, the oracle's {theirs!r}")

    def close(self, what, n):
        print(f"{n} {what}, {self.fields} fields, {len(self.differences)} differences")
        assert n > 0 and self.fields > 0
        assert not self.differences, "\n".join(self.differences[:20])


def compare_scopes(count, where, ours, theirs):
    count.same(f"{where} scopes", len(ours), len(theirs))
    for i, (a, b) in enumerate(zip(ours, theirs)):
        for key in ("type", "enumerationId", "bus", "path"):
            count.same(f"{where} scope {i} {key}", a[key], b[key])


def test_dmar():
    count = Count()
    tables = sorted((CORPUS / "acpi").glob("DMAR-*.bin"))
    for table in tables:
        ours, theirs = decode("dmar", table), json.loads(table.with_suffix(".json").read_text())
        name = table.stem
        count.same(f"{name} hostAddressWidth", ours["hostAddressWidth"], theirs["hostAddressWidth"])
        count.same(f"{name} flags", ours["flags"]["raw"], theirs["flags"])
        count.same(f"{name} checksum", ours["checksumValid"], theirs["checksumValid"])
        count.same(f"{name} units", len(ours["units"]), len(theirs["units"]))
        for i, (a, b) in enumerate(zip(ours["units"], theirs["units"])):
            count.same(f"{name} unit {i} base", int(a["base"], 16), b["base"])
            count.same(f"{name} unit {i} flags", a["flags"], b["flags"])
            count.same(f"{name} unit {i} segment", a["segment"], b["segment"])
            compare_scopes(count, f"{name} unit {i}", a["scopes"], b["scopes"])
        count.same(f"{name} regions", len(ours["reservedRegions"]), len(theirs["reservedRegions"]))
        for i, (a, b) in enumerate(zip(ours["reservedRegions"], theirs["reservedRegions"])):
            for key in ("base", "limit"):
                count.same(f"{name} region {i} {key}", int(a[key], 16), b[key])
            count.same(f"{name} region {i} segment", a["segment"], b["segment"])
            compare_scopes(count, f"{name} region {i}", a["scopes"], b["scopes"])
        lists = {2: "rootPortAts", 3: "affinity", 4: "namespaceDevices", 5: "socIntegratedAts", 6: "socIntegratedDevices"}
        for kind, key in lists.items():
            others = [o for o in theirs["other"] if o["type"] == kind]
            count.same(f"{name} {key}", len(ours[key]), len(others))
            for i, (a, b) in enumerate(zip(ours[key], others)):
                if kind == 6:
                    # That iasl shows none of an SIDP's scopes: those we see have to fill its length.
                    filled = sum(6 + 2 * len(s["path"]) for s in a["scopes"])
                    count.same(f"{name} {key} {i} length", 8 + filled, b["length"])
                elif "scopes" in a:
                    compare_scopes(count, f"{name} {key} {i}", a["scopes"], b["scopes"])
                for field in ("segment", "flags", "proximityDomain", "deviceNumber"):
                    if field in a and field in b:
                        count.same(f"{name} {key} {i} {field}", a[field], b[field])
    count.close("DMAR tables", len(tables))


def test_ivrs():
    count = Count()
    tables = sorted((CORPUS / "acpi").glob("IVRS-*.bin"))
    for table in tables:
        ours, theirs = decode("ivrs", table), json.loads(table.with_suffix(".json").read_text())
        name = table.stem
        count.same(f"{name} ivinfo", ours["ivinfo"]["raw"], theirs["ivinfo"])
        count.same(f"{name} checksum", ours["checksumValid"], theirs["checksumValid"])
        # That program did not know type 51h, and of others sometimes only the common header.
        blocks = [b for b in ours["blocks"] if b["type"] != 0x51]
        count.same(f"{name} blocks", len(blocks), len(theirs["blocks"]))
        for i, (a, b) in enumerate(zip(blocks, theirs["blocks"])):
            for key, value in b.items():
                count.same(f"{name} block {i} {key}", int(a[key], 16) if key == "base" else a[key], value)
        count.same(f"{name} memory", len(ours["memoryBlocks"]), len(theirs["memoryBlocks"]))
        for i, (a, b) in enumerate(zip(ours["memoryBlocks"], theirs["memoryBlocks"])):
            for key in ("type", "flags", "deviceId"):
                count.same(f"{name} memory {i} {key}", a[key], b[key])
            count.same(f"{name} memory {i} start", int(a["start"], 16), b["start"])
            count.same(f"{name} memory {i} length", a["length"], b["memoryLength"])
    count.close("IVRS tables", len(tables))


def test_cpuid():
    count = Count()
    columns = {"vendor": "vendor", "phys_bits": "cpuPhysicalBits", "linear_bits": "linearBits",
               "guest_phys_bits": "guestPhysAddrSize", "la57": "la57", "vmx": "vmx", "svm": "svm", "npt": "npt",
               "sme": "sme", "sev": "sev", "c_bit": "cBit", "pa_reduction": "paReduction", "tme": "tme",
               "hypervisor": "hypervisor"}
    rows = list(csv.DictReader((CORPUS / "cpuid" / "summary.csv").open(encoding="utf-8")))
    for row in rows:
        ours = decode("cpuid", CORPUS / "cpuid" / (row["name"] + ".txt"))
        for column, key in columns.items():
            value = ours[key]
            count.same(f"{row['name']} {key}", value if column == "vendor" else int(value),
                       row[column] if column == "vendor" else int(row[column]))
    count.close("CPUID dumps", len(rows))


def test_vtd():
    count = Count()
    rows = list(csv.DictReader((CORPUS / "registers" / "vtd.csv").open(encoding="utf-8")))
    in_cap = {"sagaw": "SAGAW", "cm": "CM", "sllps": "SSLPS", "pi": "PI", "fl5lp": "FS5LP"}
    in_ecap = {"smts": "SMTS", "slts": "SSTS", "flts": "FSTS", "ir": "IR", "eim": "EIM", "pt": "PT", "sc": "SC", "dt": "DT"}
    for row in rows:
        ours, where = decode("vtd", row["cap"], row["ecap"]), row["cap"]
        for column, key in in_cap.items():
            count.same(f"{where} {key}", ours["cap"][key], int(row[column], 0))
        for column, key in in_ecap.items():
            count.same(f"{where} {key}", ours["ecap"][key], int(row[column], 0))
        count.same(f"{where} mgawBits", ours["mgawBits"], int(row["mgaw"]))
        count.same(f"{where} domains", ours["domains"], int(row["nd"]))
        for column, key in (("second_stage_bits", "secondStageBits"), ("first_stage_bits", "firstStageBits")):
            count.same(f"{where} {key}", ours[key], int(row[column]) if row[column] else None)
    count.close("VT-d register rows", len(rows))


# What Linux prints for each bit that is set (drivers/iommu/amd/init.c, print_iommu_info), in its order.
PRINTED = [("PreF", 0), ("PPR", 1), ("X2APIC", 2), ("NX", 3), ("GT", 4), ("[5]", 5), ("IA", 6), ("GA", 7), ("HE", 8), ("PC", 9)]


def test_amdvi():
    count = Count()
    rows = list(csv.DictReader((CORPUS / "registers" / "amdvi.csv").open(encoding="utf-8")))
    columns = {"hats": "HATS", "gats": "GATS", "glx": "GLX", "pasmax": "PASmax", "ppr": "PPR", "xt": "XT", "nx": "NX",
               "gt": "GT", "ia": "IA", "ga": "GA", "he": "HE", "pc": "PC", "snp": "SNP"}
    keys = {"PreF": "PreFSup", "X2APIC": "XT"}
    for row in rows:
        ours, where = decode("amdvi", row["efr"], row["efr2"]), row["efr"]
        for column, key in columns.items():
            count.same(f"{where} {key}", ours["efr"][key], int(row[column]))
        count.same(f"{where} hostLevels", ours["hostLevels"], {0: 4, 1: 5, 2: 6}.get(int(row["hats"])))
        count.same(f"{where} guestLevels", ours["guestLevels"], {0: 4, 1: 5}.get(int(row["gats"])))
        printed = row["linux_prints"].split("(")[0].split()
        if printed:
            names = [name for name, _ in PRINTED if name != "[5]" and ours["efr"][keys.get(name, name)]]
            count.same(f"{where} names", names, [p for p in printed if p in dict(PRINTED) and p != "[5]"])
            count.same(f"{where} GA_vAPIC", ours["efr"]["GAMSup"] > 0, "GA_vAPIC" in printed)
    count.close("AMD-Vi register rows", len(rows))
