/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "ctl/origin/source-profile.h"
#include "ctl/show/json-output.h"
#include "ctl/show/numbers.h"
#include "ctl/show/pci-names.h"
#include "ctl/show/table.h"
#include "ctl/verb/select.h"
#include "ctl/verb/verbs.h"
#include "profile/field/json-write.h"

enum { COLUMN_ADDRESS, COLUMN_GROUP, COLUMN_IOMMU, COLUMN_DRIVER, COLUMN_BARS, COLUMN_NAME };

static const Column columns[] = {
        [COLUMN_ADDRESS] = { "DEVICE" },
        [COLUMN_GROUP] = { "GROUP", .right = true },
        [COLUMN_IOMMU] = { "UNIT" },
        [COLUMN_DRIVER] = { "DRIVER" },
        [COLUMN_BARS] = { "BARS", .wrap = true },
        [COLUMN_NAME] = { "NAME", .wrap = true },
};

/* In dom0, which has no groups. */
static const Column xen_columns[] = {
        [COLUMN_ADDRESS] = { "DEVICE" },
        [COLUMN_GROUP] = { "ASSIGNABLE" },
        [COLUMN_IOMMU] = { "UNIT" },
        [COLUMN_DRIVER] = { "DRIVER" },
        [COLUMN_BARS] = { "BARS", .wrap = true },
        [COLUMN_NAME] = { "NAME", .wrap = true },
};

static bool by_xen(const Profile *profile) {
        return profile->xen.role == XEN_ROLE_CONTROL && profile->n_groups == 0;
}

/* What one command changes. */
static void print_how(const Profile *profile, const Selection *selection, const Screen *screen) {
        for (size_t i = 0; i < selection->n; i++)
                if (profile->devices[selection->indices[i]].xen_why == ASSIGNABLE_WHY_NOT_HANDED_OVER) {
                        putchar('\n');
                        screen_wrap(screen, 0,
                                        "not-handed-over: 'xl pci-assignable-add DEVICE' takes a device from its driver "
                                        "and lets Xen assign it.");
                        return;
                }
}

static void assignable_cell(Table *table, const ProfileDevice *device) {
        if (device->xen_assignable == TRISTATE_YES)
                table_cell(table, COLUMN_GROUP, "yes");
        else if (device->xen_why == ASSIGNABLE_WHY_NONE)
                table_cell(table, COLUMN_GROUP, device->xen_assignable == TRISTATE_NO ? "no: no HVM" : NULL);
        else
                table_cellf(table, COLUMN_GROUP, "%s: %s",
                                device->xen_assignable == TRISTATE_NO ? "no" : "unknown",
                                device->xen_why == ASSIGNABLE_WHY_BRIDGES_ONLY
                                                ? "bridge"
                                                : assignable_why_to_string(device->xen_why));
}

/* "16 MiB 64-bit pref, 32 KiB": memory BARs only; ROM and ports use little guest address space. */
static void bars_text(const ProfileDevice *device, char *ret, size_t size) {
        char bytes[NUMBER_TEXT_MAX];
        size_t n = 0;

        ret[0] = 0;
        for (size_t i = 0; i < device->n_bars && n < size; i++) {
                const ProfileBar *bar = &device->bars[i];

                if (bar->io || bar->index == 6)
                        continue;
                n += (size_t) snprintf(ret + n, size - n, "%s%s%s%s%s", n ? ", " : "",
                                bar->index > 6 ? "VFs " : "",
                                bar->end - bar->start == UINT64_MAX ? "16 EiB"
                                                                    : number_bytes(bar->end - bar->start + 1,
                                                                                      bytes, sizeof(bytes)),
                                bar->is_64bit ? " 64-bit" : "", bar->prefetchable ? " pref" : "");
        }
}

static void add_row(Table *table, const Profile *profile, const ProfileDevice *device, PciNames *names) {
        char address[PCI_ADDRESS_TEXT_MAX], bars[320], name[192];

        pci_address_format(&device->address, address, sizeof(address));
        table_row(table);
        table_cell(table, COLUMN_ADDRESS, address);
        if (by_xen(profile))
                assignable_cell(table, device);
        else if (device->group >= 0)
                table_cellf(table, COLUMN_GROUP, "%" PRIu32, profile->groups[device->group].id);
        else if (device->group_reason == REASON_UNSUPPORTED_KERNEL)
                table_cell(table, COLUMN_GROUP, "none yet");
        else
                table_cell(table, COLUMN_GROUP, NULL);
        table_cell(table, COLUMN_IOMMU, device->iommu >= 0 ? profile->iommus[device->iommu].name : NULL);
        table_cell(table, COLUMN_DRIVER, *device->driver ? device->driver : NULL);
        bars_text(device, bars, sizeof(bars));
        table_cell(table, COLUMN_BARS, *bars ? bars : NULL);
        pci_names_device(names, device, name, sizeof(name));
        if (*name)
                table_cell(table, COLUMN_NAME, name);
        else if (device->ids_reason == REASON_NONE)
                table_cellf(table, COLUMN_NAME, "%04x:%04x", device->vendor, device->device);
        else
                table_cell(table, COLUMN_NAME, reason_to_string(device->ids_reason));
}

static const char *device_name(const Profile *profile, size_t i, char *buffer) {
        pci_address_format(&profile->devices[i].address, buffer, SELECT_NAME_MAX);
        return buffer;
}

static json_t *device_json(const Profile *profile, size_t i, void *userdata) {
        json_t *object = profile_json_device(profile, &profile->devices[i]);
        char name[192];

        pci_names_device(userdata, &profile->devices[i], name, sizeof(name));
        if (object && json_object_set_new(object, "name", *name ? json_string(name) : json_null()) < 0) {
                json_decref(object);
                return NULL;
        }
        return object;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(selection_done) Selection selection = {};
        _cleanup_(pci_names_close) PciNames *names = NULL;
        const Screen screen = screen_get();
        int r = source_profile(options, &profile);

        if (r != EXIT_SUCCESS)
                return r;
        r = selection_make(&profile, "PCI device", profile.n_devices, device_name, argc, argv, &selection);
        if (r != EXIT_SUCCESS)
                return r;
        names = selection.n > 0 ? pci_names_open() : NULL;
        if (options->json)
                return selection_json(&profile, &selection, options, device_json, names);

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        if (selection.n == 0) {
                if (!options->no_legend)
                        printf("No PCI devices.\n");
                return EXIT_SUCCESS;
        }
        Table *table = table_new(by_xen(&profile) ? xen_columns : columns, ELEMENTS(columns), &screen,
                        options->no_legend);
        for (size_t i = 0; i < selection.n; i++)
                add_row(table, &profile, &profile.devices[selection.indices[i]], names);
        r = table_finish(table);
        if (r == EXIT_SUCCESS && !options->no_legend)
                print_how(&profile, &selection, &screen);
        return r;
}

const Verb verb_devices = {
        .name = "devices",
        .arguments = "[DEVICE...]",
        .max = -1,
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT | TAKES_TABLE,
        .summary = "List PCI devices: group, driver, BARs",
        .help = "In dom0 of Xen, ASSIGNABLE says whether Xen can assign a device to an HVM guest;\n"
                "not-handed-over: 'xl pci-assignable-add' comes first.\n"
                "Names are taken from pci.ids if hawctl was built with libpci. The JSON is that\n"
                "of the profile with \"name\" added.\n",
        .example = "hawctl devices 0000:01:00.0",
        .run = run,
};
