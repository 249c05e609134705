/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest on its way from a text of whichever form into the struct. All functions: 0, -EINVAL with the error filled, or
 * -ENOMEM. */

#include "guest/form/words/key-values.h"
#include "guest/form/words/words.h"
#include "guest/guest.h"

/* The most that a form of a guest may be long. */
#define VM_TEXT_MAX ((size_t) 16 << 20)
#define VM_NAME_MAX 64

typedef struct VmError {
        unsigned line;   /* from 1; 0 when there are none */
        char text[256];  /* printable */
        bool open_quote; /* it is a quote that does not end */
} VmError;

/* How the files are read that a command line names, up to 1 MiB each. 0, or -ENOMEM; or *ret_why, why it is not known, is not
 * NULL. */
typedef struct VmFiles {
        int (*read)(void *userdata, const char *path, char **ret, size_t *ret_n, const char **ret_why);
        void *userdata;
} VmFiles;

/* -EINVAL. */
int vm_error(VmError *error, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));

typedef struct Vm {
        Guest *guest;
        VmError *error;
        unsigned line;        /* of what is read now */
        const VmFiles *files; /* NULL: none is looked into */
        struct VmQemu *qemu;  /* of QEMU's options (qemu.h); NULL of another VMM */
} Vm;

int vm_fail(Vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What is not understood, and may move memory. */
int vm_ignore(Vm *vm, const char *what, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What QEMU ends on, whatever the host is. */
int vm_refuse(Vm *vm, const char *what, const char *text);

/* 0 and -ENOMEM as they are; -E2BIG, too much of something, becomes an error. */
int vm_bounded(Vm *vm, int r);

/* Values as QEMU takes them; the option is for the error. */
int vm_size(Vm *vm, const char *option, const char *text, uint64_t default_scale, uint64_t *ret);
int vm_number(Vm *vm, const char *option, const char *text, uint64_t max, uint64_t *ret);
int vm_boolean(Vm *vm, const char *option, const char *text, bool *ret);

/* An option's value needs what is unknown in it. */
int vm_unknown_refuse(Vm *vm, const VmWords *words, const char *option, const char *text);

/* The word stands where an option could be. */
int vm_unknown_word(Vm *vm, const VmWords *words, const char *text);
