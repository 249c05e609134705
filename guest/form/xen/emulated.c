/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The devices that QEMU emulates for an HVM guest, as libxl asks for them (tools/libs/light/libxl_dm.c), and
 * their BARs as hvmloader finds them. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/xen/xl.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define KIB(n) ((uint32_t) (n) << 10)
#define ROM 6 /* "BAR" of the expansion ROM; hvmloader places it as one of 32 bits */

typedef struct Bar {
        uint8_t index;
        uint32_t size; /* 0: none */
        bool is_64bit, prefetchable;
} Bar;

/* "info pci" of QEMU 7.2 with the ROMs of ipxe-qemu. pci-testdev, ivshmem and others have a large BAR besides,
 * from their properties. */
static const struct {
        const char *driver;
        Bar bars[4];
} drivers[] = {
        { "rtl8139", { { 1, 256 }, { ROM, KIB(256) } } },
        { "e1000", { { 0, KIB(128) }, { ROM, KIB(256) } } },
        { "e1000-82540em", { { 0, KIB(128) }, { ROM, KIB(256) } } },
        { "e1000-82544gc", { { 0, KIB(128) }, { ROM, KIB(256) } } },
        { "e1000-82545em", { { 0, KIB(128) }, { ROM, KIB(256) } } },
        { "e1000e", { { 0, KIB(128) }, { 1, KIB(128) }, { 3, KIB(16) }, { ROM, KIB(256) } } },
        { "ne2k_pci", { { ROM, KIB(256) } } },
        { "pcnet", { { 1, 32 }, { ROM, KIB(256) } } },
        { "i82550", { { 0, KIB(4), false, true }, { 2, KIB(128) }, { ROM, KIB(128) } } },
        { "i82551", { { 0, KIB(4), false, true }, { 2, KIB(128) }, { ROM, KIB(128) } } },
        { "i82557b", { { 0, KIB(4), false, true }, { 2, KIB(128) }, { ROM, KIB(128) } } },
        { "i82559er", { { 0, KIB(4), false, true }, { 2, KIB(128) }, { ROM, KIB(128) } } },
        { "vmxnet3", { { 0, KIB(4) }, { 1, KIB(4) }, { 2, KIB(8) }, { ROM, KIB(256) } } },
        { "tulip", { { 1, 128 } } },
        { "virtio-net-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true }, { ROM, KIB(256) } } },
        { "virtio-net", { { 1, KIB(4) }, { 4, KIB(16), true, true }, { ROM, KIB(256) } } },
        { "virtio-serial", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "virtio-serial-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "virtio-blk-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "virtio-scsi-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "virtio-rng-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "virtio-balloon-pci", { { 4, KIB(16), true, true } } },
        { "virtio-gpu-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "virtio-keyboard-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "virtio-mouse-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "virtio-tablet-pci", { { 1, KIB(4) }, { 4, KIB(16), true, true } } },
        { "secondary-vga", { { 0, KIB(16384), false, true }, { 2, KIB(4) } } },
        { "bochs-display", { { 0, KIB(16384), false, true }, { 2, KIB(4) }, { ROM, KIB(32) } } },
        { "ahci", { { 5, KIB(4) } } },
        { "ich9-ahci", { { 5, KIB(4) } } },
        { "lsi53c895a", { { 1, KIB(1) }, { 2, KIB(8) } } },
        { "lsi", { { 1, KIB(1) }, { 2, KIB(8) } } },
        { "megasas", { { 0, KIB(16), true }, { 3, KIB(256), true } } },
        { "mptsas1068", { { 1, KIB(16) }, { 2, KIB(64) } } },
        { "pvscsi", { { 0, KIB(32) } } },
        { "intel-hda", { { 0, KIB(16) } } },
        { "ich9-intel-hda", { { 0, KIB(16) } } },
        { "nec-usb-xhci", { { 0, KIB(16), true } } },
        { "qemu-xhci", { { 0, KIB(16), true } } },
        { "ich9-usb-ehci1", { { 0, KIB(4) } } },
        { "usb-ehci", { { 0, KIB(4) } } },
        { "pci-ohci", { { 0, 256 } } },
        { "pci-testdev", { { 0, KIB(4) } } },
        { "ivshmem-plain", { { 0, 256 } } },
        { "ivshmem-doorbell", { { 0, 256 }, { 1, KIB(4) } } },
        { "edu", { { 0, KIB(1024) } } },
        { "sdhci-pci", { { 0, 256 } } },
        { "i6300esb", { { 0, 16 } } },
        { "xen-pvdevice", { { 1, KIB(4096), false, true } } },
};

static const Bar *bars_of(const char *driver) {
        for (size_t i = 0; i < ELEMENTS(drivers); i++)
                if (strcmp(driver, drivers[i].driver) == 0)
                        return drivers[i].bars;
        return NULL;
}

void xl_emulated_complete(GuestDevice *device, const char *driver) {
        const Bar *bars = bars_of(driver);

        for (size_t i = 0; bars && i < ELEMENTS(drivers[0].bars) && bars[i].size > 0 &&
                        device->n_bars < GUEST_BARS_MAX;
                        i++)
                device->bars[device->n_bars++] = (GuestBar){ .index = bars[i].index,
                        .size = bars[i].size,
                        .is_64bit = bars[i].is_64bit,
                        .prefetchable = bars[i].prefetchable };
}

int xl_emulated_add(Vm *vm, const char *name, const char *driver) {
        GuestDevice *device;
        int r;

        if (!bars_of(driver))
                return 0;
        r = guest_add_device(vm->guest, &device);
        if (r < 0)
                return vm_bounded(vm, r);
        text_printable(bytes_of(name), device->name, sizeof(device->name));
        device->conventional = true;
        xl_emulated_complete(device, driver);
        return 0;
}

/* ── vif= ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* "mac=…, bridge=xenbr0, model=e1000, type=ioemu": the part of that key; NULL: not given. */
static const char *find_part(const char *text, const char *key, size_t *ret_n) {
        const size_t length = strlen(key);

        for (const char *c = text; *c;) {
                size_t n;

                c += strspn(c, ", ");
                n = strcspn(c, ",");
                if (n > length && strncmp(c, key, length) == 0 && c[length] == '=') {
                        *ret_n = n - length - 1;
                        return c + length + 1;
                }
                c += n;
        }
        return NULL;
}

static bool part_is(const char *text, const char *key, const char *value) {
        size_t n = 0;
        const char *part = find_part(text, key, &n);

        return part && strlen(value) == n && strncmp(part, value, n) == 0;
}

int xl_network_add(Vm *vm, size_t i, const char *model) {
        char name[96];

        snprintf(name, sizeof(name), "nic%zu (%.60s)", i, model);
        if (bars_of(model))
                return xl_emulated_add(vm, name, model);
        return vm_ignore(vm, name, "the BARs of this model are unknown");
}

static int add_networks(Xl *xl) {
        const XlValue *list;
        const char *text;
        int r = xl_list(xl, "vif", &list);

        for (size_t i = 0; list && r >= 0 && (text = xl_item(xl, list, i)); i++) {
                char model[64] = "rtl8139";
                size_t n = 0;
                const char *part = find_part(text, "model", &n);

                if (part_is(text, "type", "vif") || part_is(text, "type", "pv"))
                        continue;
                if (part)
                        snprintf(model, sizeof(model), "%.*s", (int) (n < 63 ? n : 63), part);
                r = xl_network_add(&xl->vm, i, model);
        }
        return r;
}

/* ── disks, sound, USB ─────────────────────────────────────────────────────────────────────────────────── */

/* "phy:/dev/vg/a,sda,w" and "vdev=sda, target=…" name a disk on a SCSI bus. */
bool xl_disk_is_scsi(const char *text) {
        for (const char *c = text; *c;) {
                size_t n = strcspn(c, ", \t");

                if (n > 5 && strncmp(c, "vdev=", 5) == 0) {
                        c += 5;
                        n -= 5;
                }
                if (n >= 3 && n <= 5 && strncmp(c, "sd", 2) == 0 && c[2] >= 'a' && c[2] <= 'z')
                        return true;
                c += n;
                c += strspn(c, ", \t");
        }
        return false;
}

static bool disk_is_cdrom(const char *text) {
        return strstr(text, "cdrom");
}

static int add_disks(Xl *xl) {
        const XlValue *list;
        const char *text;
        int r = xl_list(xl, "disk", &list);

        for (size_t i = 0; list && r >= 0 && (text = xl_item(xl, list, i)); i++)
                if (xl_disk_is_scsi(text) && !disk_is_cdrom(text))
                        return xl_emulated_add(&xl->vm, "lsi53c895a", "lsi53c895a");
        return r;
}

static int add_usb(Xl *xl) {
        static const char *const drivers_by_version[] = { "", "piix3-usb-uhci", "ich9-usb-ehci1",
                "nec-usb-xhci" };
        Tristate usb = TRISTATE_UNKNOWN;
        long version = 0;
        bool set;
        int r = xl_long(xl, "usbversion", &version, &set);

        if (r >= 0)
                r = xl_toggle(xl, "usb", &usb);
        if (r < 0 || !set || version == 0)
                return r;
        if (usb == TRISTATE_YES || xl_find(xl, "usbdevice"))
                return vm_refuse(&xl->vm, "usbversion",
                                "libxl rejects usbversion= beside usb=1 or usbdevice=");
        if (version < 1 || version > 3)
                return vm_refuse(&xl->vm, "usbversion",
                                "usbversion parameter is invalid, must be between 1 and 3");
        return xl_emulated_add(&xl->vm, drivers_by_version[version], drivers_by_version[version]);
}

/* usbctrl=["type=devicemodel,version=3"] */
static int add_usb_controllers(Xl *xl) {
        static const struct {
                const char *version, *driver;
        } versions[] = { { "2", "usb-ehci" }, { "3", "nec-usb-xhci" } };
        const XlValue *list;
        const char *text;
        int r = xl_list(xl, "usbctrl", &list);

        for (size_t i = 0; list && r >= 0 && (text = xl_item(xl, list, i)); i++)
                for (size_t k = 0; r >= 0 && k < ELEMENTS(versions); k++)
                        if (part_is(text, "type", "devicemodel") &&
                                        part_is(text, "version", versions[k].version))
                                r = xl_emulated_add(&xl->vm, versions[k].driver, versions[k].driver);
        return r;
}

static int add_others(Xl *xl) {
        Tristate spice = TRISTATE_UNKNOWN, agent = TRISTATE_UNKNOWN;
        const char *sound;
        int r = xl_toggle(xl, "spice", &spice);

        if (r >= 0)
                r = xl_toggle(xl, "spicevdagent", &agent);
        if (r >= 0 && spice == TRISTATE_YES && agent == TRISTATE_YES)
                r = xl_emulated_add(&xl->vm, "virtio-serial", "virtio-serial");
        if (r >= 0)
                r = add_usb(xl);
        if (r >= 0)
                r = xl_string(xl, "soundhw", &sound);
        if (r >= 0 && sound && strcmp(sound, "hda") == 0)
                r = xl_emulated_add(&xl->vm, "intel-hda", "intel-hda");
        return r;
}

static int add_last(Xl *xl) {
        const char *text;
        int r = xl_string(xl, "hdtype", &text);

        if (r < 0)
                return r;
        if (text && strcasecmp(text, "ahci") == 0)
                r = xl_emulated_add(&xl->vm, "ahci0", "ahci");
        else if (text && strcasecmp(text, "ide") != 0)
                r = vm_fail(&xl->vm, "hdtype: expected ide or ahci, not '%.60s'", text);
        if (r >= 0)
                r = xl_string(xl, "vendor_device", &text);
        if (r >= 0 && text && strcasecmp(text, "xenserver") == 0)
                r = xl_emulated_add(&xl->vm, "xen-pvdevice", "xen-pvdevice");
        return r < 0 ? r : add_usb_controllers(xl);
}

int xl_emulated(Xl *xl) {
        int r = xl->hvm ? add_disks(xl) : 0;

        if (!xl->hvm)
                return 0;
        if (r >= 0)
                r = add_others(xl);
        if (r >= 0)
                r = add_networks(xl);
        if (r >= 0)
                r = xl_device_model(xl);
        return r < 0 ? r : add_last(xl);
}
