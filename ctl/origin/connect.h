/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The running service: on this host's system bus, on the bus of --bus-address, or on another host over ssh. */

#include <jansson.h>
#include <systemd/sd-bus.h>

#include "ctl/command/options.h"

/* Whether the command line names a service that nothing here can stand in for. */
bool connect_is_elsewhere(const Options *options);

/* -errno, nothing printed. */
int connect_open(const Options *options, sd_bus **ret);

/* The profile's document as the service has it, a new reference. -errno with *ret_why, which the caller frees, filled: for a
 * message or for a reason to do without. */
int connect_document(sd_bus *bus, json_t **ret, char **ret_why);

/* That in one. EXIT_SUCCESS; EXIT_FAILURE with a message; -1: there is no service, and this process shall read the host
 * itself, as it said on standard error. */
int connect_read(const Options *options, json_t **ret);
