/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/words/qemu-program.h"

#include <stddef.h>
#include <string.h>

#include "probe/cleanup.h"

/* "qemu-system-x86_64.log" and others that only have its name. */
static bool is_its_file(const char *name) {
        static const char *const ends[] = { ".log", ".service", ".socket", ".conf", ".pid", ".sock", ".txt",
                ".md", ".deb", ".rpm", ".gz", ".desktop", ".core", ".c", ".qcow2", ".img", ".iso" };
        const char *point = strrchr(name, '.');

        /* It speaks: "qemu-system-x86_64: -device ...: failed". */
        if (*name && name[strlen(name) - 1] == ':')
                return true;
        for (size_t i = 0; point && i < ELEMENTS(ends); i++)
                if (strcmp(point, ends[i]) == 0)
                        return true;
        return false;
}

const char *qemu_program_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

QemuProgram qemu_program(const char *path) {
        /* The first that fits. */
        static const struct {
                const char *name;
                bool goes_on;
                QemuProgram program;
        } programs[] = {
                { "qemu-system-x86_64", true, QEMU_PROGRAM_X86_64 },
                { "qemu-system-i386", true, QEMU_PROGRAM_I386 },
                { "qemu-system-x86", false, QEMU_PROGRAM_NONE }, /* Debian's package */
                { "qemu-system-", true, QEMU_PROGRAM_FOREIGN },
                { "qemu-kvm", false, QEMU_PROGRAM_KVM },
                { "qemu-kvm-wrapped", false, QEMU_PROGRAM_KVM },
                { "kvm-spice", false, QEMU_PROGRAM_KVM },
                { "kvm", false, QEMU_PROGRAM_KVM },
                { "qemu", false, QEMU_PROGRAM_SHORT },
                { "cloud-hypervisor", false, QEMU_PROGRAM_CLOUD_HYPERVISOR },
                { "cloud-hypervisor-static", false, QEMU_PROGRAM_CLOUD_HYPERVISOR },
        };
        const char *name = qemu_program_name(path);

        /* "--device=/dev/kvm", "/srv/kvm:/kvm"; but "C:/qemu" is a path. */
        if (strncmp(path, "/dev/", 5) == 0 || *path == '-' || is_its_file(name) ||
                        strcspn(path, "=") < (size_t) (name - path) ||
                        (name > path + 2 && strcspn(path + 2, ":") + 2 < (size_t) (name - path)))
                return QEMU_PROGRAM_NONE;
        /* ".qemu-system-x86_64-wrapped": a wrapper of Nix's has the plain name. */
        name += name[0] == '.' && name[1] == 'q';
        for (size_t i = 0; i < ELEMENTS(programs); i++)
                if (programs[i].goes_on ? strncmp(name, programs[i].name, strlen(programs[i].name)) == 0
                                        : strcmp(name, programs[i].name) == 0)
                        return programs[i].program;
        return QEMU_PROGRAM_NONE;
}

bool qemu_program_is_process(const char *name) {
        QemuProgram kind = qemu_program(name);

        return kind != QEMU_PROGRAM_NONE && kind != QEMU_PROGRAM_SHORT;
}
