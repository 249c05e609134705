/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the VMMs themselves take, each told by whose it is. *ret is to be emptied with guest_done(); no default is filled in. 0,
 * -EINVAL with *reterr filled, -ENOMEM. */

#include "guest/form/words/vm.h"

/* A command line. With files being NULL none is read that it names. */
int vm_command_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr);

struct json_t;

/* The JSON that a VMM's own interface takes. -ENOENT: it is none's, and may be hawd's. */
int vm_config_json_read(const struct json_t *document, Guest *ret, VmError *reterr);
