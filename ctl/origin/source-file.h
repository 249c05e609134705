/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "ctl/command/options.h"
#include "profile/profile.h"

/* Reads a host named by an argument: a profile document, a host tree, a capture, or a document on
 * standard input ("-"). All return an exit status after printing the error. */
int source_file_document(const Options *options, const char *name, json_t **ret);

/* The same for two hosts, of which one may be "-". The caller owns what was read, also after an error. */
int source_file_documents(const Options *options, char **names, json_t **ret_first, json_t **ret_second);
int source_file_profile(const Options *options, const char *name, Profile *ret);
