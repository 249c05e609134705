/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/site-defaults.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "guest/form/json/fields.h"
#include "guest/guest.h"
#include "guest/machine.h"
#include "probe/cleanup.h"
#include "profile/document/field-read.h"

/* OVMF tags have six digits; other versions never do. */
static int check_tag(const JsonValue *value, bool ovmf, const GuestVersion *version) {
        if (version->major == 0 || ovmf != (version->major >= 201000 && version->major <= 209912))
                return json_value_fail(value,
                                ovmf ? "expected a tag such as \"202411\""
                                     : "expected a version such as \"1.16.3\"");
        return 0;
}

static int read_tag(const JsonValue *json, void *value) {
        int r = guest_read_version(json, value);

        return r < 0 ? r : check_tag(json, true, value);
}

static int read_version(const JsonValue *json, void *value) {
        int r = guest_read_version(json, value);

        return r < 0 ? r : check_tag(json, false, value);
}

static const FieldHook tag_hook = {
        .write = guest_write_version,
        .read = read_tag,
        .schema = "{\"type\": \"string\", \"pattern\": \"^20[0-9]{4}$\"}",
};
static const FieldHook version_hook = {
        .write = guest_write_version, .read = read_version, .schema = VERSION_SCHEMA
};

static int check_image(const JsonValue *value, void *object, const void *before) {
        const SiteImage *image = object;
        const bool edk2 = image->kind == FIRMWARE_OVMF || image->kind == FIRMWARE_AAVMF;
        JsonValue version;
        int r;

        if (image->path[0] != '/')
                return json_value_fail(value, "expected a path that begins with \"/\"");
        if (image->kind == FIRMWARE_NONE && !guest_version_known(&image->version))
                return 0;
        if (!edk2 && image->kind != FIRMWARE_SEABIOS)
                return json_value_fail(value,
                                image->kind == FIRMWARE_NONE
                                                ? "expected no version with \"none\""
                                                : "expected a kind: \"ovmf\", \"aavmf\", \"seabios\" or "
                                                  "\"none\"");
        if (!guest_version_known(&image->version))
                return 0;
        r = json_value_member(value, "version", &version);
        return r < 0 ? r : check_tag(&version, edk2, &image->version);
}

static const FieldHook path_hook = {
        .schema = "{\"type\": \"string\", \"maxLength\": 255, \"pattern\": \"^/\"}",
};
static const FieldHook kind_hook = { .schema = "{\"enum\": [\"ovmf\", \"aavmf\", \"seabios\", \"none\"]}" };

static const Field image_fields[] = {
        { "path", FIELD_STRING, FIELD_REQUIRED, FIELD_MEMBER(SiteImage, path), .hook = &path_hook,
                        .text = "Path of an image, or a pattern (fnmatch(3)); \"*\" matches no slash." },
        { "kind", FIELD_WORD, FIELD_REQUIRED, FIELD_MEMBER(SiteImage, kind), .words = &firmware_words,
                        .hook = &kind_hook, .text = "Which firmware it is." },
        { "version", FIELD_CUSTOM, 0, FIELD_MEMBER(SiteImage, version), .hook = &guest_version_hook,
                        .text = "Its version; of OVMF the stable tag." },
};
static const FieldTable image_table = { FIELD_TABLE(image_fields), .given = true, .check = check_image };

static int check_device(const JsonValue *value, void *object, const void *before) {
        return ((const SiteDevice *) object)->bars.n_bars == 0
                        ? json_value_fail(value, "expected a device and at least one of its BARs")
                        : 0;
}

static const Field device_fields[] = {
        { "device", FIELD_NAME, FIELD_REQUIRED, FIELD_MEMBER(SiteDevice, device),
                        .text = "UUID of a mediated device or PCI address of a function, or a pattern (fnmatch(3))." },
        { "bars", FIELD_LIST, FIELD_INLINE | FIELD_REQUIRED,
                        FIELD_ELEMENTS(SiteDevice, bars.bars, bars.n_bars), .min = 1, .max = GUEST_BARS_MAX,
                        .table = &guest_bar_table, .text = "Its BARs." },
};
static const FieldTable device_table = { FIELD_TABLE(device_fields), .given = true, .check = check_device };

/* QEMU: at least 512 GiB. */
static int read_window(const JsonValue *json, void *value) {
        uint64_t *size = value;
        int r = guest_size_hook.read(json, size);

        if (r >= 0 && *size > 0 && (*size < UINT64_C(512) << 30 || (*size & (*size - 1)) != 0))
                return json_value_fail(json, "expected a power of two of at least 512 GiB");
        return r;
}

static json_t *write_window(const void *value) {
        return guest_size_hook.write(value);
}

static const FieldHook window_hook = { .write = write_window, .read = read_window, .schema = SIZE_SCHEMA };

#define SITE(member) FIELD_MEMBER(SiteDefaults, member)

static const Field site_fields[] = {
        { "schema", FIELD_FIXED, FIELD_REQUIRED, .fixed = "hawd-guest-defaults/1",
                        .text = "Form of the document." },
        { "qemu", FIELD_CUSTOM, 0, SITE(qemu), .hook = &version_hook,
                        .text = "Version of QEMU, if no package provides it." },
        { "ovmf", FIELD_CUSTOM, 0, SITE(ovmf), .hook = &tag_hook,
                        .text = "Stable tag of OVMF, if no package provides it." },
        { "seabios", FIELD_CUSTOM, 0, SITE(seabios), .hook = &version_hook,
                        .text = "Version of SeaBIOS, if no package provides it." },
        { "highmemMmioSize", FIELD_CUSTOM, 0, SITE(mmio_size), .hook = &window_hook,
                        .text = "Size of the 64-bit PCI window of virt machines in the QEMU of this site, a power of two; 0: 512 GiB." },
        { "images", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(SiteDefaults, images, n_images),
                        .max = SITE_IMAGES_MAX, .table = &image_table,
                        .text = "Firmware images by their path; the first that matches applies." },
        { "devices", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(SiteDefaults, devices, n_devices),
                        .max = SITE_DEVICES_MAX, .table = &device_table,
                        .text = "Devices with BARs that are unknown on the host; the first that matches applies." },
};
const FieldTable site_defaults_table = {
        FIELD_TABLE(site_fields),
        .text = "Versions and BARs for guests with descriptions that lack them.",
        .given = true,
};

int site_defaults_parse(const char *text, size_t n, SiteDefaults *ret, JsonError *reterr) {
        JsonReader reader = { .error = reterr };
        JsonValue top = { .reader = &reader };
        SiteDefaults site = {};
        json_t *document;
        int r;

        if (n > SITE_DEFAULTS_MAX) {
                *reterr = (JsonError){ .text = "expected at most 64 KiB" };
                return -EINVAL;
        }
        r = json_text_parse(text, n, &document, reterr);
        if (r < 0)
                return r;
        top.json = document;
        r = fields_read(&top, &site_defaults_table, &site);
        json_decref(document);
        if (r >= 0)
                *ret = site;
        return r;
}

static int apply_image(const SiteImage *image, Guest *guest) {
        char version[40] = "";

        guest->firmware.kind = image->kind;
        guest->firmware.version = image->version;
        if (guest_version_known(&image->version))
                guest_version_to_text(&image->version, version, sizeof(version));
        return guest_assume(guest, "firmware", "%s%s%s, from the defaults for its path",
                        firmware_to_string(image->kind), *version ? " " : "", version);
}

static bool is_meant(const SiteDevice *site, const GuestDevice *device) {
        char address[PCI_ADDRESS_TEXT_MAX];

        if (device->mediated)
                return fnmatch(site->device, device->uuid, 0) == 0;
        if (!device->has_address)
                return false;
        pci_address_format(&device->address, address, sizeof(address));
        return fnmatch(site->device, address, 0) == 0;
}

static int apply_device(const SiteDefaults *site, Guest *guest, GuestDevice *device) {
        for (size_t i = 0; i < site->n_devices; i++) {
                const GuestDevice *bars = &site->devices[i].bars;

                if (!is_meant(&site->devices[i], device))
                        continue;
                memcpy(device->bars, bars->bars, sizeof(device->bars));
                device->n_bars = bars->n_bars;
                return guest_assume(guest, device->name, "BARs from the defaults for %s",
                                site->devices[i].device);
        }
        return 0;
}

int site_defaults_apply(const SiteDefaults *site, Guest *guest, GuestInstalled *installed) {
        int r = 0;

        installed->site_qemu = site->qemu;
        installed->site_ovmf = site->ovmf;
        installed->site_seabios = site->seabios;
        installed->site_mmio_size = site->mmio_size;
        for (size_t i = 0; r >= 0 && i < guest->n_devices; i++)
                if (guest->devices[i].assigned && guest->devices[i].n_bars == 0)
                        r = apply_device(site, guest, &guest->devices[i]);
        if (r < 0)
                return r;
        for (size_t i = 0; i < site->n_images && !guest_version_known(&guest->firmware.version); i++)
                if (fnmatch(site->images[i].path, guest->firmware.path, FNM_PATHNAME) == 0)
                        return apply_image(&site->images[i], guest);
        return 0;
}
