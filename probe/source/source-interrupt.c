/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define IRQS_MAX 65536
/* x86 has the interrupts that decide among the first; on arm64 those of devices come after the CPUs' and the
 * platform's. */
#define IRQS_ASKED_MAX 64
#define IRQS_ASKED_MAX_ARM64 4096

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

static const Chip *find(const Chip *chips, Bytes name) {
        for (; chips->name; chips++)
                if (text_starts(name, chips->name))
                        return chips;
        return NULL;
}

static Reason read_chip(Root *root, Buffer *buffer, const char *irq, Bytes *ret) {
        char path[128];
        Reason reason;

        snprintf(path, sizeof(path), "sys/kernel/irq/%.32s/chip_name", irq);
        reason = root_read_attribute(root, path, buffer);
        *ret = buffer_bytes(buffer);
        return reason;
}

/* On arm64 a host may have several controllers: one that does not isolate decides, as it may be that of any
 * device, and Linux before 6.3 asks for all of them. */
void source_interrupt_read(Root *root, Buffer *buffer, const HostIdentity *host, IommuFacts *ret) {
        bool arm64 = strcmp(host->architecture, "aarch64") == 0;
        size_t most = arm64 ? IRQS_ASKED_MAX_ARM64 : IRQS_ASKED_MAX;
        _cleanup_(name_list_done) NameList irqs = {};
        Reason why = REASON_ABSENT, reason;
        Bytes chip;

        ret->interrupt_remapping_reason = root_list(root, "sys/kernel/irq", IRQS_MAX, &irqs);
        if (ret->interrupt_remapping_reason != REASON_NONE)
                return;
        for (size_t i = 0; i < irqs.n && i < most; i++) {
                reason = read_chip(root, buffer, irqs.names[i], &chip);
                if (reason != REASON_NONE) {
                        /* Interrupts without the file are normal; an unreadable one could have decided. */
                        why = reason == REASON_ABSENT ? why : reason;
                        continue;
                }

                const Chip *found = find(arm64 ? arm64_chips : x86_chips, chip);
                if (!found || (found->state == TRISTATE_YES && ret->interrupt_remapping != TRISTATE_UNKNOWN))
                        continue;
                ret->interrupt_remapping = found->state;
                ret->interrupt_chip = found->name;
                if (found->state == TRISTATE_NO || !arm64)
                        return;
        }
        if (ret->interrupt_remapping == TRISTATE_UNKNOWN)
                ret->interrupt_remapping_reason = why;
}
