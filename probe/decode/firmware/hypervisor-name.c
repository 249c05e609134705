/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/firmware/hypervisor-name.h"

#include "probe/decode/firmware/device-tree.h"
#include "probe/decode/text.h"

const char *hypervisor_by_dmi(Bytes text) {
        static const struct {
                const char *prefix, *name;
        } rows[] = {
                { "KVM", "kvm" },
                { "OpenStack", "kvm" },
                { "KubeVirt", "kvm" },
                { "Amazon EC2", "amazon" },
                { "QEMU", "qemu" },
                { "VMware", "vmware" },
                { "VMW", "vmware" },
                { "innotek GmbH", "oracle" },
                { "VirtualBox", "oracle" },
                { "Xen", "xen" },
                { "Bochs", "bochs" },
                { "Parallels", "parallels" },
                { "BHYVE", "bhyve" },
                { "Hyper-V", "microsoft" },
                { "Apple Virtualization", "apple" },
                { "Google Compute Engine", "google" },
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (text_starts(text, rows[i].prefix))
                        return rows[i].name;
        return NULL;
}

const char *hypervisor_by_node(Bytes compatible) {
        if (device_tree_has_word(compatible, "linux,kvm"))
                return "kvm";
        for (size_t i = 0; i < compatible.n; i++)
                if (text_starts(bytes_part(compatible, i, compatible.n), "xen"))
                        return "xen";
        return device_tree_has_word(compatible, "vmware") ? "vmware" : "unnamed";
}
