/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The service: on this host's system bus, on the bus of --bus-address, or on another host over ssh. */

#include <jansson.h>
#include <systemd/sd-bus.h>

#include "ctl/command/options.h"

/* -errno, prints nothing. */
int connect_open(const Options *options, sd_bus **ret);

/* Returns the service's profile document, a new reference. -errno with *ret_why filled, which the caller
 * frees: a message, or the reason for a fallback. */
int connect_document(sd_bus *bus, json_t **ret, char **ret_why);

/* What errors of the service end with. */
#define CONNECT_NEXT "'hawctl doctor' says what to do"

/* Both in one call. EXIT_SUCCESS; EXIT_FAILURE after printing the error; -1: no service, the caller reads
 * the host itself (printed on standard error). */
int connect_read(const Options *options, json_t **ret);
