/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest in whichever form it is described. All functions: *ret to be emptied with guest_done(), without defaults; with files
 * being NULL none is read that a command line names. 0, -EINVAL with *reterr filled, -ENOMEM. */

#include "guest/form/words/vm.h"

typedef int VmDomainReader(const char *text, size_t n, Guest *ret, VmError *reterr);

/* hawd's JSON or another VMM's, a libvirt domain, the words of a process, or text that has a command line somewhere: a script, a
 * unit, a log, a listing of processes, a message with a copy of one of these. Which it is shows at its start, and in its
 * lines. */
int vm_form_read(const char *text, size_t n, const VmFiles *files, VmDomainReader *domain, Guest *ret,
                VmError *reterr);

/* What the kernel has as a process's command line. */
int vm_process_read(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr);

int vm_arguments_read(int argc, char **argv, const VmFiles *files, Guest *ret, VmError *reterr);
