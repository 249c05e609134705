/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* -smp, whose sum decides whether a virt machine starts (hw/core/machine-smp.c). On x86 it affects no
 * address and is not read. */

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/qemu.h"
#include "probe/cleanup.h"

static const struct {
        const char *name;
        size_t offset; /* in VmSmp */
        bool virt;     /* the machine has more than one of them */
} parts[] = {
        { "cpus", offsetof(VmSmp, cpus), true },
        { "maxcpus", offsetof(VmSmp, max_cpus), true },
        { "sockets", offsetof(VmSmp, sockets), true },
        { "clusters", offsetof(VmSmp, clusters), true },
        { "cores", offsetof(VmSmp, cores), true },
        { "threads", offsetof(VmSmp, threads), true },
        { "drawers", offsetof(VmSmp, others), false },
        { "books", offsetof(VmSmp, others), false },
        { "dies", offsetof(VmSmp, others), false },
        { "modules", offsetof(VmSmp, others), false },
};

static int set_part(Vm *vm, const char *option, size_t part, const char *text) {
        uint32_t *member = (uint32_t *) (void *) ((char *) &vm->qemu->smp + parts[part].offset);
        char what[64], why[96];
        uint64_t number;
        int r;

        snprintf(what, sizeof(what), "%s %s", option, parts[part].name);
        /* A variable of a script; the unknown number decides whether the machine starts. */
        if (strchr(text, '$')) {
                vm->qemu->smp.unknown = true;
                return vm_ignore(vm, what, "%.60s is not known; it limits whether the machine starts", text);
        }
        r = vm_number(vm, what, text, UINT32_MAX, &number);
        if (r < 0)
                return r;
        if (number == 0)
                return vm_refuse(vm, what,
                                "Invalid CPU topology: CPU topology parameters must be greater than zero");
        if (!parts[part].virt && number > 1) {
                snprintf(why, sizeof(why), "%s > 1 not supported by this machine's CPU topology",
                                parts[part].name);
                return vm_refuse(vm, what, why);
        }
        *member = (uint32_t) number;
        return 0;
}

int vm_smp_part(Vm *vm, const char *option, const char *key, const char *value) {
        for (size_t i = 0; i < ELEMENTS(parts); i++)
                if (strcmp(key, parts[i].name) == 0)
                        return set_part(vm, option, i, value);
        return vm_ignore(vm, option, "%.60s: not understood", key);
}

int vm_smp(Vm *vm, const KeyValues *values) {
        int r = 0;

        for (size_t i = 0; vm->qemu->arm64 && r >= 0 && i < values->n; i++)
                r = vm_smp_part(vm, "-smp", values->items[i].key, values->items[i].value);
        return r;
}

/* The parts that are not given, as QEMU has it since 6.2: cores first, then sockets. */
static void fill(VmSmp *smp) {
        const bool counted = smp->cpus > 0 || smp->max_cpus > 0;
        const uint32_t clusters = smp->clusters ? smp->clusters : 1;

        if (counted && !smp->max_cpus)
                smp->max_cpus = smp->cpus;
        smp->clusters = clusters;
        if (!counted || !smp->cores || !smp->sockets)
                smp->threads = smp->threads ? smp->threads : 1;
        if (!counted || !smp->cores)
                smp->sockets = smp->sockets ? smp->sockets : 1;
        if (!smp->cores)
                smp->cores = counted ? (uint32_t) (smp->max_cpus /
                                                       ((uint64_t) smp->sockets * clusters * smp->threads))
                                     : 1;
        else if (!smp->sockets)
                smp->sockets = (uint32_t) (smp->max_cpus /
                                ((uint64_t) clusters * smp->cores * smp->threads));
        if (!smp->threads)
                smp->threads = (uint32_t) (smp->max_cpus /
                                ((uint64_t) smp->sockets * clusters * smp->cores));
}

/* Saturates. */
static uint64_t product(const VmSmp *smp) {
        const uint32_t factors[] = { smp->sockets, smp->clusters, smp->cores, smp->threads };
        uint64_t whole = 1;

        for (size_t i = 0; i < ELEMENTS(factors); i++)
                if (__builtin_mul_overflow(whole, (uint64_t) factors[i], &whole))
                        return UINT64_MAX;
        return whole;
}

int vm_smp_finish(Vm *vm) {
        GuestVirt *virt = &vm->guest->virt;
        VmSmp smp = vm->qemu->smp;
        uint64_t whole;
        char text[160];

        if (!vm->qemu->arm64 || smp.unknown || memcmp(&smp, &(VmSmp){}, sizeof(smp)) == 0)
                return 0;
        fill(&smp);
        whole = product(&smp);
        if (!smp.max_cpus)
                smp.max_cpus = whole > UINT32_MAX ? UINT32_MAX : (uint32_t) whole;
        virt->cpus = smp.cpus ? smp.cpus : smp.max_cpus;
        virt->max_cpus = smp.max_cpus > virt->cpus ? smp.max_cpus : 0;
        if (whole != smp.max_cpus) {
                snprintf(text, sizeof(text),
                                "Invalid CPU topology: product of the hierarchy must match maxcpus: %" PRIu64
                                " != maxcpus (%" PRIu32 ")",
                                whole, smp.max_cpus);
                return vm_refuse(vm, "-smp", text);
        }
        if (smp.max_cpus < virt->cpus) {
                snprintf(text, sizeof(text),
                                "Invalid CPU topology: maxcpus must be equal to or greater than smp: maxcpus "
                                "(%" PRIu32 ") < smp_cpus (%" PRIu32 ")",
                                smp.max_cpus, virt->cpus);
                return vm_refuse(vm, "-smp", text);
        }
        return 0;
}
