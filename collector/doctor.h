/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this machine can give to a recording, looked at from outside: nothing is changed. (To learn
 * which memory event the kernel grants, it is opened for a moment and never enabled.)
 */
#ifndef COLLECTOR_DOCTOR_H
#define COLLECTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/host.h"
#include "damon-trace/error.h"
#include "damon-trace/roots.h"

enum dt_doctor_state {
	DT_DOCTOR_OK,
	DT_DOCTOR_NOTE,	   /* the machine has it not, and there is nothing to repair */
	DT_DOCTOR_WARN,	   /* recordings will be poorer than they could be */
	DT_DOCTOR_MISSING, /* record does not work without it */
};

/* Rows of one group follow each other. */
enum dt_doctor_group {
	DT_DOCTOR_TRACING,
	DT_DOCTOR_DAMON,
	DT_DOCTOR_SAMPLES,
	DT_DOCTOR_MACHINE,
	DT_DOCTOR_TOOLS,
	DT_NR_DOCTOR_GROUPS,
};

struct dt_doctor_check {
	enum dt_doctor_group group;
	char name[32];
	enum dt_doctor_state state;
	char detail[1024]; /* what was found */
	char effect[320];  /* what that means for a recording; empty: nothing to say */
	char remedy[512];  /* what to do; empty: nothing */
};

struct dt_doctor {
	struct dt_host host;
	size_t nr, room;
	struct dt_doctor_check *checks;
	bool can_record; /* nothing is missing */
	/* of the search itself */
	bool failed; /* no memory: checks are missing */
	struct dt_doctor_check spare;
};

/* 0, or -ENOMEM with *error filled. Free with dt_doctor_free in any case. */
int dt_doctor_examine(struct dt_doctor *doctor, const struct dt_roots *roots,
		      struct dt_error *error);
void dt_doctor_free(struct dt_doctor *doctor);

/* "ok", "note", "warn", "missing"; static text. */
const char *dt_doctor_state_name(enum dt_doctor_state state);
/* "tracing", "DAMON", ... */
const char *dt_doctor_group_name(enum dt_doctor_group group);

#endif
