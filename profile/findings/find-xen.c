/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/decode/xen/xen-log-line.h"
#include "profile/findings/findings.h"
#include "profile/xen-region.h"

/* Debian's and most others' way to Xen's command line. */
#define COMMAND_LINE \
        "Xen's command line (GRUB_CMDLINE_XEN in /etc/default/grub, then update-grub and reboot)"

static bool is(const Fact *state, bool value) {
        return fact_known(state) && !!state->value == value;
}

/* A word that is false to Xen (parse_bool() in xen/common/kernel.c). */
static bool is_false(Bytes word) {
        static const char *const words[] = { "0", "no", "off", "false", "disable" };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (text_equal(word, words[i]))
                        return true;
        return false;
}

/* True if the option's list of words, in any of its places, or a "no-" before it, says that it is off. */
static bool is_switched_off(const ProfileXen *xen, const char *name) {
        Bytes rest = bytes_of(xen->command_line), option;

        while (text_word(&rest, &option)) {
                bool negated = xen_line_take(&option, "no-");

                if (!xen_line_take(&option, name))
                        continue;
                if (option.n == 0 && negated)
                        return true;
                if (!xen_line_take(&option, "="))
                        continue;
                while (option.n > 0) {
                        const uint8_t *comma = memchr(option.data, ',', option.n);
                        size_t n = comma ? (size_t) (comma - option.data) : option.n;

                        if (is_false(bytes_part(option, 0, n)))
                                return true;
                        option = bytes_part(option, comma ? n + 1 : n, option.n);
                }
        }
        return false;
}

static void find_controls_host(const Profile *profile, FindingList *list) {
        const ProfileXen *xen = &profile->xen;
        Finding *f = finding_add(list, FINDING_XEN_CONTROLS_HOST, SEVERITY_INFO, "host");

        finding_summary(f, "Xen%s%s runs this host; Linux runs in its control domain (dom0%s%s)",
                        *xen->version ? " " : "", xen->version, xen->domain_type ? ", " : "",
                        xen_domain_type_name(xen->domain_type));
        finding_detail(f,
                        "CPU, memory and IOMMUs are Xen's. Values here are what Xen says of them; what Xen does "
                        "not say is unknown (xen). KVM, VFIO and IOMMU groups do not apply.");
        finding_remedy(f,
                        "None. 'hawctl devices' shows what can be assigned; 'xl pci-assignable-add DEVICE' hands a device over to "
                        "Xen's guests.");
}

/* Permission has its own finding. */
static void find_not_asked(const Profile *profile, FindingList *list) {
        const ProfileXen *xen = &profile->xen;

        if (fact_known(&xen->max_address) || xen->max_address.reason != REASON_XEN)
                return;
        Finding *f = finding_add(list, FINDING_XEN_NOT_ASKED, SEVERITY_WARNING, "host");
        finding_summary(f, "Xen did not %s: what its log does not say of this host is unknown",
                        xen->command_line_reason != REASON_NONE ? "answer" : "say what this host is");
        if (xen->command_line_reason != REASON_NONE) {
                finding_detail(f, "hawd asks Xen through /dev/xen/privcmd, which it could not use.");
                finding_remedy(f,
                                "Load the module xen-privcmd, then read the host again: 'systemctl restart "
                                "hawd-collect-xen.service', or 'hawctl status --local' as root.");
        } else {
                finding_detail(f,
                                "Xen answers, but does not say what the host is (physinfo): its management interface may have a "
                                "version that hawd does not know.");
                finding_remedy(f,
                                "Use a version of hawd that knows this version of Xen. 'xl info' shows what Xen answers.");
        }
}

static void find_iommu_off(const Profile *profile, FindingList *list) {
        const ProfileXen *xen = &profile->xen;
        bool off = is_switched_off(xen, "iommu");

        if (!is(&xen->passthrough_hvm, false) || !is(&xen->hvm, true))
                return;
        Finding *f = finding_add(list, FINDING_XEN_IOMMU_OFF, SEVERITY_WARNING, "host");
        finding_summary(f, "Xen uses no IOMMU: no device can be assigned to an HVM guest");
        finding_detail(f, "%s is not among Xen's capabilities.", "hvm_directio");
        if (off)
                finding_remedy(f, "Remove iommu=off from " COMMAND_LINE ".");
        else if (strcmp(profile->host.virtualised, "none") != 0 && *profile->host.virtualised)
                finding_remedy(f, "To assign devices, give this virtual machine a virtual IOMMU.");
        else
                finding_remedy(f,
                                "Enable VT-d or AMD-Vi (IOMMU) in firmware setup. 'xl dmesg' says why Xen does not "
                                "use it: look for 'VT-d', 'AMD-Vi' and 'I/O virtualisation'.");
}

static void find_hvm_off(const Profile *profile, FindingList *list) {
        const ProfileXen *xen = &profile->xen;

        if (!is(&xen->hvm, false))
                return;
        Finding *f = finding_add(list, FINDING_XEN_HVM_OFF, SEVERITY_WARNING, "host");
        finding_summary(f, "Xen can run PV guests only: HVM and PVH guests do not start");
        finding_detail(f, "%s: no.", xen->hvm.source);
        finding_remedy(f,
                        "Enable VT-x or SVM in firmware setup; in a virtual machine, enable nested virtualisation on "
                        "the outer host. 'xl dmesg' says why Xen does not use it: look for 'HVM', 'VMX' and 'SVM'.");
}

static void find_hap_off(const Profile *profile, FindingList *list) {
        const ProfileXen *xen = &profile->xen;

        if (!is(&xen->hvm, true) || !is(&xen->hap, false))
                return;
        Finding *f = finding_add(list, FINDING_XEN_HAP_OFF, SEVERITY_WARNING, "host");
        finding_summary(f, "Xen uses no hardware-assisted paging (EPT, NPT)");
        finding_detail(f, "%s: no. %s", xen->hap.source,
                        is(&xen->shadow, false)
                                        ? "This Xen has no shadow paging either: no HVM and PVH guest starts."
                                        : "HVM and PVH guests run on shadow page tables, slower and with fewer "
                                          "address bits.");
        if (is_switched_off(xen, "hap"))
                finding_remedy(f, "Remove hap=0 from " COMMAND_LINE ".");
        else if (is(&profile->paging.second_level_capable, false))
                finding_remedy(f, "None: the CPU does not report EPT or NPT to Xen.");
        else
                finding_remedy(f,
                                "'xl dmesg' says whether the CPU has it: look for 'Hardware Assisted Paging'.");
}

static void list_sharers(const ProfileXen *xen, const ProfileXenRegion *region, char *ret, size_t size) {
        char address[PCI_ADDRESS_TEXT_MAX];
        size_t n = 0, shown = 0;

        *ret = 0;
        for (size_t i = 0; i < xen->n_reserved; i++) {
                const ProfileXenRegion *other = &xen->reserved[i];

                if (!other->has_device || other->start != region->start || other->end != region->end)
                        continue;
                if (shown == 4) {
                        snprintf(ret + n, size - n, " and others");
                        return;
                }
                pci_address_format(&other->device, address, sizeof(address));
                n += (size_t) snprintf(ret + n, size - n, "%s%s", shown ? ", " : "", address);
                shown++;
        }
}

/* Once for each region: they are sorted. */
static void find_region_shared(const Profile *profile, FindingList *list) {
        const ProfileXen *xen = &profile->xen;
        char devices[128];

        for (size_t i = 0; i < xen->n_reserved; i++) {
                const ProfileXenRegion *region = &xen->reserved[i];
                bool again = i > 0 && xen->reserved[i - 1].start == region->start &&
                                xen->reserved[i - 1].end == region->end;

                if (again || !xen_region_is_shared(profile, i))
                        continue;
                list_sharers(xen, region, devices, sizeof(devices));
                Finding *f = finding_add(list, FINDING_XEN_REGION_SHARED, SEVERITY_WARNING,
                                "RMRR 0x%" PRIx64 "-0x%" PRIx64, region->start, region->end);
                finding_summary(f, "Xen does not assign devices that share a reserved region: %s", devices);
                finding_detail(f,
                                "0x%" PRIx64 "-0x%" PRIx64
                                " is reserved for all of them (RMRR). A guest with one "
                                "could reach the memory of the others.",
                                region->start, region->end);
                finding_remedy(f,
                                "Disable the feature that uses the region in firmware setup, or use another device. "
                                "rdm_policy=relaxed in the guest's pci= line has Xen assign it at your risk.");
        }
}

/* As find_holes() says it where groups do. Neither libxl nor hvmloader leaves the range out of a guest's memory. */
static void find_hypertransport(const Profile *profile, FindingList *list) {
        if (!xen_hypertransport(profile))
                return;
        Finding *f = finding_add(list, FINDING_HYPERTRANSPORT_HOLE, SEVERITY_INFO, "host");
        finding_summary(f, "Devices cannot address the 12 GiB below 1 TiB (HyperTransport)");
        finding_detail(f,
                        "AMD-Vi does not map 0xfd00000000-0xffffffffff. Xen gives guests memory there all the "
                        "same, and what assigned devices do to it fails.");
        finding_remedy(f,
                        "Give guests with assigned devices at most 1008 GiB of memory (maxmem=, else memory=): it ends "
                        "below the range.");
}

void find_xen(const Profile *profile, FindingList *list) {
        if (profile->xen.role != XEN_ROLE_CONTROL)
                return;
        find_controls_host(profile, list);
        find_not_asked(profile, list);
        find_iommu_off(profile, list);
        find_hvm_off(profile, list);
        find_hap_off(profile, list);
        find_region_shared(profile, list);
        find_hypertransport(profile, list);
}
