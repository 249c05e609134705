/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probe/decode/pci/pci-address.h"
#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define IRQS_MAX 65536
/* x86 has the interrupts that decide among the first; on arm64 any can. */
#define IRQS_ASKED_MAX 64
#define DEVICES_MAX 65536

typedef struct Chip {
        const char *name; /* the beginning of it */
        Tristate state;
} Chip;

/* Remapped interrupts have a chip named "IR-…" (arch/x86/kernel/apic, "IR-IO-APIC" and "IR-PCI-MSI…"). Other
 * chips (platform, per-CPU) are ignored. One interrupt without remapping decides: the kernel enables it for all
 * or none. */
static const Chip x86_chips[] = {
        { "IR-", TRISTATE_YES },
        { "PCI-MSI", TRISTATE_NO },
        { "IO-APIC", TRISTATE_NO },
        {},
};

/* VFIO requires that a PCI device's MSI domain keeps devices apart (IRQ_DOMAIN_FLAG_ISOLATED_MSI, before 6.3
 * IRQ_DOMAIN_FLAG_MSI_REMAP), which of the controllers of arm64 only the ITS does (irq-gic-v3-its.c): "ITS-MSI",
 * since 6.11 "ITS-PCI-MSI-…" and "ITS-PCI-MSIX-…". Interrupts of the platform, "ITS-pMSI", say nothing of PCI.
 * GICv2m and MBI are "MSI", later "GICv2m-PCI-MSI…" and "MBI-PCI-MSI…"; DesignWare's bridges are "PCI-MSI",
 * Broadcom's "BRCM STB PCIe MSI". */
static const Chip arm64_chips[] = {
        { "ITS-MSI", TRISTATE_YES },
        { "ITS-PCI-MSI", TRISTATE_YES },
        { "GICv2m", TRISTATE_NO },
        { "MBI", TRISTATE_NO },
        { "MSI", TRISTATE_NO },
        { "PCI-MSI", TRISTATE_NO },
        { "DW-PCI-MSI", TRISTATE_NO },
        { "BRCM STB PCIe MSI", TRISTATE_NO },
        {},
};

/* MSIs of the platform's devices and of buses that are not PCI. */
static const char *const other_buses[] = { "ITS-pMSI", "ITS-fMSI", "pMSI", "fMSI" };

static const Chip *find(const Chip *chips, Bytes name) {
        for (; chips->name; chips++)
                if (text_starts(name, chips->name))
                        return chips;
        return NULL;
}

static Reason read_chip(Root *root, Buffer *buffer, const char *irq, Bytes *ret) {
        char path[128];
        size_t cursor = 0;
        Reason reason;

        *ret = (Bytes){};
        snprintf(path, sizeof(path), "sys/kernel/irq/%.32s/chip_name", irq);
        reason = root_read_attribute(root, path, buffer);
        (void) text_line(buffer_bytes(buffer), &cursor, ret);
        return reason;
}

/* A chip that is not in the table, by the name each of them has for MSIs: "X-Gene1 MSI", "xilinx_pcie:msi". */
static bool may_be_of_pci(Bytes name) {
        for (size_t i = 0; i < sizeof(other_buses) / sizeof(*other_buses); i++)
                if (text_starts(name, other_buses[i]))
                        return false;
        for (size_t i = 0; i + 3 <= name.n; i++)
                if (strncasecmp((const char *) name.data + i, "msi", 3) == 0)
                        return true;
        return false;
}

static void read_x86(Root *root, Buffer *buffer, const NameList *irqs, IommuFacts *ret) {
        Reason why = REASON_ABSENT, reason;
        Bytes chip;

        for (size_t i = 0; i < irqs->n && i < IRQS_ASKED_MAX; i++) {
                reason = read_chip(root, buffer, irqs->names[i], &chip);
                if (reason != REASON_NONE) {
                        /* Interrupts without the file are normal; an unreadable one could have decided. */
                        why = reason == REASON_ABSENT ? why : reason;
                        continue;
                }

                const Chip *found = find(x86_chips, chip);
                if (!found)
                        continue;
                ret->interrupt_remapping = found->state;
                ret->interrupt_chip = found->name;
                return;
        }
        /* The chips of remapping and of none may be among those that were not listed. */
        ret->interrupt_remapping_reason = irqs->truncated ? REASON_TOO_LARGE : why;
}

/* ── arm64 ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* False: no room. */
static bool add_segment(IommuFacts *ret, uint32_t segment) {
        if (iommu_facts_isolate(ret, segment))
                return true;
        if (ret->n_its_segments == sizeof(ret->its_segments) / sizeof(*ret->its_segments))
                return false;
        ret->its_segments[ret->n_its_segments++] = segment;
        return true;
}

/* "ITS-PCI-MSIX-0000:01:00.0". False: the name has no device. */
static bool device_of(Bytes chip, PciAddress *ret) {
        for (size_t i = 0; i + 1 < chip.n; i++)
                if (chip.data[i] == '-' &&
                                pci_address_parse((Bytes){ .data = chip.data + i + 1, .n = chip.n - i - 1 },
                                                ret))
                        return true;
        return false;
}

/* One interrupt of the device tells its controller. */
static bool uses_its(Root *root, Buffer *buffer, const char *device) {
        _cleanup_(name_list_done) NameList irqs = {};
        const Chip *found = NULL;
        char path[128];
        Bytes chip;

        snprintf(path, sizeof(path), "sys/bus/pci/devices/%.32s/msi_irqs", device);
        if (root_list(root, path, IRQS_MAX, &irqs) == REASON_NONE && irqs.n > 0 &&
                        read_chip(root, buffer, irqs.names[0], &chip) == REASON_NONE)
                found = find(arm64_chips, chip);
        return found && found->state == TRISTATE_YES;
}

/* Before 6.11 chips do not name the device. In a single PCI segment it is one of that; of several, one device of
 * each must tell. */
static void find_segments(Root *root, Buffer *buffer, IommuFacts *ret) {
        _cleanup_(name_list_done) NameList devices = {};
        PciAddress address, first = {};
        size_t several = 0, n = 0;

        /* Devices that were not listed may be in another segment. */
        if (root_list(root, "sys/bus/pci/devices", DEVICES_MAX, &devices) != REASON_NONE ||
                        devices.truncated)
                return;
        for (size_t i = 0; i < devices.n; i++) {
                if (!pci_address_parse((Bytes){ .data = (const uint8_t *) devices.names[i],
                                                       .n = strlen(devices.names[i]) },
                                    &address))
                        continue;
                if (n++ == 0)
                        first = address;
                several += address.domain != first.domain;
                if (!iommu_facts_isolate(ret, address.domain) && uses_its(root, buffer, devices.names[i]))
                        (void) add_segment(ret, address.domain);
        }
        if (n > 0 && several == 0)
                (void) add_segment(ret, first.domain);
}

/* A GICv4 is named as a GICv3; a GICv2 by KVM's way to end interrupts, without EL2 by its number (irq-gic.c,
 * gic_of_init(); irq-gic-v3.c). Those with other numbers are behind another controller. */
static void take_gic(Bytes chip, IommuFacts *ret) {
        static const struct {
                const char *name;
                uint8_t version;
        } gics[] = { { "GICv3", 3 }, { "GICv2", 2 }, { "GIC-0", 2 } };

        for (size_t i = 0; i < sizeof(gics) / sizeof(*gics) && ret->gic_version == 0; i++)
                if (text_equal(chip, gics[i].name)) {
                        ret->gic_version = gics[i].version;
                        ret->gic_chip = gics[i].name;
                }
}

/* A host may have several controllers: one that does not isolate decides, as it may be that of any device, and
 * Linux before 6.3 asks for all of them. One that is unknown, or was not read, leaves it open. */
static void read_arm64(Root *root, Buffer *buffer, const NameList *irqs, IommuFacts *ret) {
        Reason why = irqs->truncated ? REASON_TOO_LARGE : REASON_NONE, reason;
        const Chip *isolating = NULL;
        bool unnamed = false;
        PciAddress address;
        Bytes chip;

        for (size_t i = 0; i < irqs->n; i++) {
                reason = read_chip(root, buffer, irqs->names[i], &chip);
                if (reason != REASON_NONE) {
                        why = reason == REASON_ABSENT ? why : reason;
                        continue;
                }
                take_gic(chip, ret);
                if (ret->interrupt_remapping == TRISTATE_NO) {
                        if (ret->gic_version > 0)
                                return;
                        continue;
                }

                const Chip *found = find(arm64_chips, chip);
                if (!found) {
                        why = may_be_of_pci(chip) ? REASON_AMBIGUOUS : why;
                        continue;
                }
                if (found->state == TRISTATE_NO) {
                        ret->interrupt_remapping = TRISTATE_NO;
                        ret->interrupt_chip = found->name;
                        if (ret->gic_version > 0)
                                return;
                        continue;
                }
                isolating = found;
                if (text_equal(chip, "ITS-MSI"))
                        unnamed = true;
                else if (device_of(chip, &address))
                        (void) add_segment(ret, address.domain);
        }
        if (ret->gic_version == 0)
                ret->gic_reason = why == REASON_NONE || why == REASON_AMBIGUOUS ? REASON_ABSENT : why;
        if (ret->interrupt_remapping == TRISTATE_NO)
                return;
        if (why == REASON_NONE && !isolating)
                why = REASON_ABSENT;
        ret->interrupt_remapping_reason = why;
        if (why != REASON_NONE)
                return;
        ret->interrupt_remapping = TRISTATE_YES;
        ret->interrupt_chip = isolating->name;
        if (unnamed)
                find_segments(root, buffer, ret);
}

bool iommu_facts_isolate(const IommuFacts *facts, uint32_t segment) {
        for (size_t i = 0; i < facts->n_its_segments; i++)
                if (facts->its_segments[i] == segment)
                        return true;
        return false;
}

void source_interrupt_read(Root *root, Buffer *buffer, const HostIdentity *host, IommuFacts *ret) {
        _cleanup_(name_list_done) NameList irqs = {};

        ret->interrupt_remapping_reason = root_list(root, "sys/kernel/irq", IRQS_MAX, &irqs);
        ret->gic_reason = ret->interrupt_remapping_reason;
        if (ret->interrupt_remapping_reason != REASON_NONE)
                return;
        if (strcmp(host->architecture, "aarch64") == 0)
                read_arm64(root, buffer, &irqs, ret);
        else
                read_x86(root, buffer, &irqs, ret);
}
