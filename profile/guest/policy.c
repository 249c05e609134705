/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/guest/policy.h"

#include <string.h>

#include "probe/cleanup.h"

#define GIB (UINT64_C(1) << 30)

/* QEMU's models (target/i386/cpu.c): those that have no long mode, no 1 GiB pages, or 57-bit linear addresses differ. */
static const CpuModel cpu_models[] = {
        { "486", CPU_VENDOR_INTEL }, { "pentium", CPU_VENDOR_INTEL },
        { "pentium2", CPU_VENDOR_INTEL, .pae = true, .pse36 = true },
        { "pentium3", CPU_VENDOR_INTEL, .pae = true, .pse36 = true },
        { "kvm32", CPU_VENDOR_INTEL, .pae = true, .pse36 = true },
        { "qemu32", CPU_VENDOR_INTEL, .pae = true }, { "coreduo", CPU_VENDOR_INTEL, .pae = true },
        { "n270", CPU_VENDOR_INTEL, .pae = true }, { "athlon", CPU_VENDOR_AMD, .pae = true, .pse36 = true },
        { "qemu64", CPU_VENDOR_AMD, true, true, true, false, false },
        { "kvm64", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "core2duo", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "Conroe", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "Penryn", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "Nehalem", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "Westmere", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "SandyBridge", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "IvyBridge", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "Haswell", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "Broadwell", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "Skylake-Client", CPU_VENDOR_INTEL, true, true, true, false, false },
        { "Skylake-Server", CPU_VENDOR_INTEL, true, true, true, true, false },
        { "Cascadelake-Server", CPU_VENDOR_INTEL, true, true, true, true, false },
        { "Cooperlake", CPU_VENDOR_INTEL, true, true, true, true, false },
        { "Denverton", CPU_VENDOR_INTEL, true, true, true, true, false },
        { "Snowridge", CPU_VENDOR_INTEL, true, true, true, true, false },
        { "KnightsMill", CPU_VENDOR_INTEL, true, true, true, true, false },
        { "Icelake-Server", CPU_VENDOR_INTEL, true, true, true, true, true },
        { "SapphireRapids", CPU_VENDOR_INTEL, true, true, true, true, true },
        { "GraniteRapids", CPU_VENDOR_INTEL, true, true, true, true, true },
        { "Opteron_G1", CPU_VENDOR_AMD, true, true, true, false, false },
        { "Opteron_G2", CPU_VENDOR_AMD, true, true, true, false, false },
        { "Opteron_G3", CPU_VENDOR_AMD, true, true, true, false, false },
        { "Opteron_G4", CPU_VENDOR_AMD, true, true, true, true, false },
        { "Opteron_G5", CPU_VENDOR_AMD, true, true, true, true, false },
        { "phenom", CPU_VENDOR_AMD, true, true, true, true, false },
        { "EPYC", CPU_VENDOR_AMD, true, true, true, true, false },
        { "EPYC-Genoa", CPU_VENDOR_AMD, true, true, true, true, true },
        { "EPYC-Turin", CPU_VENDOR_AMD, true, true, true, true, true },
        { "Dhyana", CPU_VENDOR_HYGON, true, true, true, true, false },
        { "max", CPU_VENDOR_AMD, true, true, true, true,
                        true }, /* under KVM the host's, which the caller knows */
};

const CpuModel *policy_cpu_model(const char *name) {
        const CpuModel *best = NULL;

        for (size_t i = 0; i < ELEMENTS(cpu_models); i++) {
                const CpuModel *model = &cpu_models[i];
                size_t n = strlen(model->name);

                if (!strncmp(name, model->name, n) && (!name[n] || name[n] == '-') &&
                                (!best || n > strlen(best->name)))
                        best = model;
        }
        return best;
}

bool version_known(GuestVersion version) {
        return version.major || version.minor || version.patch;
}

bool version_reaches(GuestVersion version, uint32_t major, uint32_t minor, uint32_t patch) {
        if (version.major != major)
                return version.major > major;
        if (version.minor != minor)
                return version.minor > minor;
        return version.patch >= patch;
}

QemuPolicy policy_qemu(MachineKind kind, GuestVersion machine, GuestVersion program) {
        if (!version_known(program))
                program = (GuestVersion){ UINT32_MAX, 0, 0 };
        if (!version_known(machine))
                machine = program;
        return (QemuPolicy){
                .start_check = kind != MACHINE_MICROVM && version_reaches(program, 7, 1, 0),
                .relocates_amd = version_reaches(machine, 7, 1, 0) && version_reaches(program, 7, 1, 0),
                .check_32bit_by_mode = version_reaches(machine, 8, 2, 0),
                .pae_gives_36 = version_reaches(program, 8, 2, 0),
                .has_hotplug = kind != MACHINE_MICROVM && version_reaches(machine, 2, 1, 0),
                .slot_gigabyte = version_reaches(machine, 2, 2, 0),
                .hole_in_hotplug = !version_reaches(machine, 2, 5, 0),
                .gigabyte_align = version_reaches(machine, 2, 0, 0),
                .guest_phys_bits = version_reaches(machine, 9, 1, 0) && version_reaches(program, 9, 1, 0),
                .hole64_size = kind == MACHINE_Q35 ? 32 * GIB : 2 * GIB,
        };
}

/* By stable tag: what changed first there stands in the row, the rows above are what was before. */
static const struct {
        uint32_t tag;
        OvmfPolicy policy;
} ovmf_tags[] = {
        { 0, { .ecam = 0xB0000000 } },
        { 202211, { .dynamic = true, .cap = 47, .share_shift = 3, .ecam = 0xB0000000 } },
        { 202302,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cap = 47,
                                        .share_shift = 3,
                                        .ecam = 0xB0000000 } },
        { 202305,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cap = 47,
                                        .share_shift = 3,
                                        .ecam = 0xE0000000 } },
        { 202308,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .ecam = 0xE0000000 } },
        { 202402,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .ecam = 0xE0000000 } },
        { 202405,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .ecam = 0xE0000000 } },
        { 202408,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .reads_guest_bits = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .ecam = 0xE0000000 } },
        { 202411,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .la57_by_memory = true,
                                        .reads_guest_bits = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .ecam = 0xE0000000 } },
        { 202505,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .la57_by_memory = true,
                                        .reads_guest_bits = true,
                                        .override_is_exact = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .ecam = 0xE0000000 } },
        { 202608,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .la57_by_memory = true,
                                        .reads_guest_bits = true,
                                        .override_is_exact = true,
                                        .cap = 46,
                                        .share_shift = 2,
                                        .ecam = 0xE0000000 } },
};

OvmfPolicy policy_ovmf(GuestVersion version) {
        size_t i = ELEMENTS(ovmf_tags) - 1;

        while (version.major < ovmf_tags[i].tag)
                i--;
        return ovmf_tags[i].policy;
}

SeabiosPolicy policy_seabios(GuestVersion version) {
        bool v1_17 = version_reaches(version, 1, 17, 0);

        return (SeabiosPolicy){
                .top = version_reaches(version, 1, 16, 3),
                .pci64 = v1_17,
                .ports_aligned = v1_17,
                .cap = v1_17 ? 44 : 46,
                .uncapped_from = v1_17 ? UINT64_C(1) << 40 : 0,
        };
}
