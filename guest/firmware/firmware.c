/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/firmware/bars.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

void guest_firmware_set_path(GuestFirmware *firmware, const char *path) {
        text_printable((Bytes){ .data = (const uint8_t *) path, .n = strlen(path) }, firmware->path,
                        sizeof(firmware->path));
        firmware->kind = firmware_image_kind(path);
}

/* Debian and Ubuntu, Fedora and Arch, openSUSE, QEMU. */
Tristate guest_firmware_smm(const GuestFirmware *firmware) {
        static const char *const names[] = { ".secboot.", ".secboot_", ".ms.", ".snakeoil.", "-smm-",
                "-secure-code." };
        const char *name = strrchr(firmware->path, '/');

        if (firmware->smm != TRISTATE_UNKNOWN || firmware->kind != FIRMWARE_OVMF)
                return firmware->smm;
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strstr(name ? name : firmware->path, names[i]))
                        return TRISTATE_YES;
        return TRISTATE_UNKNOWN;
}

static int set_mmio64(GuestFirmware *firmware, const char *text) {
        /* PlatformInitLib accepts up to 16 TiB and ignores larger values. */
        return text_u64((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, 10,
                               &firmware->mmio64_mib)
                        ? 0
                        : -EINVAL;
}

static int set_paging_level(GuestFirmware *firmware, const char *text) {
        if (strcmp(text, "4") != 0 && strcmp(text, "5") != 0)
                return -EINVAL;
        firmware->paging_level = (uint8_t) (*text - '0');
        return 0;
}

static int set_pci64(GuestFirmware *firmware, const char *text) {
        /* qemu_cfg's romfile_loadbool() reads the first letter. */
        if (!strchr("01yn", *text) || !*text)
                return -EINVAL;
        firmware->seabios_pci64 = tristate(*text == '1' || *text == 'y');
        return 0;
}

static const struct {
        const char *name, *stem;
        FirmwareKind kind;
} readable[] = {
        { "opt/ovmf/X-PciMmio64Mb", "PciMmio64", FIRMWARE_OVMF },
        { "opt/org.tianocore/PagingLevel", "PagingLevel", FIRMWARE_OVMF },
        { "opt/org.seabios/pci64", "seabios/pci64", FIRMWARE_SEABIOS },
};

const char *guest_firmware_right_name(const char *name, FirmwareKind *ret_kind) {
        for (size_t i = 0; i < ELEMENTS(readable); i++)
                if (strcasestr(name, readable[i].stem) && strcmp(name, readable[i].name) != 0) {
                        *ret_kind = readable[i].kind;
                        return readable[i].name;
                }
        return NULL;
}

/* Names are compared exactly: "X-PciMmio64", "X-PciMmio64Mb1" and "x-pcimmio64mb" are not read by any
 * firmware. */
static void set_unread(GuestFirmware *firmware, const char *name, const char *text) {
        uint64_t value;

        if (*firmware->unread)
                return;
        text_printable((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, firmware->unread,
                        sizeof(firmware->unread));
        if (text && text_u64((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, 10, &value) &&
                        value <= INT64_MAX)
                firmware->unread_value = value;
}

int guest_firmware_set_option(Guest *guest, const char *name, const char *text) {
        static const struct {
                const char *name;
                int (*set)(GuestFirmware *firmware, const char *text);
        } options[] = {
                { "opt/ovmf/X-PciMmio64Mb", set_mmio64 },
                { "opt/org.tianocore/PagingLevel", set_paging_level },
                { "opt/org.seabios/pci64", set_pci64 },
        };
        FirmwareKind kind;

        for (size_t i = 0; i < ELEMENTS(options); i++) {
                if (strcmp(name, options[i].name) != 0)
                        continue;
                if (!text)
                        return guest_ignore(guest, name, "its value is in a file that hawd does not read");
                return options[i].set(&guest->firmware, text);
        }
        if (guest_firmware_right_name(name, &kind)) {
                set_unread(&guest->firmware, name, text);
                return 0;
        }
        if (strncmp(name, "etc/", 4) == 0)
                return guest_ignore(guest, name, "replaces what QEMU passes to the firmware");
        return 1;
}

/* ── the table ─────────────────────────────────────────────────────────────────────────────────────────── */

static void place_direct(Space *space) {
        if (space->guest->machine == MACHINE_VIRT) {
                place_arm64(space);
                return;
        }
        layout_add(space, LAYOUT_WINDOW64, space->hole64_start,
                        sum_of(space->hole64_start, space->hole64_size),
                        "64-bit window that the kernel receives");
        snprintf(space->layout->rule, sizeof(space->layout->rule),
                        "no firmware: the kernel uses the VMM's 64-bit hole");
        layout_unknown(space, REASON_ABSENT, "where the kernel places BARs");
}

static void place_unknown(Space *space) {
        /* Windows of virt do not depend on it. */
        if (space->guest->machine == MACHINE_VIRT)
                place_arm64(space);
        layout_unknown(space, REASON_ABSENT, "the firmware");
}

static const Firmware unknown = { .name = "firmware", .place = place_unknown, .port = port_need_asked },
                      direct = { .name = "firmware", .place = place_direct, .port = port_need_asked };

const Firmware *firmware_of(FirmwareKind kind) {
        static const Firmware *const kinds[_FIRMWARE_KIND_MAX] = {
                [FIRMWARE_UNKNOWN] = &unknown,
                [FIRMWARE_NONE] = &direct,
                [FIRMWARE_SEABIOS] = &firmware_seabios,
                [FIRMWARE_OVMF] = &firmware_ovmf,
                [FIRMWARE_AAVMF] = &firmware_aavmf,
                [FIRMWARE_ROMBIOS] = &unknown,
        };

        return kind < _FIRMWARE_KIND_MAX ? kinds[kind] : &unknown;
}

const char *firmware_name(FirmwareKind kind) {
        return firmware_of(kind)->name;
}

bool firmware_version(FirmwareKind kind, size_t i, GuestVersion *ret) {
        const Firmware *firmware = firmware_of(kind);

        if (i < firmware->n_versions)
                *ret = firmware->versions[i];
        return i < firmware->n_versions;
}
