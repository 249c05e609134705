/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/defaults.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/machine.h"
#include "guest/vmm/vmm.h"

/* If the installed version is unknown: the last one with the rules of its neighbours. */
static const GuestVersion ovmf_assumed = { 202411, 0, 0 };

static int firmware_kind_defaults(Guest *guest) {
        GuestFirmware *firmware = &guest->firmware;
        const bool arm64 = guest->architecture == ARCHITECTURE_ARM64;

        /* The name of an image or the user may say "ovmf" of any edk2. */
        if (arm64 && firmware->kind == FIRMWARE_OVMF && guest->machine == MACHINE_VIRT)
                firmware->kind = FIRMWARE_AAVMF;
        if (firmware->kind == FIRMWARE_AAVMF ? !arm64 : arm64 && firmware->kind == FIRMWARE_SEABIOS) {
                const char *name = firmware_name(firmware->kind);

                firmware->kind = FIRMWARE_UNKNOWN;
                return guest_ignore(guest, "firmware", "%s does not run on %s", name,
                                architecture_to_string(guest->architecture));
        }
        if (firmware->kind != FIRMWARE_UNKNOWN)
                return 0;
        if (*firmware->path)
                return guest_ignore(guest, "firmware", "unknown firmware image %s", firmware->path);
        return vmm_of(guest)->default_firmware(guest);
}

static void set_build(GuestFirmware *firmware, const GuestInstalled *installed) {
        if (firmware->five_level == TRISTATE_UNKNOWN)
                firmware->five_level = installed->ovmf_five_level;
        if (firmware->mmio64_exact == TRISTATE_UNKNOWN)
                firmware->mmio64_exact = installed->ovmf_mmio64_exact;
}

/* The version of the image's package, if installed here. */
static GuestVersion installed_version(
                GuestFirmware *firmware, const GuestInstalled *installed, bool elsewhere) {
        /* A QEMU from elsewhere finds images without a path in its own tree. */
        const bool others = installed->image_absent || (elsewhere && !strchr(firmware->path, '/'));

        switch (others ? FIRMWARE_PACKAGE_NONE : firmware_image_package(firmware->kind, firmware->path)) {
        case FIRMWARE_PACKAGE_OVMF:
                if (guest_version_known(&installed->ovmf))
                        set_build(firmware, installed);
                return installed->ovmf;
        case FIRMWARE_PACKAGE_PVE_OVMF:
                return installed->pve_ovmf;
        case FIRMWARE_PACKAGE_AAVMF:
                return installed->aavmf;
        case FIRMWARE_PACKAGE_SEABIOS:
                return installed->seabios;
        default:
                return (GuestVersion){};
        }
}

static int firmware_defaults(Guest *guest, const GuestInstalled *installed) {
        GuestFirmware *firmware = &guest->firmware;
        const bool ovmf = firmware->kind == FIRMWARE_OVMF, aavmf = firmware->kind == FIRMWARE_AAVMF;
        const char *name = firmware_name(firmware->kind), *source = "from the path of the image";
        const Vmm *vmm = vmm_of(guest);
        char text[40];

        if ((!ovmf && !aavmf && firmware->kind != FIRMWARE_SEABIOS) || vmm->loader)
                return 0;
        if (guest_version_known(&firmware->version))
                return 0;
        firmware->version = installed->image_version;
        if (!guest_version_known(&firmware->version))
                firmware->version = firmware_image_version(firmware->kind, firmware->path);
        if (!guest_version_known(&firmware->version)) {
                firmware->version = installed_version(
                                firmware, installed, vmm->elsewhere && vmm->elsewhere(guest, installed));
                source = "the version installed here";
        }
        /* All versions place BARs alike. */
        if (aavmf && !guest_version_known(&firmware->version))
                return 0;
        if (!guest_version_known(&firmware->version)) {
                firmware->version = ovmf ? installed->site_ovmf : installed->site_seabios;
                source = "the default of this site";
        }
        firmware->version_guessed = !guest_version_known(&firmware->version);
        if (firmware->version_guessed)
                firmware->version = ovmf ? ovmf_assumed : vmm->own_seabios(&guest->vmm_version);
        guest_version_to_text(&firmware->version, text, sizeof(text));
        if (!firmware->version_guessed)
                return guest_assume(guest, "firmware.version", "%s %s, %s", name, text, source);
        return guest_assume(guest, "firmware.version", "unknown%s: hawd uses the rules of %s %s",
                        installed->image_absent ? " because the image is not on this host" : "", name, text);
}

/* A build of QEMU with a larger window, which only the administrator knows. */
static int window_defaults(Guest *guest, const GuestInstalled *installed) {
        if (guest->architecture != ARCHITECTURE_ARM64 || guest->virt.mmio_size_default ||
                        !installed->site_mmio_size)
                return 0;
        guest->virt.mmio_size_default = installed->site_mmio_size;
        return guest_assume(guest, "virt.highmemMmioSize", "%" PRIu64 " GiB, the default of this site",
                        installed->site_mmio_size >> 30);
}

/* The guest's system, most reliable source first; a 32-bit CPU runs only 32-bit systems. */
static void system_defaults(Guest *guest) {
        if (guest->cpu.long_mode == TRISTATE_NO)
                guest_system_set(&guest->system, SYSTEM_UNKNOWN, TRISTATE_NO, "a 32-bit CPU");
        guest_system_from_text(&guest->system, "the name", guest->name);
}

int guest_defaults(Guest *guest, const GuestInstalled *installed) {
        const Vmm *vmm = vmm_of(guest);
        int r = vmm->default_version(guest, installed);

        if (r >= 0)
                r = firmware_kind_defaults(guest);
        if (r >= 0)
                r = firmware_defaults(guest, installed);
        if (r >= 0)
                r = vmm->default_devices(guest);
        if (r >= 0)
                r = window_defaults(guest, installed);
        system_defaults(guest);
        return r;
}
