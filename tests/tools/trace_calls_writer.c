/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls of DAMON's functions in generated recordings: their events, and when a kdamond calls. */
#include <stdlib.h>
#include <string.h>

#include "damon-trace/function.h"
#include "tests/tools/trace_kdamond.h"
#include "tests/tools/trace_writer_private.h"

/* Where the kernel is, on machines of both word sizes; functions are so far from each other. */
#define TEXT	 0xc1000000u
#define DISTANCE 64u

/* endbr64: what the tracer patches is behind it. */
#define PATCHED 4u

const char *const dt_tw_functions[DT_TW_NR_FUNCTIONS] = {
	"damon_va_prepare_access_checks", "damon_va_check_accesses", "kdamond_merge_regions",
	"kdamond_apply_schemes",	  "damon_va_apply_scheme",
};

/* Odd places are other functions'. */
static uint64_t address_of(unsigned number)
{
	return TEXT + (2 * (uint64_t)number + 1) * DISTANCE;
}

char *dt_tw_symbols(void)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (!out) {
		dt_tw_die("out of memory");
		return NULL;
	}
	for (unsigned i = 0; i < DT_TW_NR_FUNCTIONS; i++)
		fprintf(out,
			"%016llx T other_%u\n%016llx t %s%s\n%016llx t %s.cold\n"
			"%016llx t module_%u\t[a_module]\n",
			(unsigned long long)(address_of(i) - DISTANCE), i,
			(unsigned long long)address_of(i), dt_tw_functions[i],
			i == 2 ? ".constprop.0" : "",
			(unsigned long long)(address_of(i) + DISTANCE / 4), dt_tw_functions[i],
			(unsigned long long)(address_of(i) + DISTANCE / 2), i);
	if (fclose(out))
		dt_tw_die("out of memory");
	return text;
}

void dt_tw_call(struct dt_tw *writer, struct dt_tw_where where, const struct dt_call *call)
{
	const bool leaves = call->what == DT_CALL_LEAVE;
	unsigned number = 0;

	while (number < DT_TW_NR_FUNCTIONS &&
	       strcmp(dt_tw_functions[number], dt_functions[call->function].name) != 0)
		number++;
	if (number == DT_TW_NR_FUNCTIONS)
		dt_tw_die("%s is not among the functions", dt_functions[call->function].name);
	if (call->by == DT_CALL_BY_GRAPH)
		dt_tw_event(writer, where, leaves ? DT_TW_GRAPH_EXIT : DT_TW_GRAPH_ENTRY,
			    call->time, call->kdamond,
			    (const uint64_t[]){address_of(number) + PATCHED, 0, 0,
					       call->time - call->duration, call->time});
	else
		dt_tw_event(writer, where,
			    (enum dt_tw_event)((leaves ? DT_TW_LEAVE : DT_TW_ENTER) + 2 * number),
			    call->time, call->kdamond,
			    (const uint64_t[]){address_of(number), TEXT});
}

/* ---- a kdamond that calls ---- */

static void add_call(struct dt_kdamond *kdamond, unsigned number, enum dt_call_what what,
		     uint64_t duration)
{
	struct dt_world_item *item = dt_kdamond_item(kdamond, DT_KIND_CALL);

	item->call.function =
		dt_function_find(dt_tw_functions[number], strlen(dt_tw_functions[number]));
	item->call.kdamond = kdamond->pid;
	item->call.what = (uint8_t)what;
	item->call.by =
		kdamond->world->calls == DT_WORLD_GRAPH ? DT_CALL_BY_GRAPH : DT_CALL_BY_PROBE;
	item->call.duration = duration;
}

/* Most take a few us, one of sixteen some hundred, one of 256 some ms. */
static uint64_t draw_duration(struct dt_kdamond *kdamond)
{
	const uint64_t kind = dt_world_random(&kdamond->random, 256);

	return 500 + dt_world_random(&kdamond->random, kind == 0   ? 4000000
						       : kind < 16 ? 400000
								   : 8000);
}

/* A call with calls of another function inside. */
static void call(struct dt_kdamond *kdamond, unsigned number, unsigned inner, unsigned nr_inner)
{
	const uint64_t begun = kdamond->time;

	add_call(kdamond, number, DT_CALL_ENTER, 0);
	for (unsigned i = 0; i < nr_inner; i++)
		call(kdamond, inner, 0, 0);
	kdamond->time += draw_duration(kdamond);
	/* the tracer takes its times closer to the function than the events' */
	add_call(kdamond, number, DT_CALL_LEAVE, kdamond->time - begun - 100);
}

void dt_kdamond_calls(struct dt_kdamond *kdamond)
{
	const uint64_t ticks = kdamond->aggr_us / kdamond->sample_us;

	for (uint64_t i = 0; i < ticks; i++) {
		call(kdamond, 1, 0, 0);
		call(kdamond, 0, 0, 0);
	}
	call(kdamond, 2, 0, 0);
	call(kdamond, 3, 4, 3);
}
