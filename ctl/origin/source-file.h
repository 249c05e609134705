/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "ctl/command/options.h"
#include "profile/profile.h"

/* A host that an argument names: a profile document, a host tree, a capture, or a document on standard input ("-"). Both
 * return an exit status; on failure why is on standard error. */
int source_file_document(const Options *options, const char *name, json_t **ret);
int source_file_profile(const Options *options, const char *name, Profile *ret);
