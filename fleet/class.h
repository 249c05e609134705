/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a host is to guests that name none of its devices by address: a profile without everything that check,
 * migration and compare do not read of it. Hosts with the same are one class, whatever their names, models and
 * slots. Pure.
 *
 * A class is stored as a short text. Its first line is the form's version, so that the keys of two versions of
 * hawd differ where the text means something else. */

#include <stdbool.h>
#include <stddef.h>

#include "fleet/summary.h"
#include "profile/profile.h"

#define CLASS_KEY_SIZE 65

typedef struct HostClass {
        char key[CLASS_KEY_SIZE]; /* SHA-256 of the text, lower-case hexadecimal */
        /* Reduced; owned. Facts have no source. Without devices, mediated devices and findings; the reason of
         * the devices is NOT_APPLICABLE. The kernel's release stands for all to which the rules answer alike. Groups and units
         * are one of each kind: groups that are only bridges are left out where there are others, and those that
         * cannot be assigned have neither width nor regions. `regions` and `reserved` are of all groups, without
         * relaxable ones. */
        Profile profile;
        char pool[CLASS_KEY_SIZE]; /* of a summary, which lacks what decides it; "" otherwise */
} HostClass;

/* The class's text: equal for two hosts of one class; the caller frees it. -ENOMEM. */
int host_class_pack(const Profile *host, char **ret, size_t *ret_n);

/* What a summary has of its class, as a text of the same form; its key is not that of the class. -ENOMEM. */
int host_class_pack_summary(const Summary *summary, char **ret, size_t *ret_n);
/* Whether that could be the summary of a host of the class. */
bool host_class_has_summary(const HostClass *class, const HostClass *summary);

/* The key of such a text. */
void host_class_key(const char *text, size_t n, char ret[static CLASS_KEY_SIZE]);

/* Reads it back. -EINVAL: not such a text; -ENOMEM. */
int host_class_unpack(const char *text, size_t n, HostClass *ret);

/* The class of a host. -ENOMEM. */
int host_class(const Profile *host, HostClass *ret);
void host_class_done(HostClass *class);

/* The pool key of documents: hosts with the same can exchange guests in both directions, by the rules of compare.
 * False: what decides that is unknown, and the class is in no pool, not even with itself. That of a summary is what
 * the summary says. */
bool host_class_pool_key(const HostClass *class, char ret[static CLASS_KEY_SIZE]);

/* What hosts are put in pools by: that key, and with it the architecture, the vendor and the widths, which a
 * summary has, too. A summary whose key contradicts them is in no other host's pool. */
bool host_class_pool(const HostClass *class, char ret[static CLASS_KEY_SIZE]);
