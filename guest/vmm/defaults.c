/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/defaults.h"

#include <stdio.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/firmware/image.h"
#include "guest/machine.h"
#include "guest/vmm/policy.h"
#include "guest/vmm/qemu/versions.h"

/* When it cannot be told which is installed: the last whose rules hold for the releases before and after it. */
static const GuestVersion ovmf_assumed = { 202411, 0, 0 };

static bool older(const GuestVersion *version, uint32_t major, uint32_t minor) {
        return guest_version_compare(version, &(GuestVersion){ major, minor, 0 }) < 0;
}

/* Another distribution's, or somebody's own build: what is installed here says nothing of it. */
static bool program_elsewhere(const Guest *guest, const GuestInstalled *installed) {
        return !installed->program_here && !vmm_path_packaged(guest->vmm_path);
}

static int path_version(Guest *guest, const GuestVersion *version) {
        char text[40];

        guest->vmm_version = *version;
        guest_version_to_text(version, text, sizeof(text));
        return guest_assume(guest, "vmmVersion", "QEMU %s, as its program's path says", text);
}

static int version_defaults(Guest *guest, const GuestInstalled *installed) {
        static const GuestVersion nowhere;
        bool qemu = guest->vmm == VMM_QEMU;
        const GuestVersion *here = qemu ? &installed->qemu : &installed->cloud_hypervisor;
        const bool elsewhere = qemu && program_elsewhere(guest, installed);
        bool site;
        const char *name = qemu ? "QEMU" : "cloud-hypervisor";
        char text[40];
        int r;

        if (guest_version_known(&guest->vmm_version) || guest->vmm_guessed)
                return 0;
        if (qemu && guest_version_known(&installed->program_version))
                return path_version(guest, &installed->program_version);
        if (qemu && !installed->program_here) {
                const GuestVersion named = vmm_path_version(guest->vmm_path);

                if (guest_version_known(&named))
                        return path_version(guest, &named);
        }
        site = qemu && (elsewhere || !guest_version_known(here)) &&
                        guest_version_known(&installed->site_qemu);
        if (site)
                here = &installed->site_qemu;
        else if (elsewhere)
                here = &nowhere;
        if (!guest_version_known(here)) {
                guest->vmm_guessed = true;
                return guest_assume(guest, "vmmVersion", "not known%s: the rules of the newest %s",
                                elsewhere ? ", as the program is of no package of this host" : "", name);
        }
        guest->vmm_version = *here;
        if (qemu && !site && !*guest->vmm_build)
                snprintf(guest->vmm_build, sizeof(guest->vmm_build), "%s", installed->qemu_build);
        guest_version_to_text(here, text, sizeof(text));
        r = guest_assume(guest, "vmmVersion", "%s %s, the %s", name, text,
                        site ? "default of this site" : "version installed here");
        return r;
}

static int machine_defaults(Guest *guest) {
        char text[40];

        if (guest->vmm != VMM_QEMU || guest_version_known(&guest->machine_version))
                return 0;
        if (!guest_version_known(&guest->vmm_version))
                return guest_assume(guest, "machine", "the newest version of its machine type");
        guest->machine_version = (GuestVersion){ guest->vmm_version.major, guest->vmm_version.minor, 0 };
        guest_version_to_text(&guest->machine_version, text, sizeof(text));
        return guest_assume(guest, "machine", "version %s, the newest of QEMU %s", text, text);
}

/* SeaBIOS as QEMU's own tree brings it; distributions build another. */
static GuestVersion bundled_seabios(const GuestVersion *qemu) {
        if (!guest_version_known(qemu) || (!older(qemu, 8, 2) && older(qemu, 10, 1)))
                return (GuestVersion){ 1, 16, 3 };
        return older(qemu, 8, 2) ? (GuestVersion){ 1, 16, 0 } : (GuestVersion){ 1, 17, 0 };
}

static int firmware_kind_defaults(Guest *guest) {
        GuestFirmware *firmware = &guest->firmware;

        if (firmware->kind != FIRMWARE_UNKNOWN)
                return 0;
        if (*firmware->path)
                return guest_ignore(guest, "firmware", "nothing is known of the image %s", firmware->path);
        if (guest->vmm == VMM_CLOUD_HYPERVISOR || guest->machine == MACHINE_MICROVM) {
                firmware->kind = FIRMWARE_NONE;
                return guest_assume(guest, "firmware", "none: the kernel places the BARs");
        }
        firmware->kind = FIRMWARE_SEABIOS;
        return guest_assume(guest, "firmware", "SeaBIOS, which QEMU starts when nothing else is named");
}

static void set_build(GuestFirmware *firmware, const GuestInstalled *installed) {
        if (firmware->five_level == TRISTATE_UNKNOWN)
                firmware->five_level = installed->ovmf_five_level;
        if (firmware->mmio64_exact == TRISTATE_UNKNOWN)
                firmware->mmio64_exact = installed->ovmf_mmio64_exact;
}

/* Of the package that the image is from, as far as it is one that is installed here. */
static GuestVersion installed_version(
                GuestFirmware *firmware, const GuestInstalled *installed, bool elsewhere) {
        /* A QEMU of elsewhere takes images that it names by name alone from its own tree. */
        const bool others = installed->image_absent || (elsewhere && !strchr(firmware->path, '/'));

        switch (others ? FIRMWARE_PACKAGE_NONE : firmware_image_package(firmware->kind, firmware->path)) {
        case FIRMWARE_PACKAGE_OVMF:
                if (guest_version_known(&installed->ovmf))
                        set_build(firmware, installed);
                return installed->ovmf;
        case FIRMWARE_PACKAGE_PVE_OVMF:
                return installed->pve_ovmf;
        case FIRMWARE_PACKAGE_SEABIOS:
                return installed->seabios;
        default:
                return (GuestVersion){};
        }
}

static int firmware_defaults(Guest *guest, const GuestInstalled *installed) {
        GuestFirmware *firmware = &guest->firmware;
        bool ovmf = firmware->kind == FIRMWARE_OVMF;
        const char *name = ovmf ? "OVMF" : "SeaBIOS", *source = "as the image's path says";
        char text[40];

        if (firmware->kind != FIRMWARE_OVMF && firmware->kind != FIRMWARE_SEABIOS)
                return 0;
        if (guest_version_known(&firmware->version))
                return 0;
        firmware->version = installed->image_version;
        if (!guest_version_known(&firmware->version))
                firmware->version = firmware_image_version(firmware->kind, firmware->path);
        if (!guest_version_known(&firmware->version)) {
                firmware->version = installed_version(firmware, installed,
                                guest->vmm == VMM_QEMU && program_elsewhere(guest, installed));
                source = "the version installed here";
        }
        if (!guest_version_known(&firmware->version)) {
                firmware->version = ovmf ? installed->site_ovmf : installed->site_seabios;
                source = "the default of this site";
        }
        firmware->version_guessed = !guest_version_known(&firmware->version);
        if (firmware->version_guessed)
                firmware->version = ovmf ? ovmf_assumed : bundled_seabios(&guest->vmm_version);
        guest_version_to_text(&firmware->version, text, sizeof(text));
        if (!firmware->version_guessed)
                return guest_assume(guest, "firmware.version", "%s %s, %s", name, text, source);
        return guest_assume(guest, "firmware.version", "not known%s: the rules of %s %s",
                        installed->image_absent ? ", as the image is not on this host" : "", name, text);
}

static void set_unknown(Tristate *state, Tristate value) {
        if (*state == TRISTATE_UNKNOWN)
                *state = value;
}

static int model_defaults(Guest *guest) {
        GuestCpu *cpu = &guest->cpu;
        const GuestCpuModel *model = guest_cpu_model_find(cpu->model);
        bool vendor_missing = cpu->vendor == CPU_VENDOR_UNKNOWN;

        if (vendor_missing && guest->kvm)
                cpu->vendor_is_host = true;
        if (guest_cpu_model_is_host(cpu->model)) {
                if (guest->kvm)
                        return 0;
                model = guest_cpu_model_find("max");
        }
        if (!model)
                return guest_assume(
                                guest, "cpu.model", "%s is not known here, nor its features", cpu->model);
        if (vendor_missing && !guest->kvm)
                cpu->vendor = model->vendor;
        set_unknown(&cpu->long_mode, model->long_mode);
        set_unknown(&cpu->la57, model->la57);
        set_unknown(&cpu->pdpe1gb, model->pdpe1gb);
        set_unknown(&cpu->pae, model->pae);
        set_unknown(&cpu->pse36, model->pse36);
        return 0;
}

static int cpu_defaults(Guest *guest) {
        GuestCpu *cpu = &guest->cpu;
        int r;

        if (guest->vmm == VMM_CLOUD_HYPERVISOR) {
                if (!*cpu->model)
                        snprintf(cpu->model, sizeof(cpu->model), "host");
                if (cpu->width_mode == WIDTH_DEFAULT)
                        cpu->width_mode = WIDTH_HOST;
                cpu->vendor_is_host = cpu->vendor == CPU_VENDOR_UNKNOWN;
                return 0;
        }
        if (!*cpu->model) {
                snprintf(cpu->model, sizeof(cpu->model), GUEST_CPU_MODEL_DEFAULT);
                r = guest_assume(guest, "cpu.model", GUEST_CPU_MODEL_DEFAULT ", QEMU's default");
                if (r < 0)
                        return r;
        }
        r = model_defaults(guest);
        if (r < 0)
                return r;
        /* microvm turns host-phys-bits on for every model. */
        if (cpu->width_mode == WIDTH_DEFAULT && guest->machine == MACHINE_MICROVM)
                cpu->width_mode = WIDTH_HOST;
        /* Only accelerators that run on the host's CPU look at its width. */
        if (cpu->width_mode == WIDTH_HOST && !guest->kvm)
                cpu->width_mode = WIDTH_DEFAULT;
        if (cpu->width_mode == WIDTH_DEFAULT && cpu->long_mode != TRISTATE_NO &&
                        strcmp(cpu->model, "host-model") == 0)
                return guest_assume(guest, "cpu.physBits",
                                "40, QEMU's default: host-model copies the host's features and not its width");
        if (cpu->width_mode == WIDTH_DEFAULT && cpu->long_mode != TRISTATE_NO)
                return guest_assume(guest, "cpu.physBits", "40, QEMU's default without host-phys-bits");
        return 0;
}

static int viommu_defaults(Guest *guest) {
        GuestViommu *viommu = &guest->viommu;

        if (guest->vmm != VMM_QEMU || viommu->aw_bits > 0 || guest->vmm_guessed)
                return 0;
        viommu->aw_bits = policy_viommu(
                        viommu->kind, guest->machine, guest->machine_version, guest->vmm_version)
                                          .aw_bits;
        if (viommu->aw_bits == 0)
                return 0;
        return guest_assume(
                        guest, "viommu.awBits", "%u, the default of its machine version", viommu->aw_bits);
}

/* What the description says of the system it runs, the surest first; a CPU of 32 bits runs no other. */
static void system_defaults(Guest *guest) {
        if (guest->cpu.long_mode == TRISTATE_NO)
                guest_system_set(&guest->system, SYSTEM_UNKNOWN, TRISTATE_NO, "a 32-bit CPU");
        guest_system_from_text(&guest->system, "the name", guest->name);
}

int guest_defaults(Guest *guest, const GuestInstalled *installed) {
        int r = version_defaults(guest, installed);

        if (r >= 0)
                r = machine_defaults(guest);
        if (r >= 0)
                r = firmware_kind_defaults(guest);
        if (r >= 0)
                r = firmware_defaults(guest, installed);
        if (r >= 0)
                r = cpu_defaults(guest);
        if (r >= 0)
                r = viommu_defaults(guest);
        system_defaults(guest);
        return r;
}
