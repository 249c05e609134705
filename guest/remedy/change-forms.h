/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes in the form of whoever manages the guest: each setting as the guest has it now, with the change in it. Where the
 * guest's own setting is not known (hawd's JSON) the changed part stands alone. */

#include "guest/remedy/change.h"

typedef struct ChangeForms {
        char *libvirt; /* whole elements; "" none */
        char *option; /* of QEMU, or of the VMM that it is, one a line, quoted for a shell (shell-word.h); "" none */
        char *proxmox;  /* a command; "" none */
        char note[256]; /* what has to be known of these forms; "" nothing */
} ChangeForms;

void change_forms_done(ChangeForms *forms);
/* All the changes, in that order, in one. -ENOMEM. */
int change_forms(const Guest *guest, const Change *changes, size_t n, ChangeForms *ret);
