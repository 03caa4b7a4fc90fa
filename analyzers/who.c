/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting samples by who accessed memory. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzers/who.h"
#include "damon-trace/section.h"

static bool applies(const struct dt_view *view)
{
	return view->by != 0;
}

/* Numbers that only the end of the input gives a name to. */
static bool is_late(enum dt_by by)
{
	return by == DT_BY_COMM || by == DT_BY_CGROUP || by == DT_BY_PID;
}

static void end(void *state)
{
	struct dt_who *who = state;

	for (unsigned i = 0; i < DT_NR_BY; i++) {
		dt_counters_free(&who->by[i].raw);
		dt_counters_free(&who->by[i].named);
	}
	dt_code_names_free(&who->code);
	dt_name_pool_free(&who->names);
}

static int begin(void *state, const struct dt_view *view)
{
	struct dt_who *who = state;
	int ret = dt_code_names_init(&who->code, &who->names, view->symbols);

	for (unsigned i = 0; i < DT_NR_BY && !ret; i++) {
		who->by[i].wanted = view->by & 1u << i;
		if (who->by[i].wanted)
			ret = dt_counters_init(&who->by[i].named, DT_COUNTERS_LIMIT);
	}
	who->view = view;
	dt_sample_choice_init(&who->choice, view);
	return ret;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct dt_who *who = state;
	const bool after_first = who->by[DT_BY_MAPPING].wanted || who->by[DT_BY_SYMBOL].wanted;

	(void)error;
	if (!dt_sample_choice_pass(&who->choice, number, span, after_first, wants))
		return 0;
	wants->columns |= DT_COL_PID | DT_COL_PERIOD | DT_COL_WEIGHT;
	if (who->by[DT_BY_CGROUP].wanted)
		wants->columns |= DT_COL_CGROUP;
	if (who->by[DT_BY_MAPPING].wanted)
		wants->columns |= DT_COL_ADDR;
	if (who->by[DT_BY_SYMBOL].wanted)
		wants->columns |= DT_COL_IP | DT_COL_MISC;
	return 0;
}

static void input_begin(void *state, const struct dt_reader *reader)
{
	struct dt_who *who = state;

	who->reader = reader;
	if (who->nr_readers < DT_WHO_READERS &&
	    (!who->nr_readers || who->readers[who->nr_readers - 1] != reader))
		who->readers[who->nr_readers++] = reader;
	dt_sources_input(&who->choice.sources, reader);
	dt_code_names_input(&who->code, reader);
}

/* The number to count each sample of the batch under. */
static void find_keys(struct dt_who *who, enum dt_by by, const struct dt_samples *samples,
		      uint32_t count)
{
	static const uint32_t needed[DT_NR_BY] = {
		[DT_BY_PID] = DT_COL_PID,
		[DT_BY_COMM] = DT_COL_PID,
		[DT_BY_CGROUP] = DT_COL_CGROUP,
		[DT_BY_MAPPING] = DT_COL_PID | DT_COL_ADDR,
		[DT_BY_SYMBOL] = DT_COL_PID | DT_COL_IP,
	};
	const uint8_t *keep = who->choice.keep;
	uint64_t *keys = who->keys;

	for (uint32_t i = 0; i < count; i++)
		keys[i] = DT_WHO_NOT_RECORDED;
	if ((samples->columns & needed[by]) != needed[by])
		return;
	for (uint32_t i = 0; (by == DT_BY_PID || by == DT_BY_COMM) && i < count; i++)
		keys[i] = (uint32_t)samples->pid[i];
	for (uint32_t i = 0; by == DT_BY_CGROUP && i < count; i++)
		keys[i] = samples->cgroup[i];
	/* the hardware gave no address: as if it were not recorded */
	for (uint32_t i = 0; by == DT_BY_MAPPING && i < count; i++)
		if (keep[i] && samples->addr[i])
			keys[i] = dt_mapping_name(&who->code, samples->pid[i], samples->addr[i]);
	for (uint32_t i = 0; by == DT_BY_SYMBOL && i < count; i++)
		if (keep[i])
			keys[i] = dt_code_name(&who->code, samples->pid[i], samples->ip[i],
					       samples->columns & DT_COL_MISC
						       ? dt_code_mode_of(samples->misc[i])
						       : DT_CODE_USER);
}

static void count_keys(struct dt_who *who, struct dt_counters *counters,
		       const struct dt_samples *samples, uint32_t count)
{
	const uint64_t *period = samples->columns & DT_COL_PERIOD ? samples->period : NULL;
	const uint64_t *latency = who->choice.sources.latency;
	const uint8_t *keep = who->choice.keep;

	for (uint32_t i = 0; i < count; i++) {
		struct dt_counter *counter;

		if (!keep[i])
			continue;
		counter = dt_counters_at(counters, who->keys[i]);
		counter->samples++;
		if (period)
			counter->periods += (double)period[i];
		if (latency && latency[i]) {
			counter->latency_samples++;
			counter->latencies += (double)latency[i];
		}
	}
}

static int batch(void *state, const struct dt_batch *records)
{
	const struct dt_samples *samples = records->samples;
	struct dt_who *who = state;

	who->has_samples = true;
	who->has_periods |= samples->columns & DT_COL_PERIOD;
	dt_sample_choice_mark(&who->choice, samples, records->count);
	for (unsigned by = 0; by < DT_NR_BY; by++) {
		struct dt_who_table *table = &who->by[by];

		if (!table->wanted)
			continue;
		if (is_late(by) && !table->raw.places &&
		    dt_counters_init(&table->raw, DT_COUNTERS_LIMIT))
			return -ENOMEM;
		find_keys(who, by, samples, records->count);
		count_keys(who, is_late(by) ? &table->raw : &table->named, samples, records->count);
	}
	return 0;
}

/* The number of the name of a process or cgroup of this input. */
static uint64_t name_of(struct dt_who *who, enum dt_by by, uint64_t key)
{
	char number[48];
	const char *name;
	uint32_t found;

	if (by == DT_BY_PID || key == DT_WHO_NOT_RECORDED)
		return key;
	name = by == DT_BY_COMM ? dt_reader_comm(who->reader, (int32_t)(uint32_t)key)
				: dt_reader_cgroup(who->reader, key);
	if (!name) {
		(void)snprintf(number, sizeof(number), "(%s %" PRIu64 ")",
			       by == DT_BY_COMM ? "process" : "cgroup", key);
		name = number;
	}
	found = dt_name_put(&who->names, name);
	return found;
}

static void name_keys(struct dt_who *who, enum dt_by by)
{
	struct dt_who_table *table = &who->by[by];

	for (uint32_t i = 0; table->raw.places && i <= table->raw.mask; i++) {
		const struct dt_counter *counter = &table->raw.places[i];

		struct dt_counter *named;
		uint64_t name;

		if (!counter->samples)
			continue;
		name = name_of(who, by, counter->key);
		named = by != DT_BY_PID && name == DT_NAME_NONE
				? &table->named.others
				: dt_counters_at(&table->named, name);
		dt_counter_add(named, counter);
		named->lack += counter->lack;
	}
	dt_counter_add(&table->named.others, &table->raw.others);
	table->named.nr_fallen += table->raw.nr_fallen;
	table->named.lack += table->raw.lack;
	dt_counters_free(&table->raw);
}

static void input_end(void *state)
{
	struct dt_who *who = state;

	for (unsigned by = 0; by < DT_NR_BY; by++)
		if (who->by[by].wanted && is_late(by))
			name_keys(who, by);
}

void dt_who_say(const struct dt_who *who, enum dt_by by, struct dt_section *section)
{
	char text[1024];

	if (by == DT_BY_SYMBOL && who->view->symbols &&
	    dt_symbols_explain(who->view->symbols, text, sizeof(text)))
		dt_section_say(section, "%s", text);
}

static int finish(void *state, struct dt_report *report)
{
	if (dt_who_report(state, report))
		return -ENOMEM;
	return 0;
}

const struct dt_analyzer dt_who_analyzer = {
	.name = "who",
	.summary = "who accessed memory: processes, commands, cgroups, mappings, symbols",
	.applies = applies,
	.state_size = sizeof(struct dt_who),
	.begin = begin,
	.pass = pass,
	.input_begin = input_begin,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
