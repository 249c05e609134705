/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R12: memory pinned for assigned devices against RLIMIT_MEMLOCK (vfio_pin_pages_remote()), and mappings for
 * memory that is plugged or shared piecewise against the kernel's limit
 * (vfio_iommu_type1.dma_entry_limit). */

#include <stdio.h>
#include <string.h>

#include "guest/machine.h"
#include "guest/rules/run.h"
#include "guest/size.h"

#define GIB (UINT64_C(1) << 30)
#define PAGE (UINT64_C(1) << 12)
#define BLOCK (UINT64_C(2) << 20) /* virtio-mem's default */

/* KVM's memory slots on x86 (KVM_CAP_NR_MEMSLOTS) and QEMU's number without KVM. Each may take one
 * mapping. */
#define SLOTS_KVM 32764
#define SLOTS_TCG 512
/* Default of the parameter (U16_MAX in vfio_iommu_type1.c). */
#define ENTRIES_DEFAULT 65535

static uint64_t product(uint64_t a, uint64_t b) {
        uint64_t ret;

        return __builtin_mul_overflow(a, b, &ret) ? UINT64_MAX : ret;
}

/* ── locked memory ─────────────────────────────────────────────────────────────────────────────────────── */

static bool has_translation(const Guest *guest, const GuestDevice *device) {
        if (vmm_of(guest)->viommu_by_device)
                return device->behind_viommu == TRISTATE_YES;
        return guest->viommu.kind != VIOMMU_NONE && guest->viommu.dma_translation != TRISTATE_NO;
}

/* A device behind a vIOMMU has its own address space, the others share one; each space pins all memory. */
static unsigned address_spaces(const Guest *guest) {
        unsigned own = 0;
        bool shared = false;

        for (size_t i = 0; i < guest->n_devices; i++) {
                if (!guest->devices[i].assigned || guest->devices[i].mediated)
                        continue;
                if (has_translation(guest, &guest->devices[i]))
                        own++;
                else
                        shared = true;
        }
        return own + shared;
}

static void put_advice(CheckRun *run, CheckFinding *f, uint64_t need) {
        uint64_t kib = (need == UINT64_MAX ? need : need + GIB) >> 10;

        if (run->guest->form.manager == MANAGER_LIBVIRT)
                check_advice(run, f,
                                "set <memtune><hard_limit unit='KiB'>%" PRIu64
                                "</hard_limit></memtune>: the memory plus 1 GiB, as libvirt sets it",
                                kib);
        else
                check_advice(run, f,
                                "start the VMM with RLIMIT_MEMLOCK of at least %" PRIu64
                                " KiB: ulimit -l, or LimitMEMLOCK= of its unit",
                                kib);
}

/* "64 GiB for each of 2 devices: 128 GiB" */
static void put_need(CheckRun *run, CheckFinding *f, const char *first, unsigned spaces, uint64_t ram) {
        char each[SIZE_TEXT_MAX], all[SIZE_TEXT_MAX];

        if (spaces > 1)
                check_numbers(run, f, "%s%s of memory for each of %u address spaces: %s", first,
                                size_text(ram, each), spaces, size_text(product(ram, spaces), all));
        else
                check_numbers(run, f, "%s%s of memory", first, size_text(ram, each));
}

/* With a vIOMMU the guest maps: all memory for each device if it bypasses the vIOMMU, less otherwise. */
static void put_limit(CheckRun *run, unsigned spaces, uint64_t ram) {
        const uint64_t limit = run->guest->memory.locked_limit;
        char bytes[SIZE_TEXT_MAX], first[96];
        CheckFinding *f;

        f = check_find(run, RULE_ASSIGNMENT, limit < ram ? VERDICT_UNSAFE : VERDICT_WARNING, "guest",
                        limit < ram ? "RLIMIT_MEMLOCK is too low: VFIO cannot lock the guest's memory"
                                    : "RLIMIT_MEMLOCK is too low for all devices behind the vIOMMU");
        snprintf(first, sizeof(first), "RLIMIT_MEMLOCK is %s; VFIO locks ", size_text(limit, bytes));
        put_need(run, f, first, spaces, ram);
        put_advice(run, f, product(ram, spaces));
}

static void rule_locked(CheckRun *run) {
        const Guest *guest = run->guest;
        const GuestMemory *memory = &guest->memory;
        uint64_t ram;
        unsigned spaces = address_spaces(guest);
        CheckFinding *f;

        if (spaces == 0 || vmm_of(guest)->hypervisor ||
                        __builtin_add_overflow(memory->ram, memory->plugged, &ram))
                return;
        if (memory->locked_limit && memory->locked_limit < product(ram, spaces)) {
                put_limit(run, spaces, ram);
                return;
        }
        if (!memory->locked_limit && spaces > 1 && guest->viommu.past_libvirt) {
                f = check_find(run, RULE_ASSIGNMENT, VERDICT_WARNING, "guest",
                                "the RLIMIT_MEMLOCK that libvirt sets does not include the vIOMMU of "
                                "<qemu:commandline>");
                put_need(run, f, "libvirt sets the memory plus 1 GiB; VFIO locks ", spaces, ram);
                put_advice(run, f, product(ram, spaces));
                return;
        }
        /* A root process, as started by Proxmox, has no limit. */
        if (memory->locked_limit ? memory->locked_limit >= GUEST_LOCKED_UNLIMITED
                                 : guest->form.manager == MANAGER_PROXMOX)
                return;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_SAFE, "guest", "VFIO locks the guest's memory");
        put_need(run, f, memory->locked_limit ? "within RLIMIT_MEMLOCK: " : "", spaces, ram);
        if (!memory->locked_limit && guest->form.manager == MANAGER_LIBVIRT && spaces > 1)
                check_advice(run, f,
                                "libvirt 8.7 and later set a sufficient limit; with an older one, set "
                                "<hard_limit>");
        else if (!memory->locked_limit && guest->form.manager != MANAGER_LIBVIRT)
                check_advice(run, f,
                                "start the VMM with RLIMIT_MEMLOCK of at least this size; with a lower "
                                "limit, VFIO fails with -12 (Cannot allocate memory)");
}

/* ── mappings ──────────────────────────────────────────────────────────────────────────────────────────── */

static bool uses_type1(const Guest *guest) {
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].assigned && !guest->devices[i].iommufd)
                        return true;
        return false;
}

static bool has_private_memory(const Guest *guest) {
        return guest->confidential == CONFIDENTIAL_TDX || guest->confidential == CONFIDENTIAL_SEV_SNP;
}

/* Memory mapped piecewise: virtio-mem by blocks, shared memory of TDX and SEV-SNP by pages (QEMU's hw/vfio,
 * RamDiscardManager). *ret_regions: its number of memory slots. */
static uint64_t pieces(const Guest *guest, unsigned *ret_regions) {
        uint64_t n = 0;

        *ret_regions = 0;
        if (has_private_memory(guest)) {
                n = guest->memory.ram / PAGE;
                *ret_regions += 1;
        }
        for (uint32_t i = 0; i < guest->memory.n_modules; i++) {
                const GuestModule *module = &guest->memory.modules[i];

                if (module->kind != MEMORY_VIRTIO_MEM)
                        continue;
                n += module->size / (module->block ? module->block : BLOCK);
                *ret_regions += 1;
        }
        return n;
}

/* QEMU rejects the device (hw/vfio/listener.c); older ones warn, and a mapping fails later with -28. Memory
 * shared by pages is mapped from the start, so it fails at once. */
static Verdict entries_verdict(const Guest *guest) {
        if (has_private_memory(guest))
                return VERDICT_UNSAFE;
        return guest_version_known(&guest->vmm_version) &&
                                        guest_version_compare(&guest->vmm_version,
                                                        &vmm_of(guest)->entries_refused_since) >= 0
                        ? VERDICT_UNSAFE
                        : VERDICT_WARNING;
}

static void rule_entries(CheckRun *run) {
        const Fact *fact = &run->profile->host.dma_entry_limit;
        const uint64_t limit = fact_known(fact) ? fact->value : ENTRIES_DEFAULT;
        const uint64_t slots = run->guest->kvm ? SLOTS_KVM : SLOTS_TCG;
        unsigned regions;
        uint64_t n = pieces(run->guest, &regions);
        CheckFinding *f;

        if (!guest_version_known(&vmm_of(run->guest)->entries_refused_since) || regions == 0 ||
                        !uses_type1(run->guest) || n + slots - regions <= limit)
                return;
        f = check_find(run, RULE_ASSIGNMENT, entries_verdict(run->guest), "guest",
                        "its memory requires more DMA mappings than VFIO allows: VFIO_MAP_DMA fails with "
                        "-28 (No space left on device)");
        check_numbers(run, f,
                        "%" PRIu64 " memory regions and up to %" PRIu64
                        " other slots; vfio_iommu_type1.dma_entry_limit is %" PRIu64 "%s",
                        n, slots - regions, limit, fact_known(fact) ? "" : " (the kernel's default)");
        check_advice(run, f,
                        "load vfio_iommu_type1 with dma_entry_limit=%" PRIu64
                        " or higher%s, or assign the devices through iommufd",
                        n + slots,
                        has_private_memory(run->guest) ? "" : ", increase virtio-mem's block-size");
}

/* QEMU before 10.1 cannot assign devices with guest_memfd memory (system/physmem.c). */
static void rule_private(CheckRun *run) {
        const Guest *guest = run->guest;
        const GuestVersion *since = &vmm_of(guest)->private_assigned_since;
        CheckFinding *f;

        if (!run->assigned || !has_private_memory(guest) || !guest_version_known(&guest->vmm_version) ||
                        guest_version_compare(&guest->vmm_version, since) >= 0)
                return;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, "guest",
                        "this %s does not support assigned devices in a guest with private memory (TDX, "
                        "SEV-SNP)",
                        vmm_of(guest)->name);
        check_numbers(run, f, "supported since %s %u.%u", vmm_of(guest)->name, since->major, since->minor);
        check_advice(run, f, "use %s %u.%u or later", vmm_of(guest)->name, since->major, since->minor);
}

const CheckRule rules_locked[] = { rule_locked, rule_entries, rule_private, NULL };
