/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers and the service's words as people read them. */

const cockpit = window.cockpit;
const _ = cockpit.gettext;

const SIZES = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/* 4096 is "4,096". */
export function count(number) {
    return number.toLocaleString(document.documentElement.lang || "en");
}

/* What so many address bits reach: 39 is "512 GiB". */
export function reach(bits) {
    const unit = Math.min(Math.floor(bits / 10), SIZES.length - 1);
    return `${2 ** (bits - 10 * unit)} ${SIZES[unit]}`;
}

/* 16777216 is "16 MiB". */
export function bytes(number) {
    let unit = 0;
    while (unit < SIZES.length - 1 && number >= 1024) {
        number /= 1024;
        unit++;
    }
    return `${Number.isInteger(number) ? number : number.toFixed(1)} ${SIZES[unit]}`;
}

/* Why something is unknown (org.hawd.AddressWidth1(5)). */
const REASONS = {
    "absent": _("not there"),
    "permission": _("the service may not read it"),
    "malformed": _("what was read is not valid"),
    "too-large": _("what was read is too large"),
    "not-a-file": _("not a file"),
    "link-loop": _("too many links"),
    "unsupported-kernel": _("this kernel does not report it"),
    "xen": _("Xen has it, and Linux cannot know it"),
    "hidden": _("hidden from the service"),
    "not-applicable": _("this host has nothing of the kind"),
    "ambiguous": _("sources contradict each other"),
    "io": _("reading failed"),
    "resources": _("not enough memory or files"),
};

export function reason(word) {
    return REASONS[word] || word;
}

/* Why a group cannot be assigned, and what helps. */
const OBSTACLES = {
    "direct-region": _("Firmware reserves a memory region for a device of this group (RMRR or similar), so VFIO refuses the group. Only a firmware update or setting can change this."),
    "bridges-only": _("A bridge stays with the host. There is no other device in its group."),
    "no-interrupt-remapping": _("Interrupt remapping is off or missing, so VFIO refuses the group. Enable it in the firmware setup and in the kernel parameters."),
    "no-iommu": _("No IOMMU translates for this group. Enable VT-d, AMD-Vi or the SMMU in the firmware setup, and check the kernel parameters."),
    "not-pci": _("This is not a PCI device."),
    "unreadable": _("The service could not read what this depends on."),
    "msi-isolation-unknown": _("It is not known whether interrupts of devices are isolated on this host."),
};

/* Why Xen cannot assign a device, and what helps. */
const OBSTACLES_OF_XEN = {
    "bridges-only": _("A bridge stays with the host."),
    "no-iommu": _("Xen uses no IOMMU. Enable VT-d or AMD-Vi in the firmware setup, and check Xen's command line."),
    "not-handed-over": _("It is not handed over to guests yet: xl pci-assignable-add does this."),
    "shared-region": _("Its reserved memory region (RMRR) is another device's, too: Xen does not assign it, unless the guest's rdm_policy is relaxed."),
    "unreadable": _("Xen did not say what this depends on."),
};

export function obstacleOfXen(word) {
    return OBSTACLES_OF_XEN[word] || word;
}

export function obstacle(word) {
    return OBSTACLES[word] || word;
}

const KINDS = {
    "intel-vtd": "Intel VT-d",
    "amd-vi": "AMD-Vi",
    "arm-smmu-v3": "Arm SMMUv3",
    "arm-smmu": "Arm SMMU",
    "virtio": "virtio-iommu",
    "other": _("another kind"),
};

export function unitKind(word) {
    return KINDS[word] || word;
}

/* Base classes of PCI. */
const CLASSES = {
    "01": _("Storage"),
    "02": _("Network"),
    "03": _("Display"),
    "04": _("Multimedia"),
    "05": _("Memory"),
    "06": _("Bridge"),
    "07": _("Communication"),
    "08": _("System device"),
    "09": _("Input"),
    "0b": _("Processor"),
    "0c": _("Serial bus"),
    "0d": _("Wireless"),
    "10": _("Encryption"),
    "11": _("Signal processing"),
    "12": _("Accelerator"),
};

/* "0x030000" is "Display". */
export function deviceClass(code) {
    return CLASSES[(code || "").slice(2, 4)] || _("Other");
}

/* "yes", "no" and "unknown" of the service. */
export function answer(word) {
    return { yes: _("yes"), no: _("no"), unknown: _("unknown") }[word] || word;
}

/* "derived: min(a, b)" in two: its kind for people, and its source. */
const PROVENANCES = {
    measured: _("Measured"),
    derived: _("Calculated"),
    assumed: _("Assumed"),
    unknown: _("Unknown"),
};

export function provenance(text) {
    const at = (text || "").indexOf(": ");
    if (at < 0)
        return [text || "", ""];
    return [PROVENANCES[text.slice(0, at)] || text.slice(0, at), text.slice(at + 2)];
}
