/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/baseline-settings.h"

#include <errno.h>
#include <stdlib.h>

#include "fleet/fleet-parts.h"
#include "probe/cleanup.h"

void baseline_settings_done(BaselineSettings *settings) {
        for (size_t i = 0; i < settings->n; i++)
                settings_done(&settings->sets[i]);
        *settings = (BaselineSettings){};
}

/* Unknown inputs do not exclude a host: check() says what is missing. One where Xen runs the guests is none for
 * settings of KVM. */
static bool holds(uint8_t width, uint8_t bits) {
        return width == 0 || width >= bits;
}

static bool is_to_hold(const BaselineClass *class, const SettingsRequest *request) {
        const Standing *standing = &class->standing;

        if (standing->xen || !holds(standing->guest_physical, request->bits) ||
                        !holds(standing->guest_mappable, request->bits))
                return false;
        return !request->devices || (!standing->impossible && holds(standing->iova, request->bits));
}

/* Classes that are the same to the guests of the settings. */
typedef struct SameClasses {
        FleetStrings keys;
        struct {
                size_t class; /* the first */
                uint64_t hosts;
        } * items; /* by key; owned */
} SameClasses;

static void same_classes_done(SameClasses *same) {
        fleet_strings_done(&same->keys);
        free(same->items);
}

/* A guest without assigned devices meets neither units nor groups, and no reserved region. */
static int key_of(const Profile *profile, bool devices, char ret[static CLASS_KEY_SIZE]) {
        _cleanup_free_ char *text = NULL;
        Profile host = *profile;
        size_t n;
        int r;

        if (!devices) {
                host.groups_reason = REASON_NONE;
                host.n_iommus = host.n_groups = host.regions.n = host.reserved.n = 0;
        }
        r = host_class_pack(&host, &text, &n);
        if (r >= 0)
                host_class_key(text, n, ret);
        return r;
}

static int add_class(
                SameClasses *same, const BaselineFleet *fleet, size_t class, uint64_t hosts, bool devices) {
        BaselineMember member = {};
        char key[CLASS_KEY_SIZE];
        uint32_t i;
        int r = fleet->get(fleet->userdata, class, &member);

        if (r >= 0)
                r = key_of(member.profile, devices, key);
        if (r >= 0)
                r = fleet_strings_add(&same->keys, key, &i);
        if (r < 0)
                return r;
        if (same->items[i].hosts == 0)
                same->items[i].class = class;
        same->items[i].hosts += hosts;
        return 0;
}

static int check_one(const Baseline *baseline, const BaselineFleet *fleet, size_t class, uint64_t hosts,
                Settings *settings) {
        const Examples *examples = &baseline->classes[class].examples;
        BaselineMember member = {};
        int r = fleet->get(fleet->userdata, class, &member);

        return r < 0 ? r
                     : settings_check(settings, member.profile,
                                       examples->n > 0 ? examples->hosts[0].name : NULL, hosts);
}

static int check_all(const Baseline *baseline, const BaselineFleet *fleet, const SettingsRequest *request,
                Settings *settings) {
        _cleanup_(same_classes_done) SameClasses same = {};
        int r = 0;

        same.items = calloc(baseline->n_classes + 1, sizeof(*same.items));
        if (!same.items)
                return -ENOMEM;
        for (size_t i = 0; i < baseline->n_classes && r >= 0; i++)
                if (is_to_hold(&baseline->classes[i], request))
                        r = add_class(&same, fleet, i, baseline->classes[i].hosts, request->devices);
        for (size_t i = 0; i < same.keys.n && r >= 0; i++)
                r = check_one(baseline, fleet, same.items[i].class, same.items[i].hosts, settings);
        return r;
}

static int add_set(const Baseline *baseline, const BaselineFleet *fleet, const SettingsRequest *request,
                BaselineSettings *settings, VmError *reterr) {
        int r;

        if (request->bits < SETTINGS_BITS_MIN || request->bits > SETTINGS_BITS_MAX)
                return 0;
        r = settings_make(request, &settings->sets[settings->n], reterr);
        if (r < 0)
                return r;
        return check_all(baseline, fleet, request, &settings->sets[settings->n++]);
}

int baseline_settings_make(const Baseline *baseline, const BaselineFleet *fleet, uint8_t for_width, bool few,
                VmDomainReader *domain, BaselineSettings *ret, VmError *reterr) {
        _cleanup_(baseline_settings_done) BaselineSettings settings = {};
        SettingsRequest request = {
                .bits = for_width ? for_width : baseline->guest.bits, .few = few, .domain = domain
        };
        int r;

        if (baseline->xen > 0 && baseline->xen == baseline->hosts)
                return 0;
        r = add_set(baseline, fleet, &request, &settings, reterr);
        request.devices = true;
        request.bits = for_width ? for_width : baseline->with_devices.bits;
        if (baseline->guest.bits > request.bits)
                request.cpu_bits = baseline->guest.bits;
        if (r >= 0 && baseline->with_devices.hosts > 0)
                r = add_set(baseline, fleet, &request, &settings, reterr);
        if (r < 0)
                return r;
        *ret = settings;
        settings = (BaselineSettings){};
        return 0;
}
