/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/form/words/program.h"

/* What Debian's, Fedora's and Proxmox's packages install, and what only looks like it. */
static void test_names(void **state) {
        static const struct {
                const char *path;
                QemuProgram program;
        } names[] = {
                { "/usr/bin/qemu-system-x86_64", QEMU_PROGRAM_X86_64 },
                { "qemu-system-x86_64-microvm", QEMU_PROGRAM_X86_64 },
                { "qemu-system-x86_64-spice", QEMU_PROGRAM_X86_64 },
                { "./qemu-system-i386", QEMU_PROGRAM_I386 },
                { "/usr/libexec/qemu-kvm", QEMU_PROGRAM_KVM },
                { "/usr/bin/kvm", QEMU_PROGRAM_KVM },
                { "qemu", QEMU_PROGRAM_SHORT },
                { "/usr/bin/qemu-system-aarch64", QEMU_PROGRAM_AARCH64 },
                { "qemu-system-arm64", QEMU_PROGRAM_AARCH64 },
                { ".qemu-system-aarch64-wrapped", QEMU_PROGRAM_AARCH64 },
                { "qemu-system-arm", QEMU_PROGRAM_FOREIGN },
                { "/usr/bin/qemu-system-riscv64", QEMU_PROGRAM_FOREIGN },
                { "qemu-system-", QEMU_PROGRAM_FOREIGN },
                /* Nix's wrapper, and Debian's package, which is no program. */
                { "/nix/store/0-qemu-9.1/bin/.qemu-system-x86_64-wrapped", QEMU_PROGRAM_X86_64 },
                { "qemu-system-x86", QEMU_PROGRAM_NONE },
                { "kvm-spice", QEMU_PROGRAM_KVM },
                { "/usr/bin/cloud-hypervisor", QEMU_PROGRAM_OTHER },
                { "cloud-hypervisor-static", QEMU_PROGRAM_OTHER },
                { "cloud-hypervisor.log", QEMU_PROGRAM_NONE },
                { "/dev/kvm", QEMU_PROGRAM_NONE },
                { "qemu-img", QEMU_PROGRAM_NONE },
                { "qemu-kvm-tools", QEMU_PROGRAM_NONE },
                { "kvm-ok", QEMU_PROGRAM_NONE },
                { "/usr/bin/kvm/", QEMU_PROGRAM_NONE },
                { "/usr/bin/kvm/ls", QEMU_PROGRAM_NONE },
                { "", QEMU_PROGRAM_NONE },
        };

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (qemu_program(names[i].path) != names[i].program)
                        fail_msg("%s: %d", names[i].path, (int) qemu_program(names[i].path));
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_names) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
