/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/cloud-hypervisor/ch.h"
#include "probe/cleanup.h"

typedef enum Takes {
        TAKES_NOTHING,
        TAKES_ONE,
        TAKES_MANY,  /* all words up to the next option */
        TAKES_MAYBE, /* one or none */
} Takes;

static int set_igvm(Ch *ch, const char *text) {
        ch->starts = true;
        return ch_ignore(ch, "--igvm", "the content of an IGVM file is unknown");
}

static int set_mapped(Ch *ch, const char *text) {
        return ch_ignore(ch, "--user-device",
                        "a device that accesses guest memory; hawd does not support it");
}

static int set_vdpa(Ch *ch, const char *text) {
        return ch_ignore(ch, "--vdpa", "a device that accesses guest memory; hawd does not support it");
}

static int set_sgx(Ch *ch, const char *text) {
        return ch_ignore(ch, "--sgx-epc", "enclave memory is not supported");
}

static int set_restore(Ch *ch, const char *text) {
        return vm_fail(&ch->vm, "--restore: the machine is in the snapshot: use its config.json");
}

/* Options of all releases since 15, also of builds with more features. */
static const struct {
        const char *name;
        Takes takes;
        ChSection section;                    /* 0: has no effect */
        int (*set)(Ch *ch, const char *text); /* reads it instead */
} options[] = {
        { "api-socket", TAKES_ONE },
        { "balloon", TAKES_ONE },
        { "cmdline", TAKES_ONE },
        { "console", TAKES_ONE },
        { "cpus", TAKES_ONE, CH_CPUS },
        { "dbus-object-path", TAKES_ONE },
        { "dbus-service-name", TAKES_ONE },
        { "dbus-system-bus", TAKES_NOTHING },
        { "debug-console", TAKES_ONE },
        { "device", TAKES_MANY, CH_DEVICE },
        { "disk", TAKES_MANY, CH_SMALL },
        { "event-monitor", TAKES_ONE },
        { "firmware", TAKES_ONE, 0, ch_firmware },
        { "fs", TAKES_MANY, CH_FS },
        { "fw-cfg-config", TAKES_ONE },
        { "gdb", TAKES_ONE },
        { "generic-vhost-user", TAKES_MANY, CH_SMALL },
        { "host-data", TAKES_ONE },
        { "igvm", TAKES_ONE, 0, set_igvm },
        { "initramfs", TAKES_ONE },
        { "ivshmem", TAKES_ONE, CH_IVSHMEM },
        { "kernel", TAKES_ONE, 0, ch_kernel },
        { "landlock", TAKES_NOTHING },
        { "landlock-rules", TAKES_MANY },
        { "log-file", TAKES_ONE },
        { "log-format", TAKES_ONE },
        { "memory", TAKES_ONE, CH_MEMORY },
        { "memory-zone", TAKES_MANY, CH_ZONE },
        { "net", TAKES_MANY, CH_SMALL },
        { "no-shutdown", TAKES_NOTHING },
        { "numa", TAKES_MANY },
        { "pci-segment", TAKES_MANY, CH_SEGMENT },
        { "platform", TAKES_ONE, CH_PLATFORM },
        { "pmem", TAKES_MANY, CH_PMEM },
        { "pvmemcontrol", TAKES_NOTHING },
        { "pvpanic", TAKES_NOTHING },
        { "rate-limit-group", TAKES_MANY },
        { "restore", TAKES_ONE, 0, set_restore },
        { "rng", TAKES_MAYBE, CH_SMALL }, /* clap 2 adds its default, /dev/urandom */
        { "rtc", TAKES_MAYBE },
        { "seccomp", TAKES_ONE },
        { "serial", TAKES_ONE },
        { "sgx-epc", TAKES_MANY, 0, set_sgx },
        { "tpm", TAKES_ONE },
        { "user-device", TAKES_MANY, 0, set_mapped },
        { "vdpa", TAKES_MANY, 0, set_vdpa },
        { "vsock", TAKES_ONE, CH_SMALL },
        { "watchdog", TAKES_NOTHING },
};

static int set_values(Ch *ch, ChSection section, const char *name, const char *text) {
        _cleanup_(key_values_done) KeyValues values = {};
        char where[48];
        int r = ch_values_parse(text, &values);

        snprintf(where, sizeof(where), "--%s", name);
        if (r == -EINVAL)
                return vm_fail(&ch->vm, "%s: expected KEY=VALUE,..., not '%.100s'", where, text);
        return r < 0 ? r : ch_section(ch, section, where, &values);
}

static int set_one(Ch *ch, size_t i, const char *text) {
        /* Any kernel will do. */
        if (options[i].set == ch_kernel && vm_has_mark(text))
                return ch_kernel(ch, "");
        if (options[i].set && vm_has_mark(text)) {
                char name[32];

                snprintf(name, sizeof(name), "-%s", options[i].name);
                return vm_unknown_refuse(&ch->vm, ch->words, name, text);
        }
        if (options[i].set)
                return options[i].set(ch, text);
        return options[i].section ? set_values(ch, options[i].section, options[i].name, text) : 0;
}

/* Also "--memory=size=4G". Returns the number of words used as values, or an error. */
static int read_option(Ch *ch, const char *text, const VmWord *behind, size_t n_behind) {
        size_t n = strcspn(text, "="), i = 0, taken = 0;
        const char *value = text[n] ? text + n + 1 : NULL;
        int r = 0;

        while (i < ELEMENTS(options) &&
                        (strlen(options[i].name) != n || memcmp(options[i].name, text, n) != 0))
                i++;
        if (i == ELEMENTS(options)) {
                char what[64];

                snprintf(what, sizeof(what), "--%.*s", (int) (n < 50 ? n : 50), text);
                r = ch_ignore(ch, what, "not understood");
                while (r >= 0 && !value && taken < n_behind && !vm_option_name(behind[taken].text))
                        taken++;
                return r < 0 ? r : (int) taken;
        }
        if (options[i].takes == TAKES_NOTHING)
                return value ? vm_fail(&ch->vm, "--%s: expected no value", options[i].name) : 0;
        if (value)
                return set_one(ch, i, value);
        while (r >= 0 && taken < n_behind && (taken == 0 || options[i].takes == TAKES_MANY) &&
                        !vm_option_name(behind[taken].text)) {
                ch->vm.line = behind[taken].line;
                r = set_one(ch, i, behind[taken++].text);
        }
        if (r >= 0 && taken == 0 && options[i].takes != TAKES_MAYBE)
                return vm_fail(&ch->vm, "--%s: expected a value", options[i].name);
        return r < 0 ? r : (int) taken;
}

int ch_options(Ch *ch, const VmWord *words, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const char *text = words[i].text;
                int r;

                ch->vm.line = words[i].line;
                /* -v, -vv; -V prints the version. */
                if (text[0] == '-' && text[1] && text[1 + strspn(text + 1, "v")] == 0)
                        continue;
                if (strcmp(text, "-V") == 0 || strcmp(text, "--version") == 0 || strcmp(text, "-h") == 0 ||
                                strcmp(text, "--help") == 0)
                        return vm_fail(&ch->vm,
                                        "%s: only prints information: expected the command line of a "
                                        "machine",
                                        text);
                if (vm_has_mark(text))
                        return vm_unknown_refuse(&ch->vm, ch->words, "", text);
                if (strncmp(text, "--", 2) != 0 || !text[2])
                        return vm_fail(&ch->vm, "expected an option of cloud-hypervisor, not '%.100s'",
                                        text);
                r = read_option(ch, text + 2, words + i + 1, n - i - 1);
                if (r < 0)
                        return r;
                i += (size_t) r;
        }
        ch->vm.line = 0;
        return 0;
}

static int read_words(Ch *ch, const VmWord *words, size_t n) {
        int r = ch_options(ch, words, n);

        if (r >= 0 && !ch->machine && !ch->starts)
                return vm_fail(&ch->vm,
                                "this cloud-hypervisor receives its machine through its API socket: use the "
                                "output of 'ch-remote --api-socket PATH info'");
        if (r >= 0 && !ch->starts)
                return vm_fail(&ch->vm, "expected --kernel or --firmware");
        return r < 0 ? r : ch_finish(ch);
}

int ch_cmdline_read(const VmWords *words, size_t first, Guest *ret, VmError *reterr) {
        Guest guest = { .vmm = VMM_CLOUD_HYPERVISOR,
                .by_host = true,
                .machine = MACHINE_CLOUD_HYPERVISOR,
                .kvm = true };
        Ch ch = { .words = words, .vm = { .guest = &guest, .error = reterr } };
        int r;

        /* Default of the program: 512 MiB. */
        guest.memory.ram = UINT64_C(512) << 20;
        r = first < words->n ? read_words(&ch, words->items + first, words->n - first)
                             : read_words(&ch, NULL, 0);
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}
