/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mediated devices: parts of a device created by its driver, one directory each in sys/bus/mdev/devices
 * (Documentation/driver-api/vfio-mediated-device.rst). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/decode/uuid.h"
#include "probe/source/facts.h"

#define MEDIATED_MAX 65536

static const char *device_path(char path[128], const char *name, const char *file) {
        snprintf(path, 128, "sys/bus/mdev/devices/%.36s%s%s", name, *file ? "/" : "", file);
        return path;
}

static void keep(const char *text, size_t n, char *ret, size_t size) {
        text_printable((Bytes){ .data = (const uint8_t *) text, .n = n }, ret, size);
}

/* "../../../devices/pci0000:00/0000:00:02.0/UUID" */
static Reason read_parent(Root *root, const char *name, MediatedFact *ret) {
        char path[128], parent[sizeof(ret->parent)];
        Reason reason = root_link_parent(root, device_path(path, name, ""), parent, sizeof(parent));

        if (reason == REASON_NONE)
                keep(parent, strlen(parent), ret->parent, sizeof(ret->parent));
        return reason;
}

static void read_word(
                Root *root, Buffer *buffer, const char *name, const char *file, char *ret, size_t size) {
        char path[128];
        Bytes line = {};
        size_t cursor = 0;

        if (root_read_attribute(root, device_path(path, name, file), buffer) == REASON_NONE &&
                        text_line(buffer_bytes(buffer), &cursor, &line))
                keep((const char *) line.data, line.n, ret, size);
}

static bool read_device(Root *root, Buffer *buffer, const char *name, MediatedFact *ret) {
        char path[128], type[64];

        /* Without its link it was removed. */
        if (read_parent(root, name, ret) == REASON_ABSENT)
                return false;
        if (root_link_name(root, device_path(path, name, "mdev_type"), type, sizeof(type)) == REASON_NONE)
                keep(type, strlen(type), ret->type, sizeof(ret->type));
        read_word(root, buffer, name, "mdev_type/name", ret->type_name, sizeof(ret->type_name));
        read_word(root, buffer, name, "mdev_type/device_api", ret->api, sizeof(ret->api));
        return true;
}

static int compare_uuids(const void *a, const void *b) {
        const MediatedFact *x = a, *y = b;

        return strcmp(x->uuid, y->uuid);
}

int source_mediated_read(Root *root, Buffer *buffer, MediatedFacts *ret) {
        _cleanup_(name_list_done) NameList names = {};

        ret->reason = root_list(root, "sys/bus/mdev/devices", MEDIATED_MAX, &names);
        if (ret->reason == REASON_NONE && names.truncated)
                ret->reason = REASON_TOO_LARGE;
        if (names.n == 0)
                return 0;
        ret->devices = calloc(names.n, sizeof(MediatedFact));
        if (!ret->devices)
                return -ENOMEM;
        for (size_t i = 0; i < names.n; i++) {
                const char *name = names.names[i];
                MediatedFact *device = &ret->devices[ret->n];

                *device = (MediatedFact){};
                if (uuid_parse((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, device->uuid))
                        ret->n += read_device(root, buffer, name, device);
        }
        qsort(ret->devices, ret->n, sizeof(MediatedFact), compare_uuids);
        return 0;
}

void mediated_facts_done(MediatedFacts *facts) {
        free(facts->devices);
        *facts = (MediatedFacts){};
}
