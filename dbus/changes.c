/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/changes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dbus/interface.h"
#include "dbus/names.h"
#include "dbus/object-tree.h"
#include "probe/cleanup.h"
#include "profile/change/digest.h"
#include "profile/change/unchanged.h"
#include "profile/device-lookup.h"
#include "profile/field/tables.h"

/* Above this, the collection's name replaces its members. */
#define CHANGED_MAX 512

typedef struct Emission {
        sd_bus *bus;
        const Interfaces *interfaces;
        const Publication *before, *now;
        sd_bus_message *changed; /* ProfileChanged, open array */
        size_t n_changed;
        int error;
} Emission;

static void note(Emission *emission, int r) {
        if (r < 0 && emission->error == 0)
                emission->error = r;
}

static void name(Emission *emission, const char *kind, const char *which) {
        char text[NAME_MAX + 16];

        if (emission->n_changed++ >= CHANGED_MAX)
                return;
        snprintf(text, sizeof(text), "%s/%s", kind, which);
        note(emission, sd_bus_message_append(emission->changed, "s", text));
}

/* ── units and groups ──────────────────────────────────────────────────────────────────────────────────── */

/* Takes over path. */
static void emit_added(Emission *emission, char *path) {
        note(emission, path ? sd_bus_emit_object_added(emission->bus, path) : -ENOMEM);
        free(path);
}

/* All interfaces in GetManagedObjects: a client keeps an object with any left. sd-bus cannot list them,
 * because the publication no longer has the object. */
static void emit_removed(Emission *emission, char *path, const char *interface) {
        note(emission,
                        path ? sd_bus_emit_interfaces_removed(emission->bus, path,
                                               "org.freedesktop.DBus.Peer",
                                               "org.freedesktop.DBus.Introspectable",
                                               "org.freedesktop.DBus.Properties", interface, NULL)
                             : -ENOMEM);
        free(path);
}

/* Takes over path. */
static void emit_names(Emission *emission, const char **names, size_t n, char *path, const char *interface) {
        if (!path)
                note(emission, -ENOMEM);
        else if (n > 0)
                note(emission,
                                sd_bus_emit_properties_changed_strv(
                                                emission->bus, path, interface, (char **) names));
        free(path);
}

static void emit_properties(
                Emission *emission, InterfaceKind kind, const void *before, const void *now, char *path) {
        const Interface *interface = &emission->interfaces->kinds[kind];
        const char *names[PROPERTIES_MAX + 3];
        size_t n = property_changes(&interface->list, &emission->before->profile, before,
                        &emission->now->profile, now, names, ELEMENTS(names));

        emit_names(emission, names, n, path, interface->name);
}

static const ProfileIommu *unit_of(const Profile *profile, const char *name) {
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (strcmp(profile->iommus[i].name, name) == 0)
                        return &profile->iommus[i];
        return NULL;
}

static void emit_iommus(Emission *emission) {
        const Profile *before = &emission->before->profile, *now = &emission->now->profile;

        for (size_t i = 0; i < before->n_iommus; i++)
                if (!unit_of(now, before->iommus[i].name)) {
                        emit_removed(emission, object_path_iommu(&before->iommus[i]), HAWD_IOMMU);
                        name(emission, "iommus", before->iommus[i].name);
                }
        for (size_t i = 0; i < now->n_iommus; i++) {
                const ProfileIommu *unit = &now->iommus[i], *old = unit_of(before, unit->name);

                if (!old)
                        emit_added(emission, object_path_iommu(unit));
                else if (fingerprint_equal(&old->fingerprint, &unit->fingerprint))
                        continue;
                else
                        emit_properties(emission, INTERFACE_IOMMU, old, unit, object_path_iommu(unit));
                name(emission, "iommus", unit->name);
        }
}

static void name_group(Emission *emission, const ProfileGroup *group) {
        char id[16];

        snprintf(id, sizeof(id), "%u", group->id);
        name(emission, "groups", id);
}

static void emit_groups(Emission *emission) {
        const Profile *before = &emission->before->profile, *now = &emission->now->profile;

        for (size_t i = 0; i < before->n_groups; i++)
                if (!group_lookup(now, before->groups[i].id)) {
                        emit_removed(emission, object_path_group(&before->groups[i]), HAWD_GROUP);
                        name_group(emission, &before->groups[i]);
                }
        for (size_t i = 0; i < now->n_groups; i++) {
                const ProfileGroup *group = &now->groups[i], *old = group_lookup(before, group->id);

                if (!old)
                        emit_added(emission, object_path_group(group));
                else if (fingerprint_equal(&old->fingerprint, &group->fingerprint))
                        continue;
                else
                        emit_properties(emission, INTERFACE_GROUP, old, group, object_path_group(group));
                name_group(emission, group);
        }
}

/* ── devices, and the rest of the document ─────────────────────────────────────────────────────────────── */

static void name_device(Emission *emission, const ProfileDevice *device) {
        char address[PCI_ADDRESS_TEXT_MAX];

        pci_address_format(&device->address, address, sizeof(address));
        name(emission, "devices", address);
}

static void name_devices(Emission *emission) {
        const Profile *before = &emission->before->profile, *now = &emission->now->profile;

        for (size_t i = 0; i < before->n_devices; i++)
                if (!device_lookup(now, &before->devices[i].address))
                        name_device(emission, &before->devices[i]);
        for (size_t i = 0; i < now->n_devices; i++) {
                const ProfileDevice *old = device_lookup(before, &now->devices[i].address);

                if (!old || !fingerprint_equal(&old->fingerprint, &now->devices[i].fingerprint))
                        name_device(emission, &now->devices[i]);
        }
}

/* Names of the document's members that differ. */
static void name_members(Emission *emission) {
        for (size_t i = 0; i < profile_table.n; i++)
                if (!fingerprint_equal(&emission->before->profile.members[i],
                                    &emission->now->profile.members[i]))
                        note(emission,
                                        sd_bus_message_append(emission->changed, "s",
                                                        profile_table.fields[i].key));
}

static int open_changed(Emission *emission) {
        int r = sd_bus_message_new_signal(
                        emission->bus, &emission->changed, HAWD_PATH, HAWD_HOST, "ProfileChanged");

        if (r >= 0)
                r = sd_bus_message_append(emission->changed, "t", emission->now->generation);
        return r < 0 ? r : sd_bus_message_open_container(emission->changed, 'a', "s");
}

int changes_emit(sd_bus *bus, const Interfaces *interfaces, const Publication *before,
                const Publication *now) {
        Emission emission = { .bus = bus, .interfaces = interfaces, .before = before, .now = now };
        int r = open_changed(&emission);

        if (r >= 0) {
                name_members(&emission);
                emit_iommus(&emission);
                emit_groups(&emission);
                name_devices(&emission);
                emit_properties(&emission, INTERFACE_HOST, before, now, strdup(HAWD_PATH));
                note(&emission, sd_bus_message_close_container(emission.changed));
                note(&emission, sd_bus_send(bus, emission.changed, NULL));
                r = emission.error;
        }
        sd_bus_message_unref(emission.changed);
        return r < 0 ? r : 0;
}
