/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Drivers of PCI devices, and the machine's own (-device help of qemu-system-x86_64 and -aarch64, 5.2 to
 * 11.1). */

#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/place.h"
#include "probe/cleanup.h"

static const struct {
        const char *driver;
        VmPlaceKind kind;
} bridges[] = {
        { "pcie-root-port", PLACE_BRIDGE | PLACE_CHASSIS },
        { "ioh3420", PLACE_BRIDGE | PLACE_CHASSIS },
        { "xio3130-downstream", PLACE_BRIDGE | PLACE_CHASSIS },
        { "cxl-rp", PLACE_BRIDGE | PLACE_CHASSIS },
        { "cxl-downstream", PLACE_BRIDGE | PLACE_CHASSIS },
        { "x3130-upstream", PLACE_BRIDGE | PLACE_UPSTREAM },
        { "cxl-upstream", PLACE_BRIDGE | PLACE_UPSTREAM },
        { "i82801b11-bridge", PLACE_BRIDGE },
        { "pcie-pci-bridge", PLACE_BRIDGE },
        { "pci-bridge", PLACE_BRIDGE | PLACE_NUMBER },
        { "pci-bridge-seat", PLACE_BRIDGE | PLACE_NUMBER },
        { "pxb", PLACE_EXPANDER | PLACE_NUMBER },
        { "pxb-pcie", PLACE_EXPANDER },
        { "pxb-cxl", PLACE_EXPANDER },
};

static const char *const names[] = { "AC97", "AMDVI-PCI", "ES1370", "VGA", "ac97", "acpi-erst", "ahci",
        "am53c974", "amd-iommu", "ati-vga", "bochs-display", "cirrus-vga", "cxl-type3", "dc390", "e1000",
        "e1000-82540em", "e1000-82544gc", "e1000-82545em", "e1000e", "edu", "es1370", "i6300esb", "i82550",
        "i82551", "i82557a", "i82557b", "i82557c", "i82558a", "i82558b", "i82559a", "i82559b", "i82559c",
        "i82559er", "i82562", "i82801", "ich9-ahci", "ich9-intel-hda", "ich9-usb-ehci1", "ich9-usb-ehci2",
        "ich9-usb-uhci1", "ich9-usb-uhci2", "ich9-usb-uhci3", "ich9-usb-uhci4", "ich9-usb-uhci5",
        "ich9-usb-uhci6", "igb", "intel-hda", "ivshmem-doorbell", "ivshmem-plain", "lsi", "lsi53c810",
        "lsi53c895a", "megasas", "megasas-gen2", "mptsas1068", "ne2k_pci", "nec-usb-xhci", "nvme",
        "pci-ohci", "pci-serial", "pci-serial-2x", "pci-serial-4x", "pci-testdev", "pcnet", "piix3-ide",
        "piix3-usb-uhci", "piix4-ide", "piix4-usb-uhci", "pvscsi", "qemu-xhci", "qxl", "qxl-vga", "rtl8139",
        "secondary-vga", "tulip", "usb-ehci", "vfio-pci-nohotplug", "vhost-user-vga", "virtio-9p",
        "virtio-balloon", "virtio-blk", "virtio-gpu", "virtio-keyboard", "virtio-mouse", "virtio-net",
        "virtio-rng", "virtio-scsi", "virtio-serial", "virtio-tablet", "virtio-vga", "virtio-vga-gl",
        "vmware-svga", "vmxnet3" };

VmPlaceKind vm_place_kind(const char *driver) {
        for (size_t i = 0; i < ELEMENTS(bridges); i++)
                if (strcmp(driver, bridges[i].driver) == 0)
                        return PLACE_PCI | bridges[i].kind;
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcmp(driver, names[i]) == 0)
                        return PLACE_PCI;
        if (strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "pvpanic-pci") == 0 ||
                        strcmp(driver, "sdhci-pci") == 0)
                return PLACE_PCI;
        if (strncmp(driver, "virtio-", 7) != 0 && strncmp(driver, "vhost-", 6) != 0)
                return 0;
        return vm_ends_with(driver, "-pci") || vm_ends_with(driver, "-pci-transitional") ||
                                        vm_ends_with(driver, "-pci-non-transitional")
                        ? PLACE_PCI
                        : 0;
}

/* ── the machine's own ─────────────────────────────────────────────────────────────────────────────────── */

#define FUNCTION(slot, function) ((slot) << 3 | (function))

/* When it exists. */
typedef enum Fixed {
        FIXED_ALWAYS,
        FIXED_ACPI,
        FIXED_SATA,
        FIXED_SMBUS,
        FIXED_USB,
} Fixed;

static const struct {
        MachineKind machine;
        int function;
        const char *driver;
        bool functions;
        Fixed when;
} fixed[] = {
        { MACHINE_PC, FUNCTION(0, 0), "i440FX", false, FIXED_ALWAYS },
        { MACHINE_PC, FUNCTION(1, 0), "PIIX3", true, FIXED_ALWAYS },
        { MACHINE_PC, FUNCTION(1, 1), "piix3-ide", false, FIXED_ALWAYS },
        { MACHINE_PC, FUNCTION(1, 2), "piix3-usb-uhci", false, FIXED_USB },
        { MACHINE_PC, FUNCTION(1, 3), "PIIX4_PM", false, FIXED_ACPI },
        { MACHINE_Q35, FUNCTION(0, 0), "mch", false, FIXED_ALWAYS },
        { MACHINE_Q35, FUNCTION(0x1d, 0), "ich9-usb-uhci1", true, FIXED_USB },
        { MACHINE_Q35, FUNCTION(0x1d, 1), "ich9-usb-uhci2", false, FIXED_USB },
        { MACHINE_Q35, FUNCTION(0x1d, 2), "ich9-usb-uhci3", false, FIXED_USB },
        { MACHINE_Q35, FUNCTION(0x1d, 7), "ich9-usb-ehci1", false, FIXED_USB },
        { MACHINE_Q35, FUNCTION(0x1f, 0), "ICH9-LPC", true, FIXED_ALWAYS },
        { MACHINE_Q35, FUNCTION(0x1f, 2), "ich9-ahci", false, FIXED_SATA },
        { MACHINE_Q35, FUNCTION(0x1f, 3), "ICH9-SMB", false, FIXED_SMBUS },
        { MACHINE_MICROVM, FUNCTION(0, 0), "gpex-root", false, FIXED_ALWAYS },
        { MACHINE_VIRT, FUNCTION(0, 0), "gpex-root", false, FIXED_ALWAYS },
};

static bool is_there(const Vm *vm, Fixed when) {
        const VmPlaces *places = &vm->qemu->places;

        switch (when) {
        case FIXED_ACPI:
                return !places->no_acpi && !vm->qemu->domain;
        case FIXED_SATA:
                return !places->no_sata;
        case FIXED_SMBUS:
                return !places->no_smbus;
        case FIXED_USB:
                return places->usb;
        case FIXED_ALWAYS:
                break;
        }
        return true;
}

static VmPlace *put(VmPlace *ret, size_t *n, const char *driver, int function, bool functions) {
        VmPlace *place = &ret[(*n)++];

        *place = (VmPlace){ .kind = PLACE_PCI, .function = function, .multifunction = tristate(functions) };
        snprintf(place->driver, sizeof(place->driver), "%s", driver);
        return place;
}

size_t vm_place_fixed(const Vm *vm, VmPlace *ret, size_t max) {
        const VmPlaces *places = &vm->qemu->places;
        const bool q35 = vm->guest->machine == MACHINE_Q35, virt = vm->guest->machine == MACHINE_VIRT;
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTS(fixed) && n + 2 < max; i++)
                if (fixed[i].machine == vm->guest->machine && is_there(vm, fixed[i].when))
                        put(ret, &n, fixed[i].driver, fixed[i].function, fixed[i].functions);
        /* Another file or "$@" may remove these. */
        if (places->no_defaults || vm->qemu->domain || places->more || vm->guest->n_ignored > 0 ||
                        vm->guest->machine == MACHINE_MICROVM)
                return n;
        if (!places->vga && !virt)
                put(ret, &n, "the default VGA", PLACE_ANY, false);
        if (!places->nic)
                put(ret, &n,
                                virt                  ? "the default virtio-net-pci"
                                                : q35 ? "the default e1000e"
                                                      : "the default e1000",
                                PLACE_ANY, false);
        return n;
}
