/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Texts that contain a command line, by kind. All functions return 0, -EINVAL with *reterr filled, or
 * -ENOMEM. */

#include "guest/form/words/vm.h"

/* ── a text without the additions of mail programs, terminals, journals and web pages ──────────────────── */

typedef struct TextCopy {
        char *buffer; /* owned */
        char *text;   /* within the buffer, NUL-terminated */
        size_t n;
        unsigned line; /* input line of its first line */
        bool quoted;   /* in a message: lines may break at any blank */
} TextCopy;

void text_copy_done(TextCopy *copy);

/* Line breaks stay. 0, or -ENOMEM. */
int text_copy_make(const char *text, size_t n, TextCopy *ret);

/* Keeps the text from start to end. */
void text_copy_cut(TextCopy *copy, const char *start, const char *end);

/* The first word of a line that is a QEMU program, or NULL. */
const char *text_find_program(const char *line, const char *end);

/* ── programs in other languages than the shell's ──────────────────────────────────────────────────────── */

int text_kind_refuse(TextCopy *copy, VmError *reterr);

/* ── processes as ps, pgrep and systemctl print them: columns, then unquoted words ─────────────────────── */

bool text_is_listing(const TextCopy *copy);

/* Words of the first QEMU. */
int text_listing_words(const TextCopy *copy, VmWords *ret, VmError *reterr);

/* ── logs: libvirt's, one for a domain (/var/log/libvirt/qemu), and Proxmox's tasks ────────────────────── */

typedef struct TextLog {
        GuestVersion version; /* QEMU's; all zero: not known */
        char package[64];     /* "": not known */
} TextLog;

/* Cuts a libvirt log to its last start; other text is unchanged. */
void text_log_cut(TextCopy *copy, TextLog *ret);

/* Adds the log's other facts to the guest. Returns 0 or -ENOMEM. */
int text_log_finish(const TextLog *log, Guest *guest);

/* Cuts to the command of "start failed: command '/usr/bin/kvm …' failed: …"; false if not found. */
bool text_task_error(TextCopy *copy);

/* ── systemd units (systemd.service(5), systemd.exec(5)) ───────────────────────────────────────────────── */

bool text_is_unit(const TextCopy *copy);

/* Reads ExecStart= with the variables of Environment=. -ENOENT: no ExecStart=. */
int text_unit_read(const TextCopy *copy, const VmFiles *files, Guest *ret, VmError *reterr);
