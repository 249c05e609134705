/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a guest from text in any form. All functions return 0, -EINVAL with the error filled, or -ENOMEM. */

#include "guest/form/words/key-values.h"
#include "guest/form/words/words.h"
#include "guest/guest.h"

/* Maximum size of a guest's text, in bytes. */
#define VM_TEXT_MAX ((size_t) 16 << 20)
#define VM_NAME_MAX 64

typedef struct VmError {
        unsigned line;   /* from 1; 0: no line */
        char text[256];  /* printable */
        bool open_quote; /* a quote is not closed */
} VmError;

/* Reads files that a command line names, up to 1 MiB each. Returns 0 or -ENOMEM. If a file cannot be read,
 * *ret_why has the reason.
 *
 * The host's architecture is asked for when a description leaves it to the host (a script's "uname -m",
 * qemu-kvm), perhaps several times: 1, 0 (unknown), or an error that reading passes on. NULL: unknown. */
typedef struct VmFiles {
        int (*read)(void *userdata, const char *path, char **ret, size_t *ret_n, const char **ret_why);
        void *userdata;
        int (*architecture)(void *host, GuestArchitecture *ret);
        void *host;
} VmFiles;

/* The host's architecture, x86 if unknown. */
int vm_host_architecture(const VmFiles *files, GuestArchitecture *ret);

/* -EINVAL. */
int vm_error(VmError *error, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));

typedef struct Vm {
        Guest *guest;
        VmError *error;
        unsigned line;        /* current line */
        const VmFiles *files; /* NULL: files are not read */
        struct VmQemu *qemu;  /* QEMU only (qemu.h), else NULL */
} Vm;

int vm_fail(Vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Notes what is not understood and may move memory. */
int vm_ignore(Vm *vm, const char *what, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Notes what QEMU rejects on any host. */
int vm_refuse(Vm *vm, const char *what, const char *text);

/* Passes on 0 and -ENOMEM; turns -E2BIG into an error. */
int vm_bounded(Vm *vm, int r);

/* Parse values as QEMU does. The option is for errors. */
int vm_size(Vm *vm, const char *option, const char *text, uint64_t default_scale, uint64_t *ret);
int vm_number(Vm *vm, const char *option, const char *text, uint64_t max, uint64_t *ret);
int vm_boolean(Vm *vm, const char *option, const char *text, bool *ret);

/* Fails because of an option's unknown part. */
int vm_unknown_refuse(Vm *vm, const VmWords *words, const char *option, const char *text);

/* Rejects or notes an unknown word in an option's place. */
int vm_unknown_word(Vm *vm, const VmWords *words, const char *text);
