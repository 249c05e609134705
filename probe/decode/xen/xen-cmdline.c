/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/xen/xen-cmdline.h"

#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define OPTION_MAX 512

/* Names before "=". A "no-" before a boolean one negates it (parse_params() in xen/common/kernel.c). */
static bool matters(Bytes option) {
        static const char *const names[] = { "amd-iommu", "availmem", "cpuid", "cpuid_mask_cpu",
                "cpuid_mask_ecx", "cpuid_mask_edx", "cpuid_mask_ext_ecx", "cpuid_mask_ext_edx", "dma_bits",
                "dom0", "dom0-cpuid", "dom0-iommu", "dom0_mem", "ept", "hap", "hap_1gb", "hap_2mb",
                "highmem-start", "hvm_fep", "iommu", "iommu_dev_iotlb_timeout", "iommu_inclusive_mapping",
                "ivmd", "ivrs_hpet", "ivrs_ioapic", "mem", "nested_virt", "pci", "pci-phantom", "pku", "pv",
                "rmrr", "vpid", "vtd", "x2apic" };
        const uint8_t *equals = memchr(option.data, '=', option.n);
        Bytes name = bytes_part(option, 0, equals ? (size_t) (equals - option.data) : option.n);

        if (text_starts(name, "no-"))
                name = bytes_part(name, 3, name.n);
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (text_equal(name, names[i]))
                        return true;
        return false;
}

void xen_cmdline_filter(Bytes text, char *ret, size_t size) {
        char printable[OPTION_MAX];
        size_t n = 0;
        Bytes option;

        ret[0] = 0;
        text = bytes_part(text, 0, strnlen((const char *) text.data, text.n));
        while (text_word(&text, &option)) {
                if (option.n >= OPTION_MAX || !matters(option))
                        continue;
                text_printable(option, printable, sizeof(printable));
                size_t length = strlen(printable), blank = n > 0;

                if (length + blank >= size - n)
                        continue;
                if (blank)
                        ret[n++] = ' ';
                memcpy(ret + n, printable, length + 1);
                n += length;
        }
}
