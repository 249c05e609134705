/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a guest of Xen from xl.cfg(5): what xl makes of each setting (tools/xl/xl_parse.c of Xen 4.14 to 4.22).
 * All functions return 0, -EINVAL with the error filled, or -ENOMEM. */

#include "guest/form/xen/config.h"

typedef struct Xl {
        Vm vm;
        const XlConfig *config;
        bool hvm;
} Xl;

/* The caller empties *ret with guest_done(); no default is filled in. */
int xl_read(const char *text, size_t n, Guest *ret, VmError *reterr);

/* Whether a text is probably an xl.cfg: assignments, one of them of a setting that each guest has. Comments and
 * settings without effect alone do not make one. */
bool xl_is_config(const char *text, size_t n);

/* Whether a Python program is probably a configuration of xend: it sets vif or builder. The text is terminated. */
bool xl_is_python(const char *text, size_t n);

/* Removes carriage returns, and the lines of a shell's prompt, of a text that was pasted. Line numbers stay.
 * The text is terminated behind its end. */
void xl_plain(char *text, size_t *n);

/* ── values, as xl reads them: a setting of the wrong kind is an error here, where xl only warns ─────────── */

/* Sets the line of further errors. NULL: not set. */
const XlSetting *xl_find(Xl *xl, const char *name);

/* A string or number. *ret is NULL if not set; it lives as long as the configuration. */
int xl_string(Xl *xl, const char *name, const char **ret);
/* As strtol(3) reads it: decimal, 0x or octal. *ret_set is false if not set. */
int xl_long(Xl *xl, const char *name, long *ret, bool *ret_set);
int xl_toggle(Xl *xl, const char *name, Tristate *ret);
/* In MiB, in the file; in bytes here, 0 not set. */
int xl_mebibytes(Xl *xl, const char *name, uint64_t *ret);
/* A list; *ret is NULL if not set. */
int xl_list(Xl *xl, const char *name, const XlValue **ret);
/* The strings of a list, up to its first list: xl reads no further. */
const char *xl_item(Xl *xl, const XlValue *list, size_t i);

/* ── settings ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Notes settings that xl ignores or hawd does not follow, and keeps all for remedies. */
int xl_settings_note(Xl *xl);

/* pci=, rdm=, passthrough=, dtdev=. */
int xl_assigned(Xl *xl);
/* Notes more vCPUs than Xen gives a guest that is not PV. */
int xl_vcpus(Vm *vm, const char *what, uint64_t n);
/* A word of passthrough=. False: libxl does not know it. */
bool xl_passthrough(GuestXen *xen, const char *word);

/* The devices that QEMU emulates, in its order. */
int xl_emulated(Xl *xl);
/* The devices of device_model_args= and device_model_args_hvm=. */
int xl_device_model(Xl *xl);
int xl_device_model_words(Vm *vm, const VmWords *words);

/* vif= with a model, or the default rtl8139. */
int xl_network_add(Vm *vm, size_t i, const char *model);

/* Whether a part of disk= names a disk on a SCSI bus (sda), for which libxl adds a controller. */
bool xl_disk_is_scsi(const char *text);

/* One emulated device with the BARs and ROM that hvmloader finds. Devices without memory are left out. */
int xl_emulated_add(Vm *vm, const char *name, const char *driver);
/* Adds a driver's small BARs to a device of this driver, which has its large ones. */
void xl_emulated_complete(GuestDevice *device, const char *driver);

/* One entry of pci=, "[DDDD:]BB:DD.F[@VSLOT][,KEY=VALUE...]". seized: without seize= in it. */
int xl_pci_read(Vm *vm, const char *text, bool seized);
/* A device by the name of "xl pci-assignable-add -n". */
int xl_pci_named(Vm *vm, const char *name);

/* ── libxl's JSON ──────────────────────────────────────────────────────────────────────────────────────── */

struct json_t;

/* Is it a domain of libxl, or a list of them? */
bool xl_json_is(const struct json_t *document);
int xl_json_read(const struct json_t *document, Guest *ret, VmError *reterr);
/* Notes what hawd does not follow; `build` is b_info, `hvm` its type.hvm, or NULL. */
int xl_json_note(Vm *vm, const struct json_t *build, const struct json_t *hvm);
/* Of a running guest: undoes what the balloon did to memory=. `config` is its member of the document. */
void xl_json_settle(const struct json_t *document, const struct json_t *config, Guest *guest);
