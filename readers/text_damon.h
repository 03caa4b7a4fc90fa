/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's events from what the kernel, perf and trace-cmd print of them. Every printed generation
 * is read: fields are known by their names, and the two forms without names ("START-END:" and the
 * numbers behind it) by their shape.
 */
#ifndef READERS_TEXT_DAMON_H
#define READERS_TEXT_DAMON_H

#include "readers/damon_events.h"
#include "readers/damon_layouts.h"

/*
 * The records of one event: text [at, end) is what follows its name, and *end a newline. How many
 * there are (0 for a scheme without goals), or -EBADMSG when a needed field is missing.
 */
int dt_text_damon(union dt_damon_record records[DT_GOALS_MAX], const struct dt_event_spec *event,
		  uint64_t time, int32_t pid, const char *at, const char *end);

#endif
