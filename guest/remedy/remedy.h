/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes in words and in the form of the guest's manager: each setting as the guest has it, with the change
 * applied. If the setting is not known (hawd's JSON), only the changed part is shown. */

#include <inttypes.h>

#include "guest/change.h"

#define CHANGE_WORDS_MAX 160

void change_words(const Change *change, const Guest *guest, char ret[CHANGE_WORDS_MAX]);

void change_forms_done(ChangeForms *forms);
/* Combines all changes, in order. -ENOMEM. */
int change_forms(const Guest *guest, const Change *changes, size_t n, ChangeForms *ret);

/* ── one manager's form ────────────────────────────────────────────────────────────────────────────────── */

/* Whether <qemu:commandline> sets what the change is about. */
bool change_is_argument(const ChangeRun *run, const Change *change);
/* The size of OVMF's window, for uint64_t MiB, as the value of -fw_cfg. In a domain it must be in <qemu:commandline>:
 * libvirt reserves names below opt/ovmf/ in <sysinfo type='fwcfg'>. */
#define OVMF_WINDOW_FORMAT "name=opt/ovmf/X-PciMmio64Mb,string=%" PRIu64
#define LIBVIRT_QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"
void change_element(ChangeRun *run, const Change *change);
/* "qm set ..." for all changes at once. NULL: out of memory. */
char *change_proxmox(ChangeRun *run, const Change *changes, size_t n);
