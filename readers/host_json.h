/* SPDX-License-Identifier: GPL-2.0-only */
/* Values out of host.json: whatever is there instead of what is expected counts as not there. */
#ifndef READERS_HOST_JSON_H
#define READERS_HOST_JSON_H

#include <jansson.h>

#include "damon-trace/host_context.h"

/* A member's text, cut to size; empty when it is none. */
void dt_host_json_text(const json_t *object, const char *key, char *text, size_t size);
/* A number, or a text that is one, as sysfs gives; fallback when it is none. */
uint64_t dt_host_json_u64(const json_t *object, const char *key, uint64_t fallback);
int64_t dt_host_json_i64(const json_t *object, const char *key, int64_t fallback);
bool dt_host_json_bool(const json_t *object, const char *key);

/* One tree of DAMON's configuration. 0 or -ENOMEM. */
int dt_host_json_damon(const json_t *tree, struct dt_host_damon *damon);

/* Is one kdamond alone configured, alike at the start and the end, and was off at both? */
bool dt_host_lacks_kdamond(const struct dt_host_context *host);
/* Then it is the one that the witnesses saw, when they saw one alone. */
struct dt_witnesses;
void dt_host_name_kdamond(struct dt_host_context *host, const struct dt_witnesses *witnesses);

#endif
