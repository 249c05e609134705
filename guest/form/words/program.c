/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/words/program.h"

#include <stdio.h>
#include <string.h>

#include "guest/machine.h"
#include "guest/vmm/qemu/qemu.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* ── by name ───────────────────────────────────────────────────────────────────────────────────────────── */

/* Files with QEMU's name, such as "qemu-system-x86_64.log". */
static bool is_its_file(const char *name) {
        static const char *const ends[] = { ".log", ".service", ".socket", ".conf", ".pid", ".sock", ".txt",
                ".md", ".deb", ".rpm", ".gz", ".desktop", ".core", ".c", ".qcow2", ".img", ".iso" };
        const char *point = strrchr(name, '.');

        /* Its output: "qemu-system-x86_64: -device ...: failed". */
        if (*name && name[strlen(name) - 1] == ':')
                return true;
        return point && VM_ONE_OF(point, ends);
}

const char *qemu_program_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

QemuProgram qemu_program(const char *path) {
        /* The first match. */
        static const struct {
                const char *name;
                bool goes_on;
                QemuProgram program;
        } programs[] = {
                { "qemu-system-x86_64", true, QEMU_PROGRAM_X86_64 },
                { "qemu-system-i386", true, QEMU_PROGRAM_I386 },
                { "qemu-system-x86", false, QEMU_PROGRAM_NONE }, /* Debian's package */
                { "qemu-system-aarch64", true, QEMU_PROGRAM_AARCH64 },
                { "qemu-system-arm64", true, QEMU_PROGRAM_AARCH64 },
                { "qemu-system-", true, QEMU_PROGRAM_FOREIGN },
                { "qemu-kvm", false, QEMU_PROGRAM_KVM },
                { "qemu-kvm-wrapped", false, QEMU_PROGRAM_KVM },
                { "kvm-spice", false, QEMU_PROGRAM_KVM },
                { "kvm", false, QEMU_PROGRAM_KVM },
                { "qemu", false, QEMU_PROGRAM_SHORT },
        };
        const char *name = qemu_program_name(path);
        VmmKind other;

        /* "--device=/dev/kvm", "/srv/kvm:/kvm"; "C:/qemu" is a path. */
        if (strncmp(path, "/dev/", 5) == 0 || *path == '-' || is_its_file(name) ||
                        strcspn(path, "=") < (size_t) (name - path) ||
                        (name > path + 2 && strcspn(path + 2, ":") + 2 < (size_t) (name - path)))
                return QEMU_PROGRAM_NONE;
        /* ".qemu-system-x86_64-wrapped" is a Nix wrapper of the plain name. */
        name += name[0] == '.' && name[1] == 'q';
        for (size_t i = 0; i < ELEMENTS(programs); i++)
                if (programs[i].goes_on ? strncmp(name, programs[i].name, strlen(programs[i].name)) == 0
                                        : strcmp(name, programs[i].name) == 0)
                        return programs[i].program;
        return vmm_of_program(name, &other) ? QEMU_PROGRAM_OTHER : QEMU_PROGRAM_NONE;
}

bool qemu_program_is_process(const char *name) {
        QemuProgram kind = qemu_program(name);

        return kind != QEMU_PROGRAM_NONE && kind != QEMU_PROGRAM_SHORT;
}

/* ── by options ────────────────────────────────────────────────────────────────────────────────────────── */

/* "help", "?", "e1000,help", "type=help". */
static bool asks(const char *value) {
        const char *comma = strrchr(value, ','), *last = comma ? comma + 1 : value;
        const char *equals = comma ? NULL : strchr(value, '=');

        if (equals)
                last = equals + 1;
        return strcmp(last, "help") == 0 || strcmp(last, "?") == 0;
}

bool vm_is_query(const VmWord *words, size_t n) {
        static const char *const alone[] = { "h", "help", "version", "audio-help" };
        static const char *const with_help[] = { "M", "accel", "audio", "audiodev", "chardev", "cpu", "d",
                "device", "display", "fsdev", "L", "machine", "net", "netdev", "nic", "object", "soundhw",
                "tpmdev", "trace", "vga", "watchdog" };

        for (size_t i = 0; i < n; i++) {
                const char *name = vm_option_name(words[i].text);

                if (!name)
                        continue;
                if (VM_ONE_OF(name, alone))
                        return true;
                if (i + 1 < n && VM_ONE_OF(name, with_help) && asks(words[++i].text))
                        return true;
        }
        return false;
}

unsigned vm_count_options(const VmWord *words, size_t n) {
        static const char *const names[] = { "M", "accel", "blockdev", "chardev", "cpu", "device", "drive",
                "enable-kvm", "m", "machine", "netdev", "nodefaults", "object", "smp" };
        unsigned found = 0, count = 0;

        for (size_t i = 0; i < n; i++) {
                const char *name = vm_option_name(words[i].text);

                for (size_t j = 0; name && j < ELEMENTS(names); j++)
                        if (strcmp(name, names[j]) == 0)
                                found |= 1U << j;
        }
        for (; found; found &= found - 1)
                count++;
        return count;
}

/* ── the program's word ────────────────────────────────────────────────────────────────────────────────── */

/* "sudo -u qemu", "-g kvm": an account. "systemd-run --user" takes no value. */
static bool is_account(const VmWord *words, size_t i) {
        static const char *const behind[] = { "-u", "-g", "--user", "--group", "--reuid", "--regid", "su",
                "sg", "newgrp", "group" };

        if (i == 0 || !VM_ONE_OF(words[i - 1].text, behind))
                return false;
        for (size_t j = 0; j + 1 < i; j++)
                if (strcmp(qemu_program_name(words[j].text), "systemd-run") == 0)
                        return false;
        return true;
}

/* "perf kvm stat": a subcommand. */
static bool is_subcommand(const VmWord *words, size_t i) {
        return i > 0 && strcmp(qemu_program_name(words[i - 1].text), "perf") == 0;
}

static bool has_option(const VmWord *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (vm_option_name(words[i].text) || vm_has_mark(words[i].text))
                        return true;
        return false;
}

size_t vm_program_find(const VmWord *words, size_t n) {
        size_t bare = n;

        for (size_t i = 0; i < n; i++) {
                QemuProgram program = QEMU_PROGRAM_NONE;

                if (!strpbrk(words[i].text, " \t\r\n") && !is_account(words, i) && !is_subcommand(words, i))
                        program = qemu_program(words[i].text);
                if (program == QEMU_PROGRAM_NONE)
                        continue;
                if (has_option(words + i + 1, n - i - 1))
                        return i;
                /* "qemu" alone is often a directory or an image. */
                if (bare == n && (i == 0 || program != QEMU_PROGRAM_SHORT))
                        bare = i;
        }
        return bare;
}

/* Programs with options like QEMU's, or that start QEMU with other options. */
static bool is_other(const char *word) {
        static const char *const starts[] = { "python", "perl", "ruby", "node", "bash", "sh", "lua", "php",
                "go", "cargo", "make", "ninja", "docker", "podman", "cloud-hypervisor", "crosvm",
                "firecracker", "virt-install", "virsh", "xl" };
        static const char *const ends[] = { ".py", ".pl", ".rb", ".sh", ".bash", ".js" };
        const char *name = qemu_program_name(word), *point = strrchr(name, '.');

        for (size_t i = 0; i < ELEMENTS(starts); i++)
                if (strncmp(name, starts[i], strlen(starts[i])) == 0)
                        return true;
        return point && VM_ONE_OF(point, ends);
}

size_t vm_program_nameless(const VmWord *words, size_t n) {
        size_t first = 0;

        while (first < n && !vm_option_name(words[first].text)) {
                if (is_other(words[first].text))
                        return n;
                first++;
        }
        /* "args: -m 4G" is part of a file. */
        if (first > 0 && *words[first - 1].text &&
                        words[first - 1].text[strlen(words[first - 1].text) - 1] == ':')
                return n;
        if (first == 0 || first == n || vm_count_options(words + first, n - first) < 2)
                return n;
        return first;
}

void vm_program_note(const char *path, Guest *guest) {
        const GuestVersion named = qemu_path_version(path);

        if (!qemu_path_packaged(path) || guest_version_known(&named))
                text_printable(bytes_of(path), guest->vmm_path, sizeof(guest->vmm_path));
}

bool vm_program_is_within(const char *text) {
        char word[256];

        for (bool several = false;; several = true) {
                size_t n;

                text += strspn(text, " \t\r\n;|&()\"'`");
                if (!*text)
                        return false;
                n = strcspn(text, " \t\r\n;|&()\"'`");
                snprintf(word, sizeof(word), "%.*s", (int) (n < sizeof(word) - 1 ? n : sizeof(word) - 1),
                                text);
                text += n;
                if (qemu_program(word) != QEMU_PROGRAM_NONE && (several || *text))
                        return true;
        }
}
