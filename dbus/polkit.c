/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/polkit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dbus/names.h"
#include "probe/cleanup.h"

#define ANSWER_USEC (120 * UINT64_C(1000000)) /* polkit may ask a user */

typedef struct Question {
        struct Question **place; /* its place in the table */
        sd_bus_slot *slot;       /* floating: not own */
        sd_bus_message *request;
        uid_t uid;
        PolkitAllowed allowed;
        void *userdata;
} Question;

static void question_free(void *userdata) {
        Question *question = userdata;

        *question->place = NULL;
        sd_bus_message_unref(question->request);
        free(question);
}

static int refuse(sd_bus_message *request, const char *why) {
        return sd_bus_reply_method_errorf(request, HAWD_ERROR_NOT_AUTHORIZED, "%s", why);
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *error) {
        Question *question = userdata;
        int authorized = 0, challenge = 0, r;

        if (sd_bus_message_is_method_error(answer, NULL))
                return refuse(question->request,
                                "Not authorized: polkit does not answer, so only root can do this.");
        r = sd_bus_message_enter_container(answer, 'r', "bba{ss}");
        if (r >= 0)
                r = sd_bus_message_read(answer, "bb", &authorized, &challenge);
        if (r < 0)
                return refuse(question->request,
                                "Not authorized: cannot read polkit's answer, so only root can do this.");
        if (authorized)
                return question->allowed(question->request, question->userdata);
        return refuse(question->request,
                        challenge ? "polkit requires authentication, which the caller did not allow."
                                  : "polkit denied the request.");
}

static int ask(sd_bus_message *request, const char *action, Question *question) {
        sd_bus *bus = sd_bus_message_get_bus(request);
        sd_bus_message *call = NULL;
        sd_bus_slot *slot = NULL;
        int r;

        r = sd_bus_message_new_method_call(bus, &call, "org.freedesktop.PolicyKit1",
                        "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority",
                        "CheckAuthorization");
        if (r >= 0)
                r = sd_bus_message_append(call, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
                                sd_bus_message_get_sender(request), action, 0,
                                sd_bus_message_get_allow_interactive_authorization(request) > 0 ? 1U : 0U,
                                "");
        if (r >= 0)
                r = sd_bus_call_async(bus, &slot, call, on_answer, question, ANSWER_USEC);
        if (r >= 0) {
                /* The slot owns the question, which ends with the answer or the bus. */
                sd_bus_slot_set_destroy_callback(slot, question_free);
                sd_bus_slot_set_floating(slot, 1);
                sd_bus_slot_unref(slot);
                question->slot = slot;
        }
        sd_bus_message_unref(call);
        return r;
}

/* NULL: too many open questions, of this user or in all. */
static Question **free_place(Polkit *polkit, uid_t uid) {
        Question **place = NULL;
        unsigned own = 0;

        for (size_t i = 0; i < POLKIT_PENDING_MAX; i++)
                if (!polkit->pending[i])
                        place = &polkit->pending[i];
                else
                        own += polkit->pending[i]->uid == uid;
        return own < POLKIT_PENDING_OF_USER_MAX ? place : NULL;
}

int polkit_check(Polkit *polkit, sd_bus_message *request, uid_t uid, const char *action,
                PolkitAllowed allowed, void *userdata) {
        Question **place, *question;
        int r;

        if (uid == 0)
                return allowed(request, userdata);
        place = free_place(polkit, uid);
        if (!sd_bus_message_get_sender(request) || !place)
                return refuse(request, "Too many questions to polkit are open.");
        question = malloc(sizeof(Question));
        if (!question)
                return -ENOMEM;
        *question = (Question){ place, NULL, sd_bus_message_ref(request), uid, allowed, userdata };
        *place = question;
        r = ask(request, action, question);
        if (r < 0) {
                question_free(question);
                return r;
        }
        return 1;
}

void polkit_cancel(Polkit *polkit) {
        for (size_t i = 0; i < POLKIT_PENDING_MAX; i++) {
                Question *question = polkit->pending[i];
                sd_bus_slot *slot;

                if (!question)
                        continue;
                slot = sd_bus_slot_ref(question->slot);
                (void) refuse(question->request, "The service ends.");
                /* The bus drops its reference: ours is the last. */
                (void) sd_bus_slot_set_floating(slot, 0);
                sd_bus_slot_unref(slot);
        }
}
