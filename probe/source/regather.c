/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/source/regather.h"

#include <errno.h>
#include <string.h>

#include "probe/source/regather-device.h"

void changes_add_device(Changes *changes, const PciAddress *address) {
        for (size_t i = 0; i < changes->n_devices; i++)
                if (pci_address_compare(&changes->devices[i], address) == 0)
                        return;
        if (changes->n_devices == CHANGES_DEVICES_MAX)
                changes->everything = true;
        else
                changes->devices[changes->n_devices++] = *address;
}

/* Reads a source into new facts, which then replace the old ones. */
#define REREAD(source, type)                                                   \
        static int reread_##source(Root *root, Buffer *buffer, Facts *facts) { \
                type fresh = {};                                               \
                int r = source_##source##_read(root, buffer, &fresh);          \
                                                                               \
                if (r < 0) {                                                   \
                        source##_facts_done(&fresh);                           \
                        return r;                                              \
                }                                                              \
                source##_facts_done(&facts->source);                           \
                facts->source = fresh;                                         \
                return 0;                                                      \
        }

REREAD(host, HostFacts)
REREAD(cpu, CpuFacts)
REREAD(kvm, KvmFacts)
REREAD(memory, MemoryFacts)
REREAD(group, GroupFacts)
REREAD(mediated, MediatedFacts)

static int regather_sources(Root *root, const Changes *changes, Buffer *buffer, Facts *facts) {
        const struct {
                bool wanted;
                int (*read)(Root *root, Buffer *buffer, Facts *facts);
        } sources[] = {
                { changes->host, reread_host },
                { changes->cpu, reread_cpu },
                { changes->kvm, reread_kvm },
                { changes->memory, reread_memory },
                { changes->groups, reread_group },
                { changes->mediated, reread_mediated },
        };

        for (size_t i = 0; i < ELEMENTS(sources); i++) {
                int r = sources[i].wanted ? sources[i].read(root, buffer, facts) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

/* In dom0, which devices pciback has, and what Xen reserves for those that are there now. */
static int reread_xen(Root *root, Buffer *buffer, Facts *facts) {
        XenFacts fresh = {};
        int r = source_xen_read(root, buffer, &facts->cpu.cpuid, &fresh);

        if (r < 0) {
                xen_facts_done(&fresh);
                return r;
        }
        xen_facts_done(&facts->xen);
        facts->xen = fresh;
        return 0;
}

static int regather_everything(Root *root, Facts *facts) {
        Facts fresh = {};
        int r = facts_gather(root, &fresh);

        if (r < 0)
                return r;
        facts_done(facts);
        *facts = fresh;
        return 0;
}

int facts_regather(Root *root, const Changes *changes, Facts *facts) {
        _cleanup_(buffer_done) Buffer buffer = {};
        int r;

        if (changes->everything)
                return regather_everything(root, facts);
        r = regather_sources(root, changes, &buffer, facts);
        for (size_t i = 0; i < changes->n_devices && r >= 0; i++)
                r = regather_device(root, &buffer, &changes->devices[i], facts);
        if (r >= 0 && changes->n_devices > 0 && facts->xen.control == TRISTATE_YES)
                r = reread_xen(root, &buffer, facts);
        return r;
}
