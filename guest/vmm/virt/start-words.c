/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages on settings with which QEMU exits. */

#include <inttypes.h>
#include <stdio.h>

#include "guest/machine.h"
#include "guest/size.h"
#include "guest/vmm/qemu/qemu.h"
#include "guest/vmm/virt/virt.h"

#define SAY(member, ...) snprintf(words->member, sizeof(words->member), __VA_ARGS__)

static void say_cpus(const Guest *guest, const StartCause *cause, StartWords *words) {
        char name[64];

        if (cause->kind == START_GIC_CPUS && cause->min == VIRT_LIMIT_MACHINE) {
                machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, name,
                                sizeof(name));
                SAY(summary, "more CPUs than the machine type supports");
                SAY(numbers, "%" PRIu64 " CPUs; the maximum of %s is %" PRIu64, cause->value, name,
                                cause->max);
                SAY(advice, "use at most %" PRIu64 " CPUs", cause->max);
                return;
        }
        SAY(summary, "more CPUs than the interrupt controller supports");
        SAY(numbers, "%" PRIu64 " CPUs; the maximum with GICv%u is %" PRIu64, cause->value, virt_gic(guest),
                        cause->max);
        if (cause->kind == START_REDIST)
                SAY(advice, "use at most %" PRIu64 " CPUs, KVM, or QEMU 6.2 or later", cause->max);
        else if (virt_gic(guest) == 2)
                SAY(advice, "use at most %" PRIu64 " CPUs, or gic-version=3", cause->max);
        else if (cause->min == VIRT_LIMIT_REDISTS)
                SAY(advice,
                                "use at most %" PRIu64
                                " CPUs; more need the second region of redistributors, which "
                                "is off or does not fit into the address space",
                                cause->max);
        else
                SAY(advice, "use at most %" PRIu64 " CPUs", cause->max);
}

static void say_map(const Guest *guest, const StartCause *cause, StartWords *words) {
        const bool kvm = cause->kind == START_IPA;
        char program[48];

        vmm_program_text(guest, program);
        SAY(summary, "its memory map needs more address bits than %s",
                        kvm ? "KVM on this host supports" : "its CPU model has");
        SAY(numbers, "the map needs %" PRIu64 " bits with its PCI windows; %s %" PRIu64, cause->value,
                        kvm ? "KVM supports" : "the CPU has", cause->max);
        SAY(advice,
                        "use less memory, a smaller maximum or fewer slots; or QEMU 7.0 or later, which leaves out "
                        "windows that do not fit");
}

static void say_window(const StartCause *cause, StartWords *words) {
        char value[SIZE_TEXT_MAX], least[SIZE_TEXT_MAX];

        size_text(cause->value, value);
        size_text(cause->min, least);
        if (cause->kind == START_MMIO_SIZE_ODD) {
                SAY(summary, "the size of the 64-bit PCI window is not a power of 2");
                SAY(numbers, "highmem-mmio-size is %s", value);
                SAY(advice, "set highmem-mmio-size to a power of 2");
                return;
        }
        SAY(summary, "the 64-bit PCI window is smaller than the default");
        SAY(numbers, "highmem-mmio-size is %s; the minimum is %s", value, least);
        SAY(advice, "remove highmem-mmio-size, or set it to at least %s", least);
}

static void say_switch(const Guest *guest, const StartCause *cause, StartWords *words) {
        const GuestVersion first = virt_switch_since((VirtSwitch) cause->value);
        const char *name = virt_switch_name((VirtSwitch) cause->value);
        char program[48], since[40];

        guest_version_to_text(&first, since, sizeof(since));

        vmm_program_text(guest, program);
        SAY(summary, "%s is not supported by %s", name, program);
        SAY(numbers, "supported since QEMU %s", since);
        SAY(advice, "remove %s, or use QEMU %s or later", name, since);
}

static void say_features(const Guest *guest, const StartCause *cause, StartWords *words) {
        char program[48];

        vmm_program_text(guest, program);
        switch (cause->kind) {
        case START_MODEL_ABSENT:
                SAY(summary, "%s has no CPU model %s", program, guest->cpu.model);
                SAY(numbers, "supported since QEMU %" PRIu64 ".%" PRIu64, cause->min >> 16,
                                cause->min & 0xffff);
                SAY(advice, "use another CPU model, such as max, or a later QEMU");
                break;
        case START_MTE:
                SAY(summary, "%s does not support memory tagging",
                                cause->value ? "KVM in this version of QEMU" : "the CPU model");
                SAY(numbers, "mte=on");
                SAY(advice,
                                cause->value ? "remove mte=on, or use a later QEMU"
                                             : "remove mte=on, or use -cpu max");
                break;
        case START_NESTED:
                SAY(summary, "%s does not support guests within guests under KVM", program);
                SAY(numbers, "virtualization=on");
                SAY(advice, "remove virtualization=on");
                break;
        default:
                SAY(summary, "GICv2 has no ITS");
                SAY(numbers, "its=on with GICv2");
                SAY(advice, "remove its=on, or set gic-version=3");
        }
}

static void say_devices(const StartCause *cause, StartWords *words) {
        if (cause->kind == START_TWO_IOMMUS) {
                SAY(summary, "the machine does not support two IOMMUs");
                SAY(numbers, "virtio-iommu twice, or beside iommu=smmuv3");
                SAY(advice, "remove one of them");
        } else if (cause->value) {
                SAY(summary, "DIMMs cannot be plugged in with memory tagging");
                SAY(numbers, "mte=on");
                SAY(advice, "remove mte=on, or the DIMMs");
        } else {
                SAY(summary, "DIMMs need UEFI firmware, ACPI and a 64-bit CPU");
                SAY(numbers, "the device that reports them to the guest (acpi-ged) is missing");
                SAY(advice, "use UEFI firmware, ACPI, a 64-bit CPU and machine type virt-4.2 or later, or virtio-mem");
        }
}

void virt_start_words(const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *words) {
        char value[SIZE_TEXT_MAX];

        if (cause->kind < START_GIC_CPUS && cause->kind != START_NO_REGION) {
                qemu_start_words(guest, layout, cause, words);
                return;
        }
        *words = (StartWords){};
        switch (cause->kind) {
        case START_NO_REGION:
                size_text(cause->value, value);
                SAY(summary, "QEMU before 4.2 does not support memory hot-plug on Arm");
                SAY(numbers, "%" PRIu32 " slots, maxmem %s", guest->memory.slots, value);
                SAY(advice, "remove slots and maxmem, or use QEMU 4.2 or later");
                break;
        case START_GIC_CPUS:
        case START_REDIST:
                say_cpus(guest, cause, words);
                break;
        case START_IPA:
        case START_PA_TCG:
                say_map(guest, cause, words);
                break;
        case START_HUGE:
                size_text(cause->value, value);
                SAY(summary, "maximum memory and slots are too large");
                SAY(numbers, "maxmem is %s, with 1 GiB for each of %" PRIu32 " slots", value,
                                guest->memory.slots);
                SAY(advice, "reduce maxmem or the slots");
                break;
        case START_MMIO_SIZE_ODD:
        case START_MMIO_SIZE_SMALL:
                say_window(cause, words);
                break;
        case START_SWITCH_ABSENT:
                say_switch(guest, cause, words);
                break;
        case START_MTE:
        case START_NESTED:
        case START_GICV2_ITS:
        case START_MODEL_ABSENT:
                say_features(guest, cause, words);
                break;
        default:
                say_devices(cause, words);
        }
}
