/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/baseline-settings.h"

#include "probe/cleanup.h"

void baseline_settings_done(BaselineSettings *settings) {
        for (size_t i = 0; i < settings->n; i++)
                settings_done(&settings->sets[i]);
        *settings = (BaselineSettings){};
}

/* Unknown inputs do not exclude a host: check() says what is missing. */
static bool holds(uint8_t width, uint8_t bits) {
        return width == 0 || width >= bits;
}

static bool is_to_hold(const BaselineClass *class, const SettingsRequest *request) {
        const Standing *standing = &class->standing;

        if (!holds(standing->guest_physical, request->bits) ||
                        !holds(standing->guest_mappable, request->bits))
                return false;
        return !request->devices || (!standing->impossible && holds(standing->iova, request->bits));
}

static int check_all(const Baseline *baseline, const BaselineFleet *fleet, const SettingsRequest *request,
                Settings *settings) {
        for (size_t i = 0; i < baseline->n_classes; i++) {
                const BaselineClass *class = &baseline->classes[i];
                BaselineMember member = {};
                int r;

                if (!is_to_hold(class, request))
                        continue;
                r = fleet->get(fleet->userdata, i, &member);
                if (r < 0)
                        return r;
                r = settings_check(settings, member.profile,
                                class->examples.n > 0 ? class->examples.hosts[0].name : NULL, class->hosts);
                if (r < 0)
                        return r;
        }
        return 0;
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
        int r = add_set(baseline, fleet, &request, &settings, reterr);

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
