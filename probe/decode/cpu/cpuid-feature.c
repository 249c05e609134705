/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cpuid-feature.h"

#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/cpu/cpuid-gate.h"
#include "probe/decode/text.h"

#define SIGNATURE_CHARS 12
#define HYPERVISOR_FIRST UINT32_C(0x40000000)
#define HYPERVISOR_LAST UINT32_C(0x4000ff00)

static void put_u32(uint8_t *out, uint32_t value) {
        for (unsigned i = 0; i < 4; i++)
                out[i] = (uint8_t) (value >> 8 * i);
}

static Bytes three_registers(uint8_t out[SIGNATURE_CHARS], uint32_t a, uint32_t b, uint32_t c) {
        put_u32(out, a);
        put_u32(out + 4, b);
        put_u32(out + 8, c);
        return (Bytes){ .data = out, .n = SIGNATURE_CHARS };
}

CpuVendor cpu_vendor_from_name(Bytes name) {
        static const char *const names[_CPU_VENDOR_MAX] = {
                [CPU_VENDOR_INTEL] = "GenuineIntel",
                [CPU_VENDOR_AMD] = "AuthenticAMD",
                [CPU_VENDOR_HYGON] = "HygonGenuine",
                [CPU_VENDOR_CENTAUR] = "CentaurHauls",
                [CPU_VENDOR_ZHAOXIN] = "  Shanghai  ",
        };

        for (CpuVendor vendor = CPU_VENDOR_INTEL; vendor < _CPU_VENDOR_MAX; vendor++)
                if (text_equal(name, names[vendor]))
                        return vendor;
        return CPU_VENDOR_OTHER;
}

static const char *const cpu_vendor_table[_CPU_VENDOR_MAX] = {
        [CPU_VENDOR_UNKNOWN] = "unknown",
        [CPU_VENDOR_OTHER] = "other",
        [CPU_VENDOR_INTEL] = "intel",
        [CPU_VENDOR_AMD] = "amd",
        [CPU_VENDOR_HYGON] = "hygon",
        [CPU_VENDOR_CENTAUR] = "centaur",
        [CPU_VENDOR_ZHAOXIN] = "zhaoxin",
};
WORDS_DEFINE(CpuVendor, cpu_vendor);

/* Short name for a hypervisor's twelve-character signature; NULL if unknown. */
static const char *hypervisor_from_signature(Bytes signature) {
        /* From documents of the hypervisors and tables of systemd and virt-what. Parallels uses two byte
         * orders, depending on its version; KVM's name has nine characters and three NULs. */
        static const struct {
                char signature[SIGNATURE_CHARS + 1];
                const char *name;
        } known[] = {
                { "KVMKVMKVM\0\0\0", "kvm" },
                { "Linux KVM Hv", "kvm" },
                { "LKVMLKVMLKVM", "lkvm" },
                { "TCGTCGTCGTCG", "qemu" },
                { "VMwareVMware", "vmware" },
                { "Microsoft Hv", "microsoft" },
                { "XenVMMXenVMM", "xen" },
                { "bhyve bhyve ", "bhyve" },
                { "ACRNACRNACRN", "acrn" },
                { "VBoxVBoxVBox", "virtualbox" },
                { " lrpepyh  vr", "parallels" },
                { " lrpepyh vr ", "parallels" },
                { " prl hyperv ", "parallels" },
                { "prl hyperv  ", "parallels" },
                { "QNXQVMBSQG\0\0", "qnx" },
                { " QNXQVMBSQG ", "qnx" },
                { "OpenBSDVMM58", "openbsd-vmm" },
                { "Jailhouse\0\0\0", "jailhouse" },
                { "SRESRESRESRE", "sre" },
                { "Apple VZ\0\0\0\0", "apple" },
                { "UnisysSpar64", "unisys-spar" },
        };

        for (size_t i = 0; i < ELEMENTS(known); i++)
                if (signature.n == SIGNATURE_CHARS &&
                                memcmp(signature.data, known[i].signature, SIGNATURE_CHARS) == 0)
                        return known[i].name;
        return NULL;
}

static void decode_vendor(const CpuidTable *table, CpuidFeature *ret) {
        uint8_t chars[SIGNATURE_CHARS];
        const CpuidLeaf *leaf;

        if (cpuid_gate(table, 0, 0, &leaf) != TRISTATE_YES)
                return;
        Bytes name = three_registers(chars, leaf->ebx, leaf->edx, leaf->ecx);
        ret->vendor = cpu_vendor_from_name(name);
        text_printable(name, ret->vendor_name, sizeof(ret->vendor_name));
}

/* arch/x86/lib/cpu.c: x86_family(), x86_model(), x86_stepping() */
static void decode_signature(uint32_t eax, CpuidFeature *ret) {
        ret->family = (uint16_t) bits(eax, 11, 8);
        ret->model = (uint8_t) bits(eax, 7, 4);
        ret->stepping = (uint8_t) bits(eax, 3, 0);
        if (ret->family == 0xf)
                ret->family = (uint16_t) (ret->family + bits(eax, 27, 20));
        if (ret->family >= 6)
                ret->model = (uint8_t) (ret->model + (bits(eax, 19, 16) << 4));
}

static void decode_brand(const CpuidTable *table, CpuidFeature *ret) {
        uint8_t chars[48];

        for (uint32_t i = 0; i < 3; i++) {
                const CpuidLeaf *leaf;

                if (cpuid_gate(table, 0x80000002 + i, 0, &leaf) != TRISTATE_YES)
                        return;
                put_u32(chars + 16 * i, leaf->eax);
                put_u32(chars + 16 * i + 4, leaf->ebx);
                put_u32(chars + 16 * i + 8, leaf->ecx);
                put_u32(chars + 16 * i + 12, leaf->edx);
        }
        Bytes brand = { .data = chars, .n = strnlen((const char *) chars, sizeof(chars)) };
        text_printable(text_trim(brand), ret->brand, sizeof(ret->brand));
}

/* VIA Samuel (C5A, C5B): family 6, model 6, and model 7 up to stepping 7. ECX of leaf 1 is invalid. */
static bool is_samuel(const CpuidFeature *cpu) {
        return cpu->vendor == CPU_VENDOR_CENTAUR && cpu->family == 6 &&
                        (cpu->model == 6 || (cpu->model == 7 && cpu->stepping < 8));
}

/* A hypervisor that emulates Hyper-V has its own signature some 0x100 higher. */
static void decode_hypervisor_name(const CpuidTable *table, CpuidFeature *ret) {
        for (uint32_t base = HYPERVISOR_FIRST; base <= HYPERVISOR_LAST; base += 0x100) {
                const CpuidLeaf *leaf = cpuid_table_find(table, base, 0);
                uint8_t chars[SIGNATURE_CHARS];

                if (!leaf)
                        continue;
                Bytes signature = three_registers(chars, leaf->ebx, leaf->ecx, leaf->edx);
                const char *name = hypervisor_from_signature(signature);
                if (name)
                        snprintf(ret->hypervisor_name, sizeof(ret->hypervisor_name), "%s", name);
                else if (base == HYPERVISOR_FIRST)
                        text_printable(signature, ret->hypervisor_name, sizeof(ret->hypervisor_name));
                if (*ret->hypervisor_name && strcmp(ret->hypervisor_name, "microsoft") != 0)
                        return;
        }
}

static void decode_leaf_1(const CpuidTable *table, CpuidFeature *ret) {
        const CpuidLeaf *leaf;

        ret->leaf_1_known = cpuid_gate(table, 1, 0, &leaf) != TRISTATE_UNKNOWN;
        if (!leaf)
                return;
        decode_signature(leaf->eax, ret);

        uint32_t ecx = is_samuel(ret) ? 0 : leaf->ecx;
        ret->vmx = bit(ecx, 5);
        ret->hypervisor = bit(ecx, 31);
        ret->pae = bit(leaf->edx, 6);
        ret->pse36 = bit(leaf->edx, 17);
        if (ret->hypervisor)
                decode_hypervisor_name(table, ret);
}

static void decode_leaf_7(const CpuidTable *table, CpuidFeature *ret) {
        const CpuidLeaf *leaf;

        ret->leaf_7_known = cpuid_gate(table, 7, 0, &leaf) != TRISTATE_UNKNOWN;
        if (!leaf)
                return;
        ret->tme = bit(leaf->ecx, 13);
        ret->la57 = bit(leaf->ecx, 16);
        ret->hybrid = bit(leaf->edx, 15);
}

static void decode_leaf_80000001(const CpuidTable *table, CpuidFeature *ret) {
        const CpuidLeaf *leaf;

        ret->leaf_80000001_known = cpuid_gate(table, 0x80000001, 0, &leaf) != TRISTATE_UNKNOWN;
        if (!leaf)
                return;
        ret->svm = bit(leaf->ecx, 2);
        ret->pdpe1gb = bit(leaf->edx, 26);
        ret->lm = bit(leaf->edx, 29);
}

/* Reserved without SVM (APM 3, appendix E.4). */
static void decode_leaf_8000000a(const CpuidTable *table, CpuidFeature *ret) {
        bool without_svm = ret->leaf_80000001_known && !ret->svm;
        const CpuidLeaf *leaf;

        ret->leaf_8000000a_known =
                        cpuid_gate(table, 0x8000000a, 0, &leaf) != TRISTATE_UNKNOWN || without_svm;
        if (!leaf || without_svm)
                return;
        ret->npt = bit(leaf->edx, 0);
        ret->nrips = bit(leaf->edx, 3);
        ret->flushbyasid = bit(leaf->edx, 6);
        ret->avic = bit(leaf->edx, 13);
        ret->vgif = bit(leaf->edx, 16);
        ret->x2avic = bit(leaf->edx, 18);
        ret->vnmi = bit(leaf->edx, 25);
}

void cpuid_feature_decode(const CpuidTable *table, CpuidFeature *ret) {
        *ret = (CpuidFeature){};
        decode_vendor(table, ret);
        decode_brand(table, ret);
        decode_leaf_1(table, ret);
        decode_leaf_7(table, ret);
        decode_leaf_80000001(table, ret);
        decode_leaf_8000000a(table, ret);
}
