/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a guest in any form. All functions: the caller empties *ret with guest_done(); no default is filled
 * in; if files is NULL, files named on command lines are not read. 0, -EINVAL with *reterr filled,
 * -ENOMEM. */

#include "guest/form/words/vm.h"

typedef int VmDomainReader(const char *text, size_t n, Guest *ret, VmError *reterr);

/* Reads JSON of hawd or another VMM, a libvirt domain, a process's words, or text with a command line: a
 * script, a unit, a log, a process listing, a message that quotes one. Detects the form by its content. */
int vm_form_read(const char *text, size_t n, const VmFiles *files, VmDomainReader *domain, Guest *ret,
                VmError *reterr);

/* Reads the text of /proc/PID/cmdline. */
int vm_process_read(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr);

int vm_arguments_read(int argc, char **argv, const VmFiles *files, Guest *ret, VmError *reterr);
