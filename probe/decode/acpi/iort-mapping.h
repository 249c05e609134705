/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/iort-node.h"

#define IORT_MAPPING_SIZE 20

/* The id mappings of a node, behind its fixed part of `header` bytes. What does not fit into the node is left
 * out, with a fault. References are not followed yet. -ENOMEM only. */
int iort_mappings_decode(Bytes table, const IortNode *node, size_t header, IortMapping **ret, size_t *ret_n,
                FaultList *faults);

/* Follows the references of all mappings. `nodes` are all n nodes, in table order. */
void iort_mappings_resolve(Iort *iort, const IortNode *nodes, size_t n, FaultList *faults);
