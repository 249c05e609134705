/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/managed-objects.h"

#include <errno.h>
#include <stdlib.h>

#include "dbus/object-tree.h"
#include "probe/cleanup.h"

/* Objects per step: about 2 ms. */
#define STEP 32
/* Estimated bytes per object (a group with one device: 650). */
#define OBJECT_BYTES 768

/* ── one object ────────────────────────────────────────────────────────────────────────────────────────── */

/* No properties if `own` is NULL. */
static int append_interface(sd_bus_message *reply, const char *name, const Interface *own,
                const Publication *publication, const void *object) {
        int r = sd_bus_message_open_container(reply, 'e', "sa{sv}");

        if (r >= 0)
                r = sd_bus_message_append_basic(reply, 's', name);
        if (r >= 0)
                r = own ? interface_append_all(own, publication, object, reply)
                        : sd_bus_message_append(reply, "a{sv}", 0);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

/* Takes over path. All objects have the first three interfaces, as in sd-bus. */
static int append_object(sd_bus_message *reply, char *path, const Interface *interface,
                const Publication *publication, const void *object) {
        static const char *const every[] = { "org.freedesktop.DBus.Peer",
                "org.freedesktop.DBus.Introspectable", "org.freedesktop.DBus.Properties" };
        int r = path ? sd_bus_message_open_container(reply, 'e', "oa{sa{sv}}") : -ENOMEM;

        if (r >= 0)
                r = sd_bus_message_append_basic(reply, 'o', path);
        free(path);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{sa{sv}}");
        for (size_t i = 0; i < ELEMENTS(every) && r >= 0; i++)
                r = append_interface(reply, every[i], NULL, publication, object);
        if (r >= 0)
                r = append_interface(reply, interface->name, interface, publication, object);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_at(sd_bus_message *reply, const ObjectTree *tree, size_t at) {
        const Publication *publication = &tree->served.publication;
        const Profile *profile = &publication->profile;
        const ProfileGroup *group;

        if (at < profile->n_iommus)
                return append_object(reply, object_path_iommu(&profile->iommus[at]),
                                &tree->served.interfaces.kinds[INTERFACE_IOMMU], publication,
                                &profile->iommus[at]);
        group = &profile->groups[at - profile->n_iommus];
        return append_object(reply, object_path_group(group),
                        &tree->served.interfaces.kinds[INTERFACE_GROUP], publication, group);
}

/* ── all objects ───────────────────────────────────────────────────────────────────────────────────────── */

static int begin(Job *job, const Publication *publication) {
        int r;

        job->reply = sd_bus_message_unref(job->reply);
        job->at = 0;
        job->generation = publication->generation;
        r = sd_bus_message_new_method_return(job->call, &job->reply);
        return r < 0 ? r : sd_bus_message_open_container(job->reply, 'a', "{oa{sa{sv}}}");
}

static int step(Job *job, sd_bus_error *error) {
        const ObjectTree *tree = job->userdata;
        const Publication *publication = &tree->served.publication;
        size_t n = publication->profile.n_iommus + publication->profile.n_groups, end;
        int r = 0;

        /* The answer must be consistent: restarts after a change. */
        if (!job->reply || job->generation != publication->generation || job->at > n)
                r = begin(job, publication);
        end = n - job->at > STEP ? job->at + STEP : n;
        for (; job->at < end && r >= 0; job->at++)
                r = append_at(job->reply, tree, job->at);
        if (r < 0 || end < n)
                return r < 0 ? r : 1;
        r = sd_bus_message_close_container(job->reply);
        if (r >= 0)
                r = sd_bus_send(NULL, job->reply, NULL);
        job->answer_bytes = n * OBJECT_BYTES;
        return r < 0 ? r : 0;
}

int managed_objects_call(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = userdata;
        const Profile *profile = &tree->served.publication.profile;
        const JobRequest request = { .answer_bytes = (profile->n_iommus + profile->n_groups) * OBJECT_BYTES,
                .step = step,
                .userdata = tree };

        if (!sd_bus_message_is_method_call(
                            call, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects") ||
                        !sd_bus_message_has_signature(call, ""))
                return 0;
        return gate_wait(&tree->gate, call, &request, error);
}
