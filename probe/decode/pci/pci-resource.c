/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-resource.h"

#include "probe/decode/text.h"

/* include/linux/ioport.h */
#define IORESOURCE_IO 0x100
#define IORESOURCE_MEM 0x200
#define IORESOURCE_PREFETCH 0x2000
#define IORESOURCE_MEM_64 0x100000
#define IORESOURCE_DISABLED 0x10000000
#define IORESOURCE_UNSET 0x20000000

/* Six BARs, ROM, six VF BARs, and up to four windows of a CardBus bridge. */
#define LINES_MAX 17
/* Kernels without SR-IOV end after the ROM. */
#define LINES_MIN 7

static bool parse_line(Bytes line, uint64_t *start, uint64_t *end, uint64_t *flags) {
        uint64_t *fields[] = { start, end, flags };
        Bytes word;

        for (unsigned i = 0; i < 3; i++)
                if (!text_word(&line, &word) || !text_starts(word, "0x") || !text_u64(word, 16, fields[i]))
                        return false;
        return text_trim(line).n == 0;
}

void pci_resources_decode(Bytes text, PciResources *ret, FaultList *faults) {
        size_t cursor = 0, number = 0;
        Bytes line;

        *ret = (PciResources){};
        while (text_line(text, &cursor, &line)) {
                uint64_t start, end, flags;

                if (++number > LINES_MAX) {
                        fault_add(faults, number, "too-many-resources", "more than %d lines", LINES_MAX);
                        return;
                }
                if (!parse_line(line, &start, &end, &flags)) {
                        fault_add(faults, number, "resource-line", "expected \"0xSTART 0xEND 0xFLAGS\"");
                        continue;
                }
                if (number > PCI_RESOURCE_BARS || !(flags & (IORESOURCE_IO | IORESOURCE_MEM)))
                        continue;
                if (end < start) {
                        fault_add(faults, number, "resource-inverted", "the resource ends before it starts");
                        continue;
                }
                if (start == 0 && end == UINT64_MAX) {
                        fault_add(faults, number, "resource-size",
                                        "the resource covers the whole address space");
                        continue;
                }
                ret->list[number - 1] = (PciResource){
                        .present = true,
                        .io = flags & IORESOURCE_IO,
                        .is_64bit = flags & IORESOURCE_MEM_64,
                        .prefetchable = flags & IORESOURCE_PREFETCH,
                        .assigned = !(flags & (IORESOURCE_DISABLED | IORESOURCE_UNSET)),
                        .start = start,
                        .end = end,
                };
        }
        if (number < LINES_MIN)
                fault_add(faults, number, "too-few-resources", "%zu lines, expected at least %d", number,
                                LINES_MIN);
}
