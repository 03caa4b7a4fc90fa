/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hardware event in the forms that tools and kernels take: perf's event string, the values of
 * damo's --perf_event, and the files of each layout that DAMON's sysfs tree has for it.
 */
#ifndef RENDER_HW_EVENT_H
#define RENDER_HW_EVENT_H

#include <stdio.h>

#include "damon-trace/hw_event.h"

/* Below DAMON's directory of a context; every file of a layout is relative to it. */
#define DT_HW_DIRECTORY "/sys/kernel/mm/damon/admin/kdamonds/0/contexts/0/monitoring_attrs"

/* In place of a period, where only a frequency can be given; and where nothing says the rate. */
#define DT_HW_DEFAULT_FREQ 4000

enum dt_hw_layout {
	DT_HW_PERF_EVENTS, /* sample/perf_events/N: any number, all attributes */
	DT_HW_PRIMITIVES,  /* sample/primitives/perf_events: one, few attributes */
	DT_HW_FILTERS,	   /* probes/P/filters/F of type perf_event: by name, and only ibs_op */
	DT_HW_PREPS,	   /* probes/P/preps/N of action perf_event: as the first */
	DT_HW_NR_LAYOUTS,
};

/* One value to write. */
struct dt_hw_write {
	char file[96];
	char value[32];
};

/* Files of one event in the richest layout, and those that make room. */
#define DT_HW_WRITES_MAX (DT_HW_EVENTS_MAX * 14 + 4)

/* Things that the reader has to know about an event or a form of it. */
struct dt_hw_notes {
	size_t nr;
	char text[12][240];
};

/* What a sample is to carry besides the event. */
struct dt_hw_wish {
	bool phys_addr; /* physical addresses, for DAMON's paddr */
};

/* What else the text and the JSON show. */
struct dt_hw_report {
	const struct dt_hw_events *events;
	struct dt_hw_wish wish;
	const struct dt_hw_notes *notes; /* of the whole: about the log, say */
	size_t nr_skipped;
	const struct dt_hw_skipped *skipped;
};

/* ---- forms ---- */

/* "cpu/config=0x1cd,config1=0x1e/P". Returns false, with text empty, when perf cannot be told the
 * event because the name of its PMU is not known. */
bool dt_hw_perf_string(const struct dt_hw_event *event, char *text, size_t size);
/* FREQ PHYS TYPE CONFIG CONFIG1 CONFIG2 */
void dt_hw_damo_values(const struct dt_hw_event *event, const struct dt_hw_wish *wish,
		       char values[6][32]);
/* "sample/perf_events" */
const char *dt_hw_layout_name(enum dt_hw_layout layout);
/* What to write, in this order; writes: DT_HW_WRITES_MAX. Returns their number, 0 when the layout
 * cannot have any of the events. */
size_t dt_hw_layout_writes(enum dt_hw_layout layout, const struct dt_hw_report *report,
			   struct dt_hw_write *writes);

/* ---- notes ---- */

/* Add one, unless it is there or there is no room. */
void dt_hw_note(struct dt_hw_notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void dt_hw_event_notes(const struct dt_hw_event *event, struct dt_hw_notes *notes);
void dt_hw_layout_notes(enum dt_hw_layout layout, const struct dt_hw_report *report,
			struct dt_hw_notes *notes);

/* ---- all of it ---- */

/* Lines of at most 80 columns, as far as names allow. 0 or -ENOMEM. */
int dt_hw_text(FILE *out, const struct dt_hw_report *report);
int dt_hw_json(FILE *out, const struct dt_hw_report *report);

#endif
