/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/qemu/qemu.h"

#include <ctype.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/machine.h"
#include "probe/cleanup.h"

/* The rules of one version that affect this guest. Without padding, for comparison. */
typedef struct VmmRules {
        bool start_check, relocates_amd, short_modes, tcg_width_fixed, cxl_after_slots, numa_mem_gone,
                        microvm_window_hides, ports_hide_hotplug, hint, hint_auto, checks_aw_bits,
                        assigns_private, refuses_entries;
        uint8_t aw_bits, narrowest, widest;
} VmmRules;

static bool has_ports(const Guest *guest) {
        bool ports = guest->n_ports > 0;

        for (size_t i = 0; i < guest->n_devices; i++)
                ports = ports || guest->devices[i].own_port;
        return ports;
}

static bool has_virtio_mem(const Guest *guest) {
        for (uint32_t i = 0; i < guest->memory.n_modules; i++)
                if (guest->memory.modules[i].kind == MEMORY_VIRTIO_MEM)
                        return true;
        return false;
}

/* CPUs not known to have long mode, or whose width other rules use. */
static bool may_be_short(const GuestCpu *cpu, bool kvm) {
        bool long_mode = cpu->long_mode == TRISTATE_YES || (kvm && guest_cpu_model_is_host(cpu->model));

        return !long_mode || (cpu->width_mode == WIDTH_EXPLICIT && cpu->phys_bits == 32) ||
                        (cpu->width_mode == WIDTH_HOST && cpu->limit == 32);
}

static VmmRules rules_of(const Guest *guest, GuestVersion program) {
        const GuestVersion machine =
                        guest_version_known(&guest->machine_version) ? guest->machine_version : program;
        const QemuPolicy qemu = policy_qemu(guest->machine, machine, program);
        const bool short_modes = may_be_short(&guest->cpu, guest->kvm),
                   viommu = guest->viommu.kind != VIOMMU_NONE,
                   fixed = !guest->kvm && guest->cpu.width_mode == WIDTH_EXPLICIT;
        const VmmViommu wide = policy_viommu(guest->viommu.kind, guest->machine, machine, program);

        return (VmmRules){
                .start_check = qemu.start_check,
                .relocates_amd = qemu.relocates_amd,
                .short_modes = short_modes && qemu.long_mode_decides,
                .tcg_width_fixed = fixed && qemu.tcg_width_fixed,
                .cxl_after_slots = (guest->memory.cxl_on || guest->memory.n_cxl) && qemu.cxl_after_slots,
                .numa_mem_gone = guest->memory.numa_mem && qemu.numa_mem_gone,
                .microvm_window_hides = guest->machine == MACHINE_MICROVM && qemu.microvm_window_hides,
                .ports_hide_hotplug = qemu.ports_hide_hotplug && has_ports(guest),
                .hint = guest->cpu.guest_phys_bits && qemu.guest_phys_bits,
                .hint_auto = guest->kvm && qemu.guest_phys_bits_auto,
                .checks_aw_bits = viommu && guest->n_devices > 0 && qemu.checks_aw_bits,
                .assigns_private = guest->confidential >= CONFIDENTIAL_SEV_SNP &&
                                version_reaches(program, 10, 1, 0),
                .refuses_entries = has_virtio_mem(guest) && version_reaches(program, 10, 2, 0),
                .aw_bits = viommu ? wide.aw_bits : 0,
                .narrowest = viommu ? wide.narrowest : 0,
                .widest = viommu ? wide.widest : 0,
        };
}

static bool has_machine(const Guest *guest, GuestVersion program) {
        GuestVersion oldest;

        return *guest->machine_own ||
                        policy_machine(guest->machine, guest->machine_version, program, &oldest) !=
                        MACHINE_GONE;
}

size_t qemu_versions(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]) {
        /* Releases that changed a rule. */
        static const GuestVersion rows[] = { { 5, 1 }, { 6, 0 }, { 6, 1 }, { 6, 2 }, { 7, 1 }, { 8, 2 },
                { 9, 0 }, { 9, 1 }, { 9, 2 }, { 10, 1 }, { 10, 2 } };
        const bool versioned = guest_version_known(&guest->machine_version);
        GuestVersion last = versioned
                        ? (GuestVersion){ guest->machine_version.major, guest->machine_version.minor, 0 }
                        : (GuestVersion){ 5, 0, 0 };
        VmmRules rules;
        size_t n = 0;

        rules = rules_of(guest, last);
        ret[n++] = last;
        for (size_t i = 0; i < ELEMENTS(rows) && n < VMM_VERSIONS_MAX; i++) {
                const VmmRules next = rules_of(guest, rows[i]);

                if (version_reaches(last, rows[i].major, rows[i].minor, 0) || !has_machine(guest, rows[i]) ||
                                memcmp(&rules, &next, sizeof(rules)) == 0)
                        continue;
                rules = next;
                ret[n++] = rows[i];
        }
        return n;
}

void qemu_version_set(const GuestVersion *version, Guest *guest) {
        GuestViommu *viommu = &guest->viommu;

        guest->vmm_version = *version;
        if (!guest_version_known(&guest->machine_version))
                guest->machine_version = *version;
        if (!viommu->aw_bits)
                viommu->aw_bits =
                                policy_viommu(viommu->kind, guest->machine, guest->machine_version, *version)
                                                .aw_bits;
}

/* ── its program ───────────────────────────────────────────────────────────────────────────────────────── */

/* "9.1.2" after "qemu" in one component, not part of another number or word such as x86_64. */
static GuestVersion version_in(const char *text) {
        GuestVersion version = {};

        for (const char *start = text; *text && *text != '/'; text++) {
                size_t n = strspn(text, "0123456789");

                if (n == 0)
                        continue;
                if (n <= 2 && text[n] == '.' && isdigit((unsigned char) text[n + 1]) &&
                                (text == start || !isalnum((unsigned char) text[-1]) || text[-1] == 'v') &&
                                guest_version_from_text(text, true, &version) == 0 && version.major > 0)
                        return version;
                text += n - 1;
        }
        return (GuestVersion){};
}

GuestVersion qemu_path_version(const char *path) {
        static const char word[] = "qemu";
        GuestVersion version = {};

        for (const char *at = path; !guest_version_known(&version) && (at = strcasestr(at, word));
                        at += strlen(word))
                version = version_in(at + strlen(word));
        return version;
}

bool qemu_path_packaged(const char *path) {
        static const char *const directories[] = { "/usr/bin/", "/bin/" };
        const char *slash = strrchr(path, '/');

        if (!slash)
                return true;
        for (size_t i = 0; i < ELEMENTS(directories); i++)
                if (strncmp(path, directories[i], strlen(directories[i])) == 0 &&
                                slash == path + strlen(directories[i]) - 1)
                        return true;
        return false;
}
