/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/qemu/qemu.h"

#include <stdio.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/machine.h"

/* ── defaults ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Another distribution's or a local build: installed packages do not apply. */
bool qemu_elsewhere(const Guest *guest, const GuestInstalled *installed) {
        return !installed->program_here && !qemu_path_packaged(guest->vmm_path);
}

static int path_version(Guest *guest, const GuestVersion *version) {
        char text[40];

        guest->vmm_version = *version;
        guest_version_to_text(version, text, sizeof(text));
        return guest_assume(guest, "vmmVersion", "QEMU %s, from the path of its program", text);
}

static int program_defaults(Guest *guest, const GuestInstalled *installed) {
        static const GuestVersion nowhere;
        const GuestVersion *here = &installed->qemu;
        const bool elsewhere = qemu_elsewhere(guest, installed);
        bool site;
        char text[40];

        if (guest_version_known(&guest->vmm_version) || guest->vmm_guessed)
                return 0;
        if (guest_version_known(&installed->program_version))
                return path_version(guest, &installed->program_version);
        if (!installed->program_here) {
                const GuestVersion named = qemu_path_version(guest->vmm_path);

                if (guest_version_known(&named))
                        return path_version(guest, &named);
        }
        site = (elsewhere || !guest_version_known(here)) && guest_version_known(&installed->site_qemu);
        if (site)
                here = &installed->site_qemu;
        else if (elsewhere)
                here = &nowhere;
        if (!guest_version_known(here)) {
                guest->vmm_guessed = true;
                return guest_assume(guest, "vmmVersion", "unknown%s: hawd uses the rules of the newest QEMU",
                                elsewhere ? " because no package of this host contains the program" : "");
        }
        guest->vmm_version = *here;
        if (!site && !*guest->vmm_build)
                snprintf(guest->vmm_build, sizeof(guest->vmm_build), "%s", installed->qemu_build);
        guest_version_to_text(here, text, sizeof(text));
        return guest_assume(guest, "vmmVersion", "QEMU %s, the %s", text,
                        site ? "default of this site" : "version installed here");
}

static int machine_defaults(Guest *guest) {
        char text[40];

        if (guest_version_known(&guest->machine_version))
                return 0;
        if (!guest_version_known(&guest->vmm_version))
                return guest_assume(guest, "machine", "the newest version of its machine type");
        guest->machine_version = (GuestVersion){ guest->vmm_version.major, guest->vmm_version.minor, 0 };
        guest_version_to_text(&guest->machine_version, text, sizeof(text));
        return guest_assume(guest, "machine", "version %s, the newest of QEMU %s", text, text);
}

int qemu_default_version(Guest *guest, const GuestInstalled *installed) {
        int r = program_defaults(guest, installed);

        return r < 0 ? r : machine_defaults(guest);
}

static int firmware_defaults(Guest *guest) {
        if (guest->machine == MACHINE_MICROVM) {
                guest->firmware.kind = FIRMWARE_NONE;
                return guest_assume(guest, "firmware", "none: the kernel places the BARs");
        }
        guest->firmware.kind = FIRMWARE_SEABIOS;
        return guest_assume(guest, "firmware", "SeaBIOS, QEMU's default");
}

static bool older(const GuestVersion *version, uint32_t major, uint32_t minor) {
        return guest_version_compare(version, &(GuestVersion){ major, minor, 0 }) < 0;
}

/* SeaBIOS in QEMU's own tree; distributions use another build. */
static GuestVersion own_seabios(const GuestVersion *qemu) {
        if (!guest_version_known(qemu) || (!older(qemu, 8, 2) && older(qemu, 10, 1)))
                return (GuestVersion){ 1, 16, 3 };
        return older(qemu, 8, 2) ? (GuestVersion){ 1, 16, 0 } : (GuestVersion){ 1, 17, 0 };
}

static int cpu_defaults(Guest *guest) {
        GuestCpu *cpu = &guest->cpu;
        int r;

        if (!*cpu->model) {
                snprintf(cpu->model, sizeof(cpu->model), GUEST_CPU_MODEL_DEFAULT);
                r = guest_assume(guest, "cpu.model", GUEST_CPU_MODEL_DEFAULT ", QEMU's default");
                if (r < 0)
                        return r;
        }
        if (!cpu_fill(cpu, guest->kvm) &&
                        (r = guest_assume(guest, "cpu.model",
                                         "unknown CPU model %s: its features are unknown", cpu->model)) < 0)
                return r;
        /* microvm enables host-phys-bits for every model. */
        if (cpu->width_mode == WIDTH_DEFAULT && guest->machine == MACHINE_MICROVM)
                cpu->width_mode = WIDTH_HOST;
        /* Only accelerators on the host's CPU use its width. */
        if (cpu->width_mode == WIDTH_HOST && !guest->kvm)
                cpu->width_mode = WIDTH_DEFAULT;
        if (cpu->width_mode == WIDTH_DEFAULT && cpu->long_mode != TRISTATE_NO &&
                        strcmp(cpu->model, "host-model") == 0)
                return guest_assume(guest, "cpu.physBits",
                                "40, QEMU's default: host-model copies the host's features, but not its "
                                "address width");
        if (cpu->width_mode == WIDTH_DEFAULT && cpu->long_mode != TRISTATE_NO)
                return guest_assume(guest, "cpu.physBits", "40, QEMU's default without host-phys-bits");
        return 0;
}

static int viommu_defaults(Guest *guest) {
        GuestViommu *viommu = &guest->viommu;

        if (viommu->aw_bits > 0 || guest->vmm_guessed)
                return 0;
        viommu->aw_bits = policy_viommu(
                        viommu->kind, guest->machine, guest->machine_version, guest->vmm_version)
                                          .aw_bits;
        if (viommu->aw_bits == 0)
                return 0;
        return guest_assume(
                        guest, "viommu.awBits", "%u, the default of its machine version", viommu->aw_bits);
}

static int device_defaults(Guest *guest) {
        int r = cpu_defaults(guest);

        return r < 0 ? r : viommu_defaults(guest);
}

/* ── limits ────────────────────────────────────────────────────────────────────────────────────────────── */

/* virtio-iommu reports the host's ranges to the guest. QEMU checks neither its width nor amd-iommu's. */
static VmmViommu viommu_of(const Guest *guest) {
        VmmViommu viommu = policy_viommu(
                        guest->viommu.kind, guest->machine, guest->machine_version, guest->vmm_version);
        const bool intel = guest->viommu.kind == VIOMMU_INTEL;

        viommu.bits = guest->viommu.aw_bits ? guest->viommu.aw_bits : intel ? viommu.aw_bits : 0;
        viommu.wider_refused = intel && policy_qemu_of(guest).checks_aw_bits;
        viommu.wider_warns = intel && !viommu.wider_refused;
        return viommu;
}

/* Upstream QEMU; distributions and vendors had their own builds earlier. */
static const GuestVersion confidential_since[_CONFIDENTIAL_MAX] = {
        [CONFIDENTIAL_SEV] = { 2, 12, 0 },
        [CONFIDENTIAL_SEV_ES] = { 6, 0, 0 },
        [CONFIDENTIAL_SEV_SNP] = { 9, 1, 0 },
        [CONFIDENTIAL_TDX] = { 10, 1, 0 },
};

const Vmm vmm_qemu = {
        .name = "QEMU",
        .sign = "-",
        .setting = "QEMU",
        .machines = 1U << MACHINE_PC | 1U << MACHINE_Q35 | 1U << MACHINE_MICROVM,
        .default_version = qemu_default_version,
        .default_firmware = firmware_defaults,
        .own_seabios = own_seabios,
        .elsewhere = qemu_elsewhere,
        .default_devices = device_defaults,
        .versions = qemu_versions,
        .version_set = qemu_version_set,
        .features = cpu_features,
        .width = qemu_width,
        .layout = qemu_layout,
        .start_words = qemu_start_words,
        .viommu = viommu_of,
        .libvirt = true,
        .width_modes = true,
        .maps_shared_bars = true,
        .has_smm = true,
        .tdx_as_host = true,
        .compares_c_bit = true,
        .confidential_since = confidential_since,
        .private_assigned_since = { 10, 1 },
        .entries_refused_since = { 10, 2 },
        .change = qemu_change,
        .option = qemu_option,
};
