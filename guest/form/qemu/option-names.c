/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/cmdline.h"

#include <stddef.h>
#include <string.h>

#include "probe/cleanup.h"

enum {
        ALONE = 1 << 0,    /* takes no value */
        HARMLESS = 1 << 1, /* does not affect the layout */
        VALUE = 1 << 2,    /* takes a value, and affects the layout */
};

/* Options of all releases since 2.6 (qemu-options.hx), and older ones still in scripts. */
static const struct {
        const char *name;
        unsigned flags;
} options[] = {
        { "D", HARMLESS },
        { "L", HARMLESS },
        { "S", ALONE | HARMLESS },
        { "acpitable", HARMLESS },
        { "action", HARMLESS },
        { "add-fd", HARMLESS },
        { "alt-grab", ALONE | HARMLESS },
        { "append", HARMLESS },
        { "async-teardown", ALONE | HARMLESS },
        { "audio", HARMLESS },
        { "audio-help", ALONE | HARMLESS },
        { "audiodev", HARMLESS },
        { "balloon", HARMLESS },
        { "boot", HARMLESS },
        { "bootp", HARMLESS },
        { "bt", HARMLESS },
        { "cdrom", HARMLESS },
        { "chardev", HARMLESS },
        { "chroot", HARMLESS },
        { "clock", HARMLESS },
        { "compat", HARMLESS },
        { "cpu", VALUE },
        { "ctrl-grab", ALONE | HARMLESS },
        { "curses", ALONE | HARMLESS },
        { "d", HARMLESS },
        { "daemonize", ALONE | HARMLESS },
        { "debugcon", HARMLESS },
        { "dfilter", HARMLESS },
        { "display", HARMLESS },
        { "dtb", HARMLESS },
        { "dump-vmstate", HARMLESS },
        { "echr", HARMLESS },
        { "enable-fips", ALONE | HARMLESS },
        { "enable-kvm", ALONE },
        { "enable-nesting", ALONE | HARMLESS },
        { "enable-sync-profile", ALONE | HARMLESS },
        { "fda", HARMLESS },
        { "fdb", HARMLESS },
        { "fsdev", HARMLESS },
        { "full-screen", ALONE | HARMLESS },
        { "g", HARMLESS },
        { "gdb", HARMLESS },
        { "h", ALONE | HARMLESS },
        { "hda", HARMLESS },
        { "hdachs", HARMLESS },
        { "hdb", HARMLESS },
        { "hdc", HARMLESS },
        { "hdd", HARMLESS },
        { "help", ALONE | HARMLESS },
        { "icount", HARMLESS },
        { "id", HARMLESS },
        { "incoming", HARMLESS },
        { "initrd", HARMLESS },
        { "iscsi", HARMLESS },
        { "jitdump", HARMLESS },
        { "k", HARMLESS },
        { "kernel", HARMLESS },
        { "kvm", ALONE },
        { "loadvm", HARMLESS },
        { "localtime", ALONE | HARMLESS },
        { "mem-path", HARMLESS },
        { "mem-prealloc", ALONE | HARMLESS },
        { "mlock", ALONE | HARMLESS },
        { "mon", HARMLESS },
        { "monitor", HARMLESS },
        { "msg", HARMLESS },
        { "mtdblock", HARMLESS },
        { "net", HARMLESS },
        { "nic", HARMLESS },
        { "no-acpi", ALONE | HARMLESS },
        { "no-fd-bootchk", ALONE | HARMLESS },
        { "no-frame", ALONE | HARMLESS },
        { "no-hpet", ALONE | HARMLESS },
        { "no-kvm", ALONE },
        { "no-kvm-irqchip", ALONE | HARMLESS },
        { "no-kvm-pit", ALONE | HARMLESS },
        { "no-kvm-pit-reinjection", ALONE | HARMLESS },
        { "no-quit", ALONE | HARMLESS },
        { "no-reboot", ALONE | HARMLESS },
        { "no-shutdown", ALONE | HARMLESS },
        { "no-user-config", ALONE | HARMLESS },
        { "nodefaults", ALONE | HARMLESS },
        { "nodefconfig", ALONE | HARMLESS },
        { "nographic", ALONE | HARMLESS },
        { "numa", HARMLESS },
        { "old-param", ALONE | HARMLESS },
        { "one-insn-per-tb", ALONE | HARMLESS },
        { "only-migratable", ALONE | HARMLESS },
        { "option-rom", HARMLESS },
        { "overcommit", HARMLESS },
        { "parallel", HARMLESS },
        { "perfmap", HARMLESS },
        { "pidfile", HARMLESS },
        { "plugin", HARMLESS },
        { "portrait", ALONE | HARMLESS },
        { "preconfig", ALONE | HARMLESS },
        { "qmp", HARMLESS },
        { "qmp-pretty", HARMLESS },
        { "readconfig", VALUE },
        { "realtime", HARMLESS },
        { "redir", HARMLESS },
        { "rotate", HARMLESS },
        { "rtc", HARMLESS },
        { "rtc-td-hack", ALONE | HARMLESS },
        { "run-with", HARMLESS },
        { "runas", HARMLESS },
        { "s", ALONE | HARMLESS },
        { "sandbox", HARMLESS },
        { "sd", HARMLESS },
        { "sdl", ALONE | HARMLESS },
        { "seed", HARMLESS },
        { "semihosting", ALONE | HARMLESS },
        { "semihosting-config", HARMLESS },
        { "serial", HARMLESS },
        { "set", VALUE },
        { "shim", HARMLESS },
        { "show-cursor", HARMLESS },
        { "singlestep", ALONE | HARMLESS },
        { "smb", HARMLESS },
        { "smbios", HARMLESS },
        { "smp", HARMLESS },
        { "snapshot", ALONE | HARMLESS },
        { "soundhw", HARMLESS },
        { "spice", HARMLESS },
        { "startdate", HARMLESS },
        { "tb-size", HARMLESS },
        { "tdf", ALONE | HARMLESS },
        { "tftp", HARMLESS },
        { "tpmdev", HARMLESS },
        { "trace", HARMLESS },
        { "usb", ALONE | HARMLESS },
        { "usbdevice", HARMLESS },
        { "uuid", HARMLESS },
        { "version", ALONE | HARMLESS },
        { "vga", HARMLESS },
        { "virtfs", HARMLESS },
        { "virtfs_synth", HARMLESS },
        { "virtioconsole", HARMLESS },
        { "vnc", HARMLESS },
        { "watchdog", HARMLESS },
        { "watchdog-action", HARMLESS },
        { "win2k-hack", ALONE | HARMLESS },
        { "writeconfig", HARMLESS },
        { "xen-attach", ALONE },
        { "xen-domid", VALUE },
        { "xen-domid-restrict", ALONE },
};

static bool has(const char *name, unsigned flags) {
        for (size_t i = 0; i < ELEMENTS(options); i++)
                if (strcmp(options[i].name, name) == 0)
                        return options[i].flags & flags;
        return false;
}

bool vm_option_is_harmless(const char *name) {
        return has(name, HARMLESS);
}

bool vm_option_stands_alone(const char *name) {
        return has(name, ALONE);
}

bool vm_option_has_value(const char *name) {
        return has(name, HARMLESS | VALUE);
}
