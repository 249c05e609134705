/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/json-faults.h"

#include "profile/document/json-fact.h"

json_t *json_list(size_t n, json_t *(*element)(const void *data, size_t i), const void *data) {
        json_t *array = json_array();

        for (size_t i = 0; i < n; i++)
                if (json_array_append_new(array, element(data, i)) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *fault_json(const void *data, size_t i) {
        const Fault *fault = &((const FaultList *) data)->faults[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "offset", json_integer((json_int_t) fault->offset));
        ok &= json_put(object, "rule", json_string(fault->rule));
        ok &= json_put(object, "text", json_string(fault->text));
        return json_finish(object, ok);
}

json_t *json_faults(const FaultList *faults) {
        return json_list(faults->n, fault_json, faults);
}
