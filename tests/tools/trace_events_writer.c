/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events that the trace.dat writer can write: their format texts in the kernel's form, the
 * places of their fields on 32 and 64 bit machines, and their payload.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/trace_writer_private.h"

enum kind {
	KIND_END,
	KIND_S32,
	KIND_U32,
	KIND_LONG,
	KIND_SLONG,
	KIND_U64,
	KIND_COMM, /* char[16], TASK_COMM_LEN */
	KIND_LOC,  /* __data_loc: u32 of length << 16 | offset */
	KIND_TEXT, /* __data_loc of a string, its zero included */
};

#define COMM_SIZE   16
#define COMMON_SIZE 8 /* common_type, flags, preempt_count, pid */

struct field {
	enum kind kind;
	const char *type; /* as the format spells it */
	const char *name;
};

struct event {
	uint16_t id;
	bool packed; /* dynamic probes leave no holes */
	const char *system, *name;
	struct field fields[DT_TW_MAX_FIELDS + 1];
	const char *print;
};

#define U32(name)                              \
	{                                      \
		KIND_U32, "unsigned int", name \
	}
#define LONG(name)                               \
	{                                        \
		KIND_LONG, "unsigned long", name \
	}
#define INT(name)                     \
	{                             \
		KIND_S32, "int", name \
	}

#define REGION_REC \
	"REC->target_id, REC->nr_regions, REC->start, REC->end, REC->nr_accesses, REC->age"
#define REGION_FIELDS                                                             \
	{                                                                         \
		LONG("target_id"), LONG("start"), LONG("end"), U32("nr_regions"), \
			U32("nr_accesses"), U32("age"),                           \
			{KIND_LOC, "__data_loc unsigned char[]", "probe_hits"},   \
	}
#define REGION_PRINT                                                                \
	"\"target_id=%lu nr_regions=%u %lu-%lu: %u %u probe_hits=%s\", " REGION_REC \
	", __print_hex(__get_dynamic_array(probe_hits), __get_dynamic_array_len(probe_hits))"

/* A pair of dynamic events, of dt_tw_functions[number]. */
#define CALL_EVENTS(number, function)                                                        \
	[DT_TW_ENTER + 2 * (number)] = {1670 + 2 * (number),  true,                          \
					"damon_trace_123",    "enter_" function,             \
					{LONG("__probe_ip")}, "\"(%lx)\", REC->__probe_ip"}, \
			   [DT_TW_LEAVE + 2 * (number)] = {                                  \
				   1671 + 2 * (number),                                      \
				   true,                                                     \
				   "damon_trace_123",                                        \
				   "leave_" function,                                        \
				   {LONG("__probe_func"), LONG("__probe_ret_ip")},           \
				   "\"(%lx <- %lx)\", REC->__probe_func, "                   \
				   "REC->__probe_ret_ip"}

static const struct event events[DT_TW_NR_EVENTS] = {
	[DT_TW_AGGREGATED] = {744,
			      false,
			      "damon",
			      "damon_aggregated",
			      {LONG("target_id"), U32("nr_regions"), LONG("start"), LONG("end"),
			       U32("nr_accesses"), U32("age")},
			      "\"target_id=%lu nr_regions=%u %lu-%lu: %u %u\", " REGION_REC},
	[DT_TW_AGGREGATED_NO_AGE] = {744,
				     false,
				     "damon",
				     "damon_aggregated",
				     {LONG("target_id"), U32("nr_regions"), LONG("start"),
				      LONG("end"), U32("nr_accesses")},
				     "\"target_id=%lu nr_regions=%u %lu-%lu: %u\", REC->target_id, "
				     "REC->nr_regions, REC->start, REC->end, REC->nr_accesses"},
	[DT_TW_AGGREGATED_EXTRA] = {744,
				    false,
				    "damon",
				    "damon_aggregated",
				    {LONG("target_id"), U32("nr_regions"), U32("extra_flags"),
				     LONG("start"), LONG("extra_size"), LONG("end"),
				     U32("nr_accesses"), U32("age")},
				    "\"target_id=%lu nr_regions=%u %lu-%lu: %u %u\", " REGION_REC},
	[DT_TW_REGION_AGGREGATED] = {745, false, "damon", "damon_region_aggregated", REGION_FIELDS,
				     REGION_PRINT},
	[DT_TW_AGGREGATED_V2] = {752, false, "damon", "damon_aggregated_v2", REGION_FIELDS,
				 REGION_PRINT},
	[DT_TW_BEFORE_APPLY] =
		{747,
		 false,
		 "damon",
		 "damos_before_apply",
		 {U32("context_idx"), U32("scheme_idx"), LONG("target_idx"), LONG("start"),
		  LONG("end"), U32("nr_accesses"), U32("age"), U32("nr_regions")},
		 "\"ctx_idx=%u scheme_idx=%u target_idx=%lu nr_regions=%u %lu-%lu: %u %u\", "
		 "REC->context_idx, REC->scheme_idx, REC->target_idx, REC->nr_regions, "
		 "REC->start, REC->end, REC->nr_accesses, REC->age"},
	[DT_TW_ESZ] = {748,
		       false,
		       "damon",
		       "damos_esz",
		       {U32("context_idx"), U32("scheme_idx"), LONG("esz")},
		       "\"ctx_idx=%u scheme_idx=%u esz=%lu\", REC->context_idx, REC->scheme_idx, "
		       "REC->esz"},
	[DT_TW_STAT] =
		{749,
		 false,
		 "damon",
		 "damos_stat_after_apply_interval",
		 {U32("context_idx"), U32("scheme_idx"), LONG("nr_tried"), LONG("sz_tried"),
		  LONG("nr_applied"), LONG("sz_applied"), LONG("sz_ops_filter_passed"),
		  LONG("qt_exceeds"), LONG("nr_snapshots")},
		 "\"ctx_idx=%u scheme_idx=%u nr_tried=%lu sz_tried=%lu nr_applied=%lu "
		 "sz_applied=%lu sz_ops_filter_passed=%lu qt_exceeds=%lu nr_snapshots=%lu\", "
		 "REC->context_idx, REC->scheme_idx, REC->nr_tried, REC->sz_tried, "
		 "REC->nr_applied, REC->sz_applied, REC->sz_ops_filter_passed, "
		 "REC->qt_exceeds, REC->nr_snapshots"},
	[DT_TW_INTERVALS] = {746,
			     false,
			     "damon",
			     "damon_monitor_intervals_tune",
			     {LONG("sample_us")},
			     "\"sample_us=%lu\", REC->sample_us"},
	[DT_TW_GOAL] = {750,
			false,
			"damon",
			"damos_node_eligible_mem_bp",
			{U32("context_idx"), U32("scheme_idx"), INT("nid"), LONG("target_value"),
			 LONG("current_value")},
			"\"ctx_idx=%u scheme_idx=%u nid=%d target_value=%lu current_value=%lu\", "
			"REC->context_idx, REC->scheme_idx, REC->nid, REC->target_value, "
			"REC->current_value"},
	[DT_TW_GOAL_PROBE] =
		{1666,
		 true,
		 "damon_trace_123",
		 "damos_node_eligible_mem_bp",
		 {LONG("__probe_func"),
		  LONG("__probe_ret_ip"),
		  {KIND_S32, "s32", "metric"},
		  {KIND_S32, "s32", "nid"},
		  {KIND_U64, "u64", "target_value"},
		  {KIND_U64, "u64", "current_value"},
		  {KIND_U64, "u64", "score"}},
		 "\"(%lx <- %lx) metric=%d nid=%d target_value=%Lu current_value=%Lu "
		 "score=%Lu\", REC->__probe_func, REC->__probe_ret_ip, REC->metric, REC->nid, "
		 "REC->target_value, REC->current_value, REC->score"},
	[DT_TW_OVERFLOW] =
		{751,
		 false,
		 "damon",
		 "damon_perf_ring_overflow",
		 {INT("cpu")},
		 "\"cpu=%d\", REC->cpu"},
	[DT_TW_SCHED_SWITCH] =
		{372,
		 false,
		 "sched",
		 "sched_switch",
		 {{KIND_COMM, "char", "prev_comm"},
		  {KIND_S32, "pid_t", "prev_pid"},
		  INT("prev_prio"),
		  {KIND_SLONG, "long", "prev_state"},
		  {KIND_COMM, "char", "next_comm"},
		  {KIND_S32, "pid_t", "next_pid"},
		  INT("next_prio")},
		 "\"prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%ld ==> next_comm=%s "
		 "next_pid=%d next_prio=%d\", REC->prev_comm, REC->prev_pid, REC->prev_prio, "
		 "REC->prev_state, REC->next_comm, REC->next_pid, REC->next_prio"},
	[DT_TW_SCHED_PROCESS_EXEC] =
		{364,
		 false,
		 "sched",
		 "sched_process_exec",
		 {{KIND_TEXT, "__data_loc char[]", "filename"},
		  {KIND_S32, "pid_t", "pid"},
		  {KIND_S32, "pid_t", "old_pid"}},
		 "\"filename=%s pid=%d old_pid=%d\", __get_str(filename), REC->pid, "
		 "REC->old_pid"},
	[DT_TW_GRAPH_ENTRY] = {11,
			       false,
			       DT_TW_FTRACE,
			       "funcgraph_entry",
			       {LONG("func"), LONG("depth")},
			       "\"--> %ps (%lu)\", (void *)REC->func, REC->depth"},
	[DT_TW_GRAPH_EXIT] = {10,
			      false,
			      DT_TW_FTRACE,
			      "funcgraph_exit",
			      {LONG("func"),
			       U32("depth"),
			       U32("overrun"),
			       {KIND_U64, "unsigned long long", "calltime"},
			       {KIND_U64, "unsigned long long", "rettime"}},
			      "\"<-- %ps (%u) (start: %llx  end: %llx) over: %u\", (void "
			      "*)REC->func, REC->depth, REC->calltime, REC->rettime, REC->depth"},
	CALL_EVENTS(0, "damon_va_prepare_access_checks"),
	CALL_EVENTS(1, "damon_va_check_accesses"),
	CALL_EVENTS(2, "kdamond_merge_regions"),
	CALL_EVENTS(3, "kdamond_apply_schemes"),
	CALL_EVENTS(4, "damon_va_apply_scheme"),
};

const char *dt_tw_event_system(enum dt_tw_event event)
{
	return events[event].system;
}

const char *dt_tw_event_name(enum dt_tw_event event)
{
	return events[event].name;
}

uint16_t dt_tw_event_id(enum dt_tw_event event)
{
	return events[event].id;
}

bool dt_tw_has_event(const struct dt_tw *writer, enum dt_tw_event event)
{
	return writer->config.events & (1u << event);
}

static int kind_size(enum kind kind, int long_size)
{
	switch (kind) {
	case KIND_U64:
		return 8;
	case KIND_LONG:
	case KIND_SLONG:
		return long_size;
	case KIND_COMM:
		return COMM_SIZE;
	default:
		return 4;
	}
}

static int kind_align(enum kind kind, int long_size)
{
	return kind == KIND_COMM ? 1 : kind_size(kind, long_size);
}

static uint16_t align_up(uint32_t value, uint32_t to)
{
	return (uint16_t)((value + to - 1) / to * to);
}

/* Offsets as a compiler gives them to the fields of the kernel's entry structures. */
static void layout_init(struct dt_tw_layout *layout, const struct event *event, int long_size)
{
	uint16_t at = COMMON_SIZE;
	int widest = 4;

	for (int i = 0; event->fields[i].kind != KIND_END; i++) {
		int align = kind_align(event->fields[i].kind, long_size);

		if (!event->packed)
			at = align_up(at, (uint32_t)align);
		if (align > widest)
			widest = align;
		layout->offset[i] = at;
		at = (uint16_t)(at + kind_size(event->fields[i].kind, long_size));
	}
	layout->end = at;
	layout->size = event->packed ? at : align_up(at, (uint32_t)widest);
}

void dt_tw_layouts_init(struct dt_tw *writer)
{
	for (int i = 0; i < DT_TW_NR_EVENTS; i++)
		layout_init(&writer->layouts[i], &events[i], writer->config.long_size);
}

static bool kind_is_signed(enum kind kind)
{
	/* plain char is unsigned in kernels since 6.2 (-funsigned-char) */
	return kind == KIND_S32 || kind == KIND_SLONG;
}

static void print_field(FILE *out, const struct field *field, unsigned offset, int long_size)
{
	fprintf(out, "\tfield:%s %s%s;\toffset:%u;\tsize:%d;\tsigned:%d;\n", field->type,
		field->name, field->kind == KIND_COMM ? "[16]" : "", offset,
		kind_size(field->kind, long_size), kind_is_signed(field->kind));
}

char *dt_tw_format(const struct dt_tw *writer, enum dt_tw_event which)
{
	const struct dt_tw_layout *layout = &writer->layouts[which];
	const struct event *event = &events[which];
	size_t size;
	char *text;
	FILE *out;

	if (layout->text) {
		text = strdup(layout->text);
		if (!text)
			dt_tw_die("out of memory");
		return text;
	}
	out = open_memstream(&text, &size);
	if (!out) {
		dt_tw_die("open_memstream: %s", strerror(errno));
		return NULL;
	}
	fprintf(out, "name: %s\nID: %u\nformat:\n", event->name, event->id);
	fputs("\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	      "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	      "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	      "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n",
	      out);
	for (int i = 0; event->fields[i].kind != KIND_END; i++)
		print_field(out, &event->fields[i], layout->offset[i], writer->config.long_size);
	fprintf(out, "\nprint fmt: %s\n", event->print);
	if (fclose(out))
		dt_tw_die("out of memory");
	return text;
}

void dt_tw_set_format(struct dt_tw *writer, enum dt_tw_event event, const char *text)
{
	free(writer->layouts[event].text);
	writer->layouts[event].text = strdup(text);
	if (!writer->layouts[event].text)
		dt_tw_die("out of memory");
}

/* Dynamic data of a field: what to copy and how much. */
static uint32_t dynamic(const struct field *field, uint64_t value, const void **data)
{
	const struct dt_tw_blob *blob = (const void *)(uintptr_t)value;

	if (field->kind == KIND_TEXT) {
		*data = (const void *)(uintptr_t)value;
		return (uint32_t)strlen(*data) + 1;
	}
	*data = blob->data;
	return blob->size;
}

static uint32_t dynamic_size(const struct event *event, const uint64_t *values)
{
	const void *data;
	uint32_t size = 0;

	for (int i = 0; event->fields[i].kind != KIND_END; i++) {
		if (event->fields[i].kind >= KIND_LOC)
			size += dynamic(&event->fields[i], values[i], &data);
	}
	return size;
}

static void encode(unsigned char *at, const struct dt_tw *writer, const struct event *event,
		   const struct dt_tw_layout *layout, const uint64_t *values)
{
	bool big = writer->config.big_endian;
	uint32_t end = layout->end, size;
	const void *data;

	for (int i = 0; event->fields[i].kind != KIND_END; i++) {
		unsigned char *field = at + layout->offset[i];
		enum kind kind = event->fields[i].kind;

		switch (kind) {
		case KIND_COMM:
			data = (const void *)(uintptr_t)values[i];
			memcpy(field, data, strnlen(data, COMM_SIZE - 1));
			break;
		case KIND_LOC:
		case KIND_TEXT:
			size = dynamic(&event->fields[i], values[i], &data);
			dt_tw_store(field, size << 16 | end, 4, big);
			if (size)
				memcpy(at + end, data, size);
			end += size;
			break;
		default:
			dt_tw_store(field, values[i], kind_size(kind, writer->config.long_size),
				    big);
		}
	}
}

static void truth_blob(FILE *out, const struct dt_tw_blob *blob)
{
	for (uint32_t i = 0; i < blob->size; i++)
		fprintf(out, "%02x", ((const unsigned char *)blob->data)[i]);
}

static void truth_event(FILE *out, struct dt_tw_where where, const struct event *event,
			uint64_t time, int32_t pid, const uint64_t *values)
{
	fprintf(out, "%" PRIu64 " %d %s cpu=%u", time, pid, event->name, where.cpu);
	for (int i = 0; event->fields[i].kind != KIND_END; i++) {
		const struct field *field = &event->fields[i];
		const void *pointer = (const void *)(uintptr_t)values[i];

		fprintf(out, " %s=", field->name);
		if (field->kind == KIND_LOC)
			truth_blob(out, pointer);
		else if (field->kind == KIND_COMM || field->kind == KIND_TEXT)
			fputs(pointer, out);
		else if (kind_is_signed(field->kind))
			fprintf(out, "%" PRId64, (int64_t)values[i]);
		else
			fprintf(out, "%" PRIu64, values[i]);
	}
	putc('\n', out);
}

void dt_tw_event(struct dt_tw *writer, struct dt_tw_where where, enum dt_tw_event which,
		 uint64_t time, int32_t pid, const uint64_t *values)
{
	const struct dt_tw_layout *layout = &writer->layouts[which];
	const struct event *event = &events[which];
	bool big = writer->config.big_endian;
	unsigned char *at;

	if (!dt_tw_has_event(writer, which))
		dt_tw_die("%s: the file has no format of it", event->name);
	at = dt_tw_reserve(writer, where, time, layout->size + dynamic_size(event, values));
	dt_tw_store(at, event->id, 2, big);
	dt_tw_store(at + 4, (uint32_t)pid, 4, big);
	encode(at, writer, event, layout, values);
	if (writer->config.truth)
		truth_event(writer->config.truth, where, event, time, pid, values);
}
