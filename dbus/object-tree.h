/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The objects under HAWD_PATH: the host, a child for each unit and each group, and an ObjectManager above them. */

#include <systemd/sd-bus.h>

#include "dbus/gate.h"
#include "dbus/interface.h"
#include "dbus/limit.h"
#include "dbus/polkit.h"
#include "dbus/publication.h"

typedef struct ObjectTree {
        Served served; /* first: the userdata of methods leads back to the tree by it */
        PublicationCalls calls;
        Polkit polkit;
        RateLimit refreshes;
        Gate gate;
} ObjectTree;

void object_tree_init(ObjectTree *tree, const PublicationCalls *calls);

/* Puts the objects on a bus; they go with it. -errno. */
int object_tree_attach(ObjectTree *tree, sd_bus *bus);

/* Before the bus is closed: calls that wait are forgotten. */
void object_tree_detach(ObjectTree *tree);

/* The path of a unit or group; free() it. NULL when out of memory. */
char *object_path_iommu(const ProfileIommu *iommu);
char *object_path_group(const ProfileGroup *group);
