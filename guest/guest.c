/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/guest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"

static const char *const vmm_table[_VMM_MAX] = {
        [VMM_QEMU] = "qemu",
        [VMM_CLOUD_HYPERVISOR] = "cloud-hypervisor",
        [VMM_XEN] = "xen",
};
WORDS_DEFINE(VmmKind, vmm);

static const char *const architecture_table[_ARCHITECTURE_MAX] = {
        [ARCHITECTURE_X86] = "x86_64",
        [ARCHITECTURE_ARM64] = "aarch64",
};
WORDS_DEFINE(GuestArchitecture, architecture);

static const char *const firmware_table[_FIRMWARE_KIND_MAX] = {
        [FIRMWARE_UNKNOWN] = "unknown",
        [FIRMWARE_NONE] = "none",
        [FIRMWARE_SEABIOS] = "seabios",
        [FIRMWARE_OVMF] = "ovmf",
        [FIRMWARE_AAVMF] = "aavmf",
        [FIRMWARE_ROMBIOS] = "rombios",
};
WORDS_DEFINE(FirmwareKind, firmware);

static const char *const xen_rdm_strategy_table[_XEN_RDM_STRATEGY_MAX] = {
        [XEN_RDM_DEVICES] = "",
        [XEN_RDM_HOST] = "host",
};
WORDS_DEFINE(XenRdmStrategy, xen_rdm_strategy);

static const char *const xen_rdm_policy_table[_XEN_RDM_POLICY_MAX] = {
        [XEN_RDM_DEFAULT] = "",
        [XEN_RDM_STRICT] = "strict",
        [XEN_RDM_RELAXED] = "relaxed",
};
WORDS_DEFINE(XenRdmPolicy, xen_rdm_policy);

static const char *const confidential_table[_CONFIDENTIAL_MAX] = {
        [CONFIDENTIAL_NONE] = "none",
        [CONFIDENTIAL_SEV] = "sev",
        [CONFIDENTIAL_SEV_ES] = "sev-es",
        [CONFIDENTIAL_SEV_SNP] = "sev-snp",
        [CONFIDENTIAL_TDX] = "tdx",
};
WORDS_DEFINE(Confidential, confidential);

static const char *const memory_table[_MEMORY_KIND_MAX] = {
        [MEMORY_DIMM] = "dimm",
        [MEMORY_NVDIMM] = "nvdimm",
        [MEMORY_VIRTIO_MEM] = "virtio-mem",
        [MEMORY_VIRTIO_PMEM] = "virtio-pmem",
};
WORDS_DEFINE(MemoryKind, memory);

static const char *const viommu_table[_VIOMMU_KIND_MAX] = {
        [VIOMMU_NONE] = "none",
        [VIOMMU_INTEL] = "intel",
        [VIOMMU_AMD] = "amd",
        [VIOMMU_VIRTIO] = "virtio",
        [VIOMMU_SMMUV3] = "smmuv3",
};
WORDS_DEFINE(ViommuKind, viommu);

void guest_done(Guest *guest) {
        free(guest->devices);
        free(guest->assumed);
        free(guest->ignored);
        guest_form_done(&guest->form);
        free(guest->refused);
        *guest = (Guest){};
}

bool guest_follows_host(const Guest *guest) {
        return guest->by_host && guest->machine == MACHINE_CLOUD_HYPERVISOR;
}

void guest_set_host(Guest *guest, GuestArchitecture host) {
        if (guest_follows_host(guest))
                guest->architecture = guest->read_for = host;
}

uint64_t guest_plugged(const GuestMemory *memory) {
        uint64_t sum = 0;

        for (uint32_t i = 0; i < memory->n_modules; i++)
                if (__builtin_add_overflow(sum, memory->modules[i].size, &sum))
                        return UINT64_MAX;
        return sum > memory->plugged ? sum : memory->plugged;
}

int guest_add_module(Guest *guest, const GuestModule *module) {
        if (guest->memory.n_modules >= GUEST_MODULES_MAX)
                return -E2BIG;
        guest->memory.modules[guest->memory.n_modules++] = *module;
        if (module->size <= UINT64_MAX - guest->memory.plugged)
                guest->memory.plugged += module->size;
        return 0;
}

int guest_add_device(Guest *guest, GuestDevice **ret) {
        GuestDevice *grown;

        if (guest->n_devices >= GUEST_DEVICES_MAX)
                return -E2BIG;
        grown = realloc(guest->devices, (guest->n_devices + 1) * sizeof(GuestDevice));
        if (!grown)
                return -ENOMEM;
        guest->devices = grown;
        grown[guest->n_devices] = (GuestDevice){};
        *ret = &grown[guest->n_devices++];
        return 0;
}

static int compare_ports(const GuestPort *a, const GuestPort *b) {
        if (a->conventional != b->conventional)
                return a->conventional ? 1 : -1;
        if (a->fixed != b->fixed)
                return a->fixed ? 1 : -1;
        if (a->shared != b->shared)
                return a->shared ? 1 : -1;
        if (a->reserve32 != b->reserve32)
                return a->reserve32 > b->reserve32 ? 1 : -1;
        return (a->reserve > b->reserve) - (a->reserve < b->reserve);
}

/* Sorts the kinds, whatever order they come in. */
int guest_add_ports(Guest *guest, const GuestPort *port, uint32_t count) {
        uint32_t i = 0;

        while (i < guest->n_ports && compare_ports(&guest->ports[i].port, port) < 0)
                i++;
        if (i == guest->n_ports || compare_ports(&guest->ports[i].port, port) != 0) {
                if (guest->n_ports == GUEST_PORTS_MAX)
                        return -E2BIG;
                memmove(&guest->ports[i + 1], &guest->ports[i],
                                (guest->n_ports - i) * sizeof(guest->ports[0]));
                guest->ports[i] = (GuestPorts){ .port = *port };
                guest->n_ports++;
        }
        if (count > GUEST_DEVICES_MAX - guest->ports[i].count)
                return -E2BIG;
        guest->ports[i].count += count;
        return 0;
}

int guest_note_add(GuestNote **notes, size_t *n, const GuestNote *note) {
        GuestNote *grown;

        for (size_t i = 0; i < *n; i++)
                if (strcmp((*notes)[i].what, note->what) == 0 && strcmp((*notes)[i].text, note->text) == 0)
                        return 0;
        if (*n >= GUEST_NOTES_MAX)
                return -E2BIG;
        grown = realloc(*notes, (*n + 1) * sizeof(GuestNote));
        if (!grown)
                return -ENOMEM;
        *notes = grown;
        grown[(*n)++] = *note;
        return 0;
}

/* Notes may quote untrusted text and are shown on terminals and the bus. */
static void __attribute__((format(printf, 3, 0)))
format_note(GuestNote *note, const char *what, const char *format, va_list ap) {
        char text[sizeof(note->text)];

        text_shown(what, note->what, sizeof(note->what));
        vsnprintf(text, sizeof(text), format, ap);
        text_shown(text, note->text, sizeof(note->text));
}

int guest_assume(Guest *guest, const char *what, const char *format, ...) {
        GuestNote note;
        va_list ap;

        va_start(ap, format);
        format_note(&note, what, format, ap);
        va_end(ap);
        return guest_note_add(&guest->assumed, &guest->n_assumed, &note);
}

int guest_ignore(Guest *guest, const char *what, const char *format, ...) {
        GuestNote note;
        va_list ap;

        va_start(ap, format);
        format_note(&note, what, format, ap);
        va_end(ap);
        return guest_note_add(&guest->ignored, &guest->n_ignored, &note);
}

int guest_refuse(Guest *guest, const char *what, const char *format, ...) {
        GuestNote note;
        va_list ap;

        va_start(ap, format);
        format_note(&note, what, format, ap);
        va_end(ap);
        return guest_note_add(&guest->refused, &guest->n_refused, &note);
}
