/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/site-defaults.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "guest/form/json/guest-json-field.h"
#include "guest/guest.h"
#include "guest/machine.h"
#include "probe/cleanup.h"
#include "profile/document/read-fact.h"

static int read_schema(const JsonValue *value, const JsonField *field, void *ret) {
        const char *text = json_string_value(value->json);

        return text && strcmp(text, "hawd-guest-defaults/1") == 0
                        ? 0
                        : json_value_fail(value, "expected \"hawd-guest-defaults/1\"");
}

/* A tag has six digits, and no other version that many. */
static int check_tag(const JsonValue *value, bool ovmf, const GuestVersion *version) {
        if (version->major == 0 || ovmf != (version->major >= 201000 && version->major <= 209912))
                return json_value_fail(value,
                                ovmf ? "expected a tag such as \"202411\""
                                     : "expected a version such as \"1.16.3\"");
        return 0;
}

static int read_tag(const JsonValue *value, const JsonField *field, void *ret) {
        int r = guest_read_version(value, field, ret);

        return r < 0 ? r : check_tag(value, true, ret);
}

static int read_version(const JsonValue *value, const JsonField *field, void *ret) {
        int r = guest_read_version(value, field, ret);

        return r < 0 ? r : check_tag(value, false, ret);
}

static const JsonField image_members[] = {
        { "path", json_read_string, JSON_FIELD(SiteImage, path) },
        { "kind", json_read_word, JSON_FIELD(SiteImage, kind), .word = firmware_from_string,
                        .expected = "\"ovmf\", \"seabios\" or \"none\"" },
        { "version", guest_read_version, JSON_FIELD(SiteImage, version) },
};
static const JsonFields image_fields = { ELEMENTS(image_members), image_members };

static int read_image(const JsonValue *value, SiteImage *ret) {
        JsonValue version;
        int r = json_read_given(value, &image_fields, ret);

        if (r < 0)
                return r;
        if (ret->path[0] != '/')
                return json_value_fail(value, "expected a path that begins with \"/\"");
        if (ret->kind == FIRMWARE_NONE && !guest_version_known(&ret->version))
                return 0;
        if (ret->kind != FIRMWARE_OVMF && ret->kind != FIRMWARE_SEABIOS)
                return json_value_fail(value,
                                ret->kind == FIRMWARE_NONE
                                                ? "expected no version beside \"none\""
                                                : "expected a kind: \"ovmf\", \"seabios\" or \"none\"");
        if (!guest_version_known(&ret->version))
                return 0;
        r = json_value_member(value, "version", &version);
        return r < 0 ? r : check_tag(&version, ret->kind == FIRMWARE_OVMF, &ret->version);
}

static int read_images(const JsonValue *value, const JsonField *field, void *ret) {
        SiteDefaults *site = ret;
        size_t n;
        int r = json_value_array(value, SITE_IMAGES_MAX, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);

                r = read_image(&element, &site->images[site->n_images++]);
        }
        return r;
}

static int read_device_bars(const JsonValue *value, const JsonField *field, void *ret) {
        return guest_read_bars(value, field, &((SiteDevice *) ret)->bars);
}

static const JsonField device_members[] = {
        { "device", json_read_name, JSON_FIELD(SiteDevice, device) },
        { "bars", read_device_bars },
};
static const JsonFields device_fields = { ELEMENTS(device_members), device_members };

static int read_devices(const JsonValue *value, const JsonField *field, void *ret) {
        SiteDefaults *site = ret;
        size_t n;
        int r = json_value_array(value, SITE_DEVICES_MAX, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);
                SiteDevice *device = &site->devices[site->n_devices++];

                r = json_read_given(&element, &device_fields, device);
                if (r >= 0 && (!*device->device || device->bars.n_bars == 0))
                        return json_value_fail(&element, "expected a device and at least one of its BARs");
        }
        return r;
}

static const JsonField members[] = {
        { "schema", read_schema },
        { "qemu", read_version, JSON_FIELD(SiteDefaults, qemu) },
        { "ovmf", read_tag, JSON_FIELD(SiteDefaults, ovmf) },
        { "seabios", read_version, JSON_FIELD(SiteDefaults, seabios) },
        { "images", read_images },
        { "devices", read_devices },
};
static const JsonFields fields = { ELEMENTS(members), members };

int site_defaults_parse(const char *text, size_t n, SiteDefaults *ret, JsonError *reterr) {
        JsonReader reader = { .error = reterr };
        JsonValue top = { .reader = &reader }, schema;
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
        r = json_read_given(&top, &fields, &site);
        if (r >= 0)
                r = json_value_member(&top, "schema", &schema);
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
        return guest_assume(guest, "firmware", "%s%s%s, by the defaults for its path",
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
                return guest_assume(
                                guest, device->name, "BARs by the defaults for %s", site->devices[i].device);
        }
        return 0;
}

int site_defaults_apply(const SiteDefaults *site, Guest *guest, GuestInstalled *installed) {
        int r = 0;

        installed->site_qemu = site->qemu;
        installed->site_ovmf = site->ovmf;
        installed->site_seabios = site->seabios;
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
