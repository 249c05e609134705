/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "ctl/command/options.h"
#include "profile/profile.h"

/* Reads the profile that the options select: from the service, from --root, or in this process (--local,
 * or no service). Returns an exit status after printing the error. The caller empties ret. */
int source_profile(const Options *options, Profile *ret);

/* The same as the service's document, a new reference; *ret is NULL if this process must read the host
 * itself. */
int source_document(const Options *options, json_t **ret);

/* Reads --root, or this host, in this process. */
int source_local(const Options *options, Profile *ret);
