/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Readers for the input of all VMMs. The caller empties *ret with guest_done(); no default is filled in. 0,
 * -EINVAL with *reterr filled, -ENOMEM. */

#include "guest/form/words/vm.h"

/* Reads a command line, and the files it names unless files is NULL. */
int vm_command_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr);

struct json_t;

/* Reads the JSON of a VMM's own interface. -ENOENT: not a VMM's, may be hawd's. */
int vm_config_json_read(const struct json_t *document, Guest *ret, VmError *reterr);
