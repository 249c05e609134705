/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/xen/xen-log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/decode/xen/xen-log-line.h"
#include "probe/grow.h"

void xen_log_done(XenLog *log) {
        free(log->units);
        *log = (XenLog){};
}

typedef struct Reader {
        XenLog *log;
        FaultList *faults;
        size_t line;
        size_t last; /* unit of the line with an address, counted from 1: the next line has its registers; 0 none */
        int error;
} Reader;

/* ── whole lines ───────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Statement {
        const char *text;
        size_t offset; /* of a Tristate in XenLog */
        Tristate value;
} Statement;

#define AT(member) offsetof(XenLog, member)

static const Statement statements[] = {
        { "HVM: Hardware Assisted Paging (HAP) detected", AT(hap), TRISTATE_YES },
        { "HVM: Hardware Assisted Paging (HAP) detected but disabled", AT(hap), TRISTATE_NO },
        { "HVM: Hardware Assisted Paging (HAP) not detected", AT(hap), TRISTATE_NO },
        { "I/O virtualisation enabled", AT(iommu_enabled), TRISTATE_YES },
        { "I/O virtualisation disabled", AT(iommu_enabled), TRISTATE_NO },
        { "Interrupt remapping enabled", AT(interrupt_remapping), TRISTATE_YES },
        { "Interrupt remapping disabled", AT(interrupt_remapping), TRISTATE_NO },
        { "- Dom0 mode: Passthrough", AT(dom0_passthrough), TRISTATE_YES },
        { "- Dom0 mode: Strict", AT(dom0_passthrough), TRISTATE_NO },
        { "- Dom0 mode: Relaxed", AT(dom0_passthrough), TRISTATE_NO },
        { "Intel VT-d Dom0 DMA Passthrough enabled.", AT(dom0_passthrough), TRISTATE_YES },
        { "Intel VT-d Dom0 DMA Passthrough not enabled.", AT(dom0_passthrough), TRISTATE_NO },
        { "Intel VT-d Shared EPT tables enabled.", AT(shared_tables), TRISTATE_YES },
        { "Intel VT-d Shared EPT tables not enabled.", AT(shared_tables), TRISTATE_NO },
        { "Intel VT-d Interrupt Remapping enabled.", AT(interrupt_remapping), TRISTATE_YES },
        { "Intel VT-d Interrupt Remapping not enabled.", AT(interrupt_remapping), TRISTATE_NO },
        { "Intel VT-d Queued Invalidation enabled.", AT(queued_invalidation), TRISTATE_YES },
        { "Intel VT-d Queued Invalidation not enabled.", AT(queued_invalidation), TRISTATE_NO },
        { "Intel VT-d Posted Interrupt enabled.", AT(posted_interrupts), TRISTATE_YES },
        { "Intel VT-d Posted Interrupt not enabled.", AT(posted_interrupts), TRISTATE_NO },
        { "Intel VT-d Snoop Control enabled.", AT(snoop_control), TRISTATE_YES },
        { "Intel VT-d Snoop Control not enabled.", AT(snoop_control), TRISTATE_NO },
        { "AMD-Vi: Disabled HAP memory map sharing with IOMMU", AT(shared_tables), TRISTATE_NO },
};

static const Statement *find_statement(Bytes line) {
        for (size_t i = 0; i < ELEMENTS(statements); i++)
                if (text_equal(line, statements[i].text))
                        return &statements[i];
        return NULL;
}

/* Why Xen drives no IOMMU, by the beginning of the line. */
static bool is_failure(Bytes line) {
        static const char *const beginnings[] = {
                "AMD-Vi: IOMMU not found!",
                "AMD-Vi: Error initialization",
                "AMD-Vi: SP5100 erratum 28 detected, disabling IOMMU.",
                "AMD-Vi: Error: no CMPXCHG16B support, disabling IOMMU",
                "Failed to parse ACPI DMAR.",
                "IOMMU: page size mask",
                "[VT-D]IOMMU: unsupported",
                "[VT-D]no CMPXCHG16B support, disabling IOMMU",
                "[VT-D]Disabling IOMMU due to",
        };

        for (size_t i = 0; i < ELEMENTS(beginnings); i++)
                if (text_starts(line, beginnings[i]))
                        return true;
        return false;
}

static bool read_statement(Bytes line, Reader *reader) {
        const Statement *statement = find_statement(line);

        if (statement) {
                *(Tristate *) ((char *) reader->log + statement->offset) = statement->value;
                if (statement->offset == AT(hap) && !text_equal(line, statements[2].text))
                        reader->log->hap_present = TRISTATE_YES;
                else if (statement->offset == AT(hap))
                        reader->log->hap_present = TRISTATE_NO;
                if (text_starts(line, "Intel VT-d "))
                        reader->log->iommu = XEN_IOMMU_VTD;
                return true;
        }
        if (!is_failure(line))
                return false;
        text_printable(line, reader->log->iommu_failure, sizeof(reader->log->iommu_failure));
        return true;
}

/* ── lines with numbers ────────────────────────────────────────────────────────────────────────────────── */

static void bad_number(Reader *reader) {
        fault_add(reader->faults, reader->line, "xen-log-number", "a number is out of range");
}

/* Valid until the next call. */
static XenLogUnit *find_unit(Reader *reader, uint32_t number) {
        XenLog *log = reader->log;

        for (size_t i = 0; i < log->n_units; i++)
                if (log->units[i].number == number)
                        return &log->units[i];
        XenLogUnit *grown = grow(log->units, log->n_units, sizeof(XenLogUnit));

        if (!grown) {
                reader->error = -ENOMEM;
                return NULL;
        }
        log->units = grown;
        log->units[log->n_units] = (XenLogUnit){ .number = number };
        return &log->units[log->n_units++];
}

/* "Intel VT-d iommu 0 supported page sizes: 4kB, 2MB, 1GB" */
static bool read_page_sizes(Bytes line, Reader *reader) {
        uint64_t number;
        XenLogUnit *unit;

        if (!xen_line_take(&line, "Intel VT-d iommu "))
                return false;
        reader->log->iommu = XEN_IOMMU_VTD;
        if (!xen_line_number(&line, 10, &number) || number >= XEN_LOG_UNITS_MAX ||
                        !xen_line_take(&line, " supported page sizes: 4kB")) {
                bad_number(reader);
                return true;
        }
        unit = find_unit(reader, (uint32_t) number);
        if (unit) {
                unit->page_2m = tristate(xen_line_take(&line, ", 2MB"));
                unit->page_1g = tristate(xen_line_take(&line, ", 1GB"));
        }
        return true;
}

/* "[VT-D]drhd->address = fed90000 iommu->reg = ffff82c00021d000": units are numbered in the order of these lines
 * (iommu_alloc() in xen/drivers/passthrough/vtd/iommu.c). */
static bool read_address(Bytes line, Reader *reader) {
        uint64_t address;
        uint32_t number = 0;
        XenLogUnit *unit;

        if (!xen_line_take(&line, "[VT-D]drhd->address = "))
                return false;
        reader->last = 0;
        reader->log->iommu = XEN_IOMMU_VTD;
        if (!xen_line_number(&line, 16, &address)) {
                bad_number(reader);
                return true;
        }
        for (size_t i = 0; i < reader->log->n_units; i++) {
                unit = &reader->log->units[i];
                if (unit->address_known && unit->address == address)
                        return true;
                number += unit->address_known;
        }
        unit = number < XEN_LOG_UNITS_MAX ? find_unit(reader, number) : NULL;
        if (unit) {
                unit->address_known = true;
                unit->address = address;
                reader->last = (size_t) (unit - reader->log->units) + 1;
        }
        return true;
}

/* "[VT-D]cap = d2008c222f0686 ecap = f00f4a": of the unit of the line before. */
static bool read_registers(Bytes line, Reader *reader) {
        XenLogUnit *unit = reader->last > 0 ? &reader->log->units[reader->last - 1] : NULL;
        uint64_t cap, ecap;

        if (!xen_line_take(&line, "[VT-D]cap = "))
                return false;
        reader->last = 0;
        if (!xen_line_number(&line, 16, &cap) || !xen_line_take(&line, " ecap = ") ||
                        !xen_line_number(&line, 16, &ecap))
                bad_number(reader);
        else if (unit) {
                unit->registers_known = true;
                unit->cap = cap;
                unit->ecap = ecap;
        }
        return true;
}

/* "AMD-Vi: IOMMU 0 Enabled." */
static bool read_amd_unit(Bytes line, Reader *reader) {
        uint64_t number;

        if (!xen_line_take(&line, "AMD-Vi: IOMMU ") || !xen_line_number(&line, 10, &number))
                return false;
        reader->log->iommu = XEN_IOMMU_AMDVI;
        if (number >= XEN_LOG_UNITS_MAX)
                bad_number(reader);
        else
                (void) find_unit(reader, (uint32_t) number);
        return true;
}

/* Xen uses the lowest of all units for every guest (amd_iommu_max_paging_mode). */
static bool read_hats(Bytes line, Reader *reader) {
        uint64_t hats;

        if (!xen_line_take(&line, "- Host Address Translation Size: "))
                return false;
        if (!xen_line_number(&line, 16, &hats) || hats > 3) {
                bad_number(reader);
                return true;
        }
        reader->log->iommu = XEN_IOMMU_AMDVI;
        if (!reader->log->hats_known || hats < reader->log->hats)
                reader->log->hats = (uint8_t) hats;
        reader->log->hats_known = true;
        return true;
}

static bool read_host_width(Bytes line, Reader *reader) {
        uint64_t width;

        if (!xen_line_take(&line, "[VT-D]Host address width "))
                return false;
        if (!xen_line_number(&line, 10, &width) || width == 0 || width > 64)
                bad_number(reader);
        else
                reader->log->dmar_bits = (uint8_t) width;
        return true;
}

/* ── virtualisation ────────────────────────────────────────────────────────────────────────────────────── */

/* "CPU0: VMX disabled by BIOS.": of the boot CPU; others are then taken offline. */
static bool read_virtualisation(Bytes line, Reader *reader) {
        XenLog *log = reader->log;

        if (text_equal(line, "HVM: VMX enabled"))
                log->hvm = XEN_VIRTUALISATION_VMX;
        else if (text_equal(line, "HVM: SVM enabled"))
                log->hvm = XEN_VIRTUALISATION_SVM;
        else if (text_equal(line, "CPU0: VMX disabled by BIOS.") ||
                        text_equal(line, "CPU0: AMD SVM Extension is disabled in BIOS."))
                log->hvm = XEN_VIRTUALISATION_DISABLED_BY_FIRMWARE;
        else if (xen_line_take(&line, "HVM: HAP page sizes: 4kB")) {
                log->hap_2m = log->hap_1g = TRISTATE_NO;
                if (xen_line_take(&line, ", 2MB"))
                        log->hap_2m = tristate(!xen_line_take(&line, " [disabled]"));
                if (xen_line_take(&line, ", 1GB"))
                        log->hap_1g = tristate(!xen_line_take(&line, " [disabled]"));
        } else if (text_starts(line, "Xen version "))
                log->begins = true;
        else
                return false;
        return true;
}

static bool read_line(Bytes line, Reader *reader) {
        return read_statement(line, reader) || read_page_sizes(line, reader) || read_address(line, reader) ||
                        read_registers(line, reader) || read_amd_unit(line, reader) ||
                        read_hats(line, reader) || read_host_width(line, reader) ||
                        read_virtualisation(line, reader);
}

static int compare(const void *a, const void *b) {
        const XenLogUnit *left = a, *right = b;

        return left->number < right->number ? -1 : left->number > right->number;
}

bool xen_log_line_matters(Bytes line) {
        XenLog log = {};
        Reader reader = { .log = &log };
        bool matters = xen_line_begin(&line) && read_line(line, &reader);

        xen_log_done(&log);
        return matters;
}

Bytes xen_log_line_kept(Bytes line) {
        Bytes rest = line;
        const char *end = NULL;
        const void *at;

        if (!xen_line_begin(&rest))
                return line;
        if (xen_line_take(&rest, "Xen version "))
                end = " (";
        else if (xen_line_take(&rest, "[VT-D]drhd->address = "))
                end = " iommu->reg";
        at = end ? memmem(rest.data, rest.n, end, strlen(end)) : NULL;
        if (!at || text_trim(bytes_part(rest, 0, (size_t) ((const uint8_t *) at - rest.data))).n == 0)
                return line;
        return bytes_part(line, 0, (size_t) ((const uint8_t *) at - line.data));
}

int xen_log_decode(Bytes text, XenLog *ret, FaultList *faults) {
        XenLog log = {};
        Reader reader = { .log = &log, .faults = faults };
        Bytes line;

        for (size_t cursor = 0; text_line(text, &cursor, &line) && reader.error == 0;) {
                reader.line++;
                if (xen_line_begin(&line))
                        (void) read_line(line, &reader);
        }
        if (reader.error < 0) {
                xen_log_done(&log);
                return reader.error;
        }
        if (log.n_units > 0)
                qsort(log.units, log.n_units, sizeof(XenLogUnit), compare);
        *ret = log;
        return 0;
}
