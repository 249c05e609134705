/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/memory/iomem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

void iomem_done(Iomem *iomem) {
        free(iomem->entries);
        *iomem = (Iomem){};
}

int iomem_add(Iomem *iomem, const IomemEntry *entry) {
        IomemEntry *grown = grow(iomem->entries, iomem->n, sizeof(IomemEntry));

        if (!grown)
                return -ENOMEM;
        iomem->entries = grown;
        iomem->entries[iomem->n++] = *entry;
        return 0;
}

/* A host bridge's node in a device tree: "pcie@10000000" (drivers/pci/of.c names the window so). */
static bool is_bridge_node(Bytes name) {
        static const char *const words[] = { "pcie@", "pci@" };
        uint64_t address;

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (text_starts(name, words[i])) {
                        size_t n = strlen(words[i]);

                        return text_u64(bytes_part(name, n, name.n - n), 16, &address);
                }
        return false;
}

IomemKind iomem_kind(Bytes name) {
        static const struct {
                const char *word;
                bool prefix;
                IomemKind kind;
        } words[] = {
                { "System RAM", true, IOMEM_SYSTEM_RAM }, /* and "System RAM (kmem)", "(boot alias)" */
                { "Reserved", false, IOMEM_RESERVED },
                { "ACPI Tables", false, IOMEM_ACPI_TABLES },
                { "ACPI Non-volatile Storage", false, IOMEM_ACPI_NVS },
                { "Unusable memory", false, IOMEM_UNUSABLE },
                { "Persistent Memory", true, IOMEM_PERSISTENT },
                { "Soft Reserved", false, IOMEM_SOFT_RESERVED },
                { "PCI Bus ", true, IOMEM_PCI_WINDOW },
                { "PCI ECAM", true, IOMEM_PCI_ECAM },
                { "PCI MMCONFIG", true, IOMEM_PCI_ECAM },
        };

        for (size_t i = 0; i < ELEMENTS(words); i++) {
                size_t n = strlen(words[i].word);

                if ((words[i].prefix ? name.n >= n : name.n == n) &&
                                strncasecmp((const char *) name.data, words[i].word, n) == 0)
                        return words[i].kind;
        }
        return is_bridge_node(name) ? IOMEM_PCI_WINDOW : IOMEM_OTHER;
}

/* "  00100000-bfffffff : System RAM" */
static bool parse_line(Bytes line, IomemEntry *ret) {
        size_t blanks = 0, dash = 0;

        while (blanks < line.n && line.data[blanks] == ' ')
                blanks++;
        line = bytes_part(line, blanks, line.n - blanks);
        while (dash < line.n && line.data[dash] != '-')
                dash++;

        Bytes rest = bytes_part(line, dash + 1, line.n), end;
        if (!text_word(&rest, &end) || !text_u64(bytes_part(line, 0, dash), 16, &ret->start) ||
                        !text_u64(end, 16, &ret->end) || ret->end < ret->start)
                return false;
        rest = text_trim(rest);
        if (rest.n < 2 || rest.data[0] != ':')
                return false;
        rest = text_trim(bytes_part(rest, 1, rest.n));
        ret->depth = (uint8_t) (blanks / 2 > UINT8_MAX ? UINT8_MAX : blanks / 2);
        ret->kind = iomem_kind(rest);
        text_printable(rest, ret->name, sizeof(ret->name));
        return true;
}

static bool kept(const IomemEntry *entry) {
        return entry->depth == 0 || entry->kind == IOMEM_SYSTEM_RAM || entry->kind == IOMEM_PCI_WINDOW;
}

int iomem_decode(Bytes text, Iomem *ret, Reason *ret_reason, FaultList *faults) {
        size_t cursor = 0, number = 0, parsed = 0;
        bool zeros = true;
        Iomem iomem = {};
        Bytes line;

        while (text_line(text, &cursor, &line)) {
                IomemEntry entry = {};

                number++;
                if (line.n == 0)
                        continue;
                if (!parse_line(line, &entry)) {
                        fault_add(faults, number, "iomem-line", "expected \"START-END : NAME\"");
                        continue;
                }
                parsed++;
                zeros = zeros && entry.start == 0 && entry.end == 0;
                if (!kept(&entry))
                        continue;
                if (iomem.n >= IOMEM_ENTRIES_MAX) {
                        fault_add(faults, number, "too-many-entries", "more than %d entries",
                                        IOMEM_ENTRIES_MAX);
                        break;
                }
                if (iomem_add(&iomem, &entry) < 0) {
                        iomem_done(&iomem);
                        return -ENOMEM;
                }
        }

        *ret_reason = parsed == 0 ? REASON_MALFORMED : zeros ? REASON_HIDDEN : REASON_NONE;
        if (*ret_reason != REASON_NONE)
                iomem_done(&iomem);
        *ret = iomem;
        return 0;
}

size_t iomem_scrub(uint8_t *text, size_t n) {
        const Bytes all = { .data = text, .n = n };
        size_t cursor = 0, start = 0, left = 0;
        Bytes line;

        for (; text_line(all, &cursor, &line); start = cursor) {
                IomemEntry entry = {};
                size_t end = (size_t) (line.data - text) + line.n;

                if (line.n > 0 && parse_line(line, &entry) && !kept(&entry))
                        start = end;
                memmove(text + left, text + start, cursor - start);
                left += cursor - start;
        }
        return left;
}
