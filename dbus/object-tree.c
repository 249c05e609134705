/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/object-tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dbus/managed-objects.h"
#include "dbus/names.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/change/unchanged.h"

void object_tree_init(ObjectTree *tree, const PublicationCalls *calls) {
        *tree = (ObjectTree){
                .calls = *calls,
                .refreshes = { .interval_usec = 10 * UINT64_C(1000000), .burst = 5 },
        };
        interfaces_init(&tree->served.interfaces);
}

char *object_path_iommu(const ProfileIommu *iommu) {
        char *path = NULL;

        return sd_bus_path_encode(HAWD_IOMMU_PATH, iommu->name, &path) < 0 ? NULL : path;
}

/* A number is a valid path element; sd_bus_path_encode() would escape its first digit. */
char *object_path_group(const ProfileGroup *group) {
        char *path = NULL;

        return asprintf(&path, HAWD_GROUP_PATH "/%" PRIu32, group->id) < 0 ? NULL : path;
}

/* ── path to object ────────────────────────────────────────────────────────────────────────────────────── */

static int find_iommu(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret,
                sd_bus_error *error) {
        Publication *publication = userdata;
        _cleanup_free_ char *name = NULL;
        int r = sd_bus_path_decode(path, HAWD_IOMMU_PATH, &name);

        if (r <= 0)
                return r;
        for (size_t i = 0; i < publication->profile.n_iommus; i++) {
                ProfileIommu *unit = &publication->profile.iommus[i];
                _cleanup_free_ char *own = NULL;

                if (strcmp(unit->name, name) != 0)
                        continue;
                own = object_path_iommu(unit);
                if (!own)
                        return -ENOMEM;
                /* Unique names: needless escapes decode to the same label. */
                if (strcmp(own, path) != 0)
                        return 0;
                *ret = unit;
                return 1;
        }
        return 0;
}

static int find_group(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret,
                sd_bus_error *error) {
        const Publication *publication = userdata;
        const char *id = strncmp(path, HAWD_GROUP_PATH "/", strlen(HAWD_GROUP_PATH "/")) == 0
                        ? path + strlen(HAWD_GROUP_PATH "/")
                        : "";
        const ProfileGroup *group;
        uint64_t number;

        /* Unique names: "007" is not group 7. */
        if (!text_u64((Bytes){ .data = (const uint8_t *) id, .n = strlen(id) }, 10, &number) ||
                        number > UINT32_MAX || (id[0] == '0' && id[1]))
                return 0;
        group = group_lookup(&publication->profile, (uint32_t) number);
        if (!group)
                return 0;
        *ret = (void *) group;
        return 1;
}

/* ── list of objects ───────────────────────────────────────────────────────────────────────────────────── */

static int list_paths(size_t n, char *(*path)(const Profile *profile, size_t i), const Profile *profile,
                char ***ret) {
        char **paths = calloc(n + 1, sizeof(char *));

        for (size_t i = 0; paths && i < n; i++) {
                paths[i] = path(profile, i);
                if (paths[i])
                        continue;
                while (i > 0)
                        free(paths[--i]);
                free(paths);
                return -ENOMEM;
        }
        *ret = paths;
        return paths ? 1 : -ENOMEM;
}

static char *iommu_at(const Profile *profile, size_t i) {
        return object_path_iommu(&profile->iommus[i]);
}

static char *group_at(const Profile *profile, size_t i) {
        return object_path_group(&profile->groups[i]);
}

static int list_iommus(sd_bus *bus, const char *prefix, void *userdata, char ***ret, sd_bus_error *error) {
        const Publication *publication = userdata;

        return list_paths(publication->profile.n_iommus, iommu_at, &publication->profile, ret);
}

static int list_groups(sd_bus *bus, const char *prefix, void *userdata, char ***ret, sd_bus_error *error) {
        const Publication *publication = userdata;

        return list_paths(publication->profile.n_groups, group_at, &publication->profile, ret);
}

int object_tree_attach(ObjectTree *tree, sd_bus *bus) {
        Publication *publication = &tree->served.publication;
        int r = gate_attach(&tree->gate, bus);

        if (r >= 0)
                r = sd_bus_add_object(bus, NULL, HAWD_PATH, managed_objects_call, tree);
        if (r >= 0)
                r = sd_bus_add_object_manager(bus, NULL, HAWD_PATH);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, NULL, HAWD_PATH, HAWD_HOST,
                                tree->served.interfaces.kinds[INTERFACE_HOST].vtable, publication);
        if (r >= 0)
                r = sd_bus_add_fallback_vtable(bus, NULL, HAWD_IOMMU_PATH, HAWD_IOMMU,
                                tree->served.interfaces.kinds[INTERFACE_IOMMU].vtable, find_iommu,
                                publication);
        if (r >= 0)
                r = sd_bus_add_node_enumerator(bus, NULL, HAWD_IOMMU_PATH, list_iommus, publication);
        if (r >= 0)
                r = sd_bus_add_fallback_vtable(bus, NULL, HAWD_GROUP_PATH, HAWD_GROUP,
                                tree->served.interfaces.kinds[INTERFACE_GROUP].vtable, find_group,
                                publication);
        if (r >= 0)
                r = sd_bus_add_node_enumerator(bus, NULL, HAWD_GROUP_PATH, list_groups, publication);
        return r < 0 ? r : 0;
}

void object_tree_detach(ObjectTree *tree) {
        polkit_cancel(&tree->polkit);
        gate_detach(&tree->gate);
}
