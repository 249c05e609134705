/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Logs that have command lines: libvirt's, one for a domain (/var/log/libvirt/qemu), which grows with every start, and
 * Proxmox's tasks. */

#include "guest/form/text/copy.h"
#include "guest/guest.h"

typedef struct TextLog {
        GuestVersion version; /* of the QEMU that was started; all zero: not told */
        char package[64];     /* of it, "" not told */
} TextLog;

/* The last start of a libvirt log; any other text stays whole. */
void text_log_cut(TextCopy *copy, TextLog *ret);

/* What the log says of the guest beside its command line. 0, or -ENOMEM. */
int text_log_finish(const TextLog *log, Guest *guest);

/* The command of "start failed: command '/usr/bin/kvm …' failed: …"; false where there is none. */
bool text_task_error(TextCopy *copy);
