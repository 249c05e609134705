/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Texts with a command line somewhere, by their kinds. All functions: 0, -EINVAL with *reterr filled, or -ENOMEM. */

#include "guest/form/words/vm.h"

/* ── a text without what mail programs, terminals, journals and web pages put around it ────────────────── */

typedef struct TextCopy {
        char *buffer; /* owned */
        char *text;   /* within the buffer, a NUL behind it */
        size_t n;
        unsigned line; /* of its first line in the input */
        bool quoted;   /* of a message: lines may be broken at any blank */
} TextCopy;

void text_copy_done(TextCopy *copy);

/* 0, or -ENOMEM. Lines stay lines. */
int text_copy_make(const char *text, size_t n, TextCopy *ret);

/* From there on, up to the end given. */
void text_copy_cut(TextCopy *copy, const char *start, const char *end);

/* The first word of a line that names a QEMU; NULL: none does. */
const char *text_find_program(const char *line, const char *end);

/* ── programs in other languages than the shell's, which start QEMU too ────────────────────────────────── */

int text_kind_refuse(TextCopy *copy, VmError *reterr);

/* ── processes as ps, pgrep and systemctl print them: columns, and then the words without any quotes ──── */

bool text_is_listing(const TextCopy *copy);

/* The words of the first QEMU. */
int text_listing_words(const TextCopy *copy, VmWords *ret, VmError *reterr);

/* ── logs: libvirt's, one for a domain (/var/log/libvirt/qemu), and Proxmox's tasks ────────────────────── */

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

/* ── systemd units (systemd.service(5), systemd.exec(5)) ───────────────────────────────────────────────── */

bool text_is_unit(const TextCopy *copy);

/* Its ExecStart= lines, with the variables of Environment=. -ENOENT: it has no ExecStart=. */
int text_unit_read(const TextCopy *copy, const VmFiles *files, Guest *ret, VmError *reterr);
