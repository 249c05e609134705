/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/baseline-fleet.h"

#include <stdio.h>

#include "probe/cleanup.h"

static void add_examples(const Fleet *fleet, const FleetClass *class, Examples *ret) {
        for (size_t i = 0; i < class->n_hosts && i < EXAMPLES_MAX; i++) {
                FleetHost host;

                fleet_host(fleet, class->hosts[i], &host);
                ret->hosts[ret->n].name = host.name;
                ret->hosts[ret->n++].position = class->hosts[i];
        }
}

static int get_class(void *userdata, size_t i, BaselineMember *ret) {
        FleetReader *reader = userdata;
        FleetClass class;
        int r;

        fleet_reader_done(reader);
        r = fleet_class_read(reader->fleet, i, &reader->class);
        if (r < 0)
                return r;
        fleet_class(reader->fleet, i, &class);
        snprintf(reader->key, sizeof(reader->key), "%s", class.key);
        *ret = (BaselineMember){
                .profile = &reader->class.profile,
                .key = reader->key,
                .pool = host_class_pool(&reader->class, reader->pool) ? reader->pool : NULL,
                .model = class.model_name,
                .hosts = class.n_hosts,
                .narrowed = class.n_narrowed,
                .summary = class.summary,
        };
        add_examples(reader->fleet, &class, &ret->examples);
        return 0;
}

static const char *get_host(void *userdata, size_t class, uint64_t i) {
        const FleetReader *reader = userdata;
        FleetClass members;
        FleetHost host;

        fleet_class(reader->fleet, class, &members);
        fleet_host(reader->fleet, members.hosts[i], &host);
        return host.name;
}

BaselineFleet fleet_reader(FleetReader *reader, const Fleet *fleet) {
        *reader = (FleetReader){ .fleet = fleet };
        return (BaselineFleet){
                .n_classes = fleet_n_classes(fleet),
                .get = get_class,
                .host = get_host,
                .userdata = reader,
        };
}

void fleet_reader_done(FleetReader *reader) {
        host_class_done(&reader->class);
        reader->class = (HostClass){};
}
