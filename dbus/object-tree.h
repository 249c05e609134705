/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Objects under HAWD_PATH: the host, one child per unit and group, and an ObjectManager. */

#include <systemd/sd-bus.h>

#include "dbus/gate.h"
#include "dbus/interface.h"
#include "dbus/limit.h"
#include "dbus/polkit.h"
#include "dbus/publication.h"

typedef struct ObjectTree {
        Served served; /* must be first: the userdata of methods is cast to the tree */
        PublicationCalls calls;
        Polkit polkit;
        RateLimit refreshes;
        Gate gate;
} ObjectTree;

void object_tree_init(ObjectTree *tree, const PublicationCalls *calls);

/* Adds the objects to a bus, until it closes. -errno. */
int object_tree_attach(ObjectTree *tree, sd_bus *bus);

/* Call before closing the bus: drops waiting calls. */
void object_tree_detach(ObjectTree *tree);

/* Path of a unit or group; free() it. NULL: out of memory. */
char *object_path_iommu(const ProfileIommu *iommu);
char *object_path_group(const ProfileGroup *group);
