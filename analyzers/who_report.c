/* SPDX-License-Identifier: GPL-2.0-only */
/* What --by counted as tables, the heaviest rows first. Rows and the rest add up to all samples. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "analyzers/sample_tables.h"
#include "analyzers/who.h"
#include "damon-trace/section.h"

/* Rows of a table at most, and those that people see. */
#define ROWS	   1000
#define ROWS_SHOWN 20

enum column {
	COLUMN_NAME,
	COLUMN_FILE,
	COLUMN_PID,
	COLUMN_SAMPLES,
	COLUMN_SHARE,
	COLUMN_ACCESSES,
	COLUMN_ACCESSES_SHARE,
	COLUMN_LATENCY_SAMPLES,
	COLUMN_LATENCY_MEAN,
	NR_COLUMNS,
};

struct kind {
	const char *by, *title;
	const char *name, *file, *pid; /* headings of the first columns; NULL: none */
};

static const struct kind kinds[DT_NR_BY] = {
	[DT_BY_PID] = {"pid", "Who: processes", "command", NULL, "pid"},
	[DT_BY_COMM] = {"comm", "Who: commands", "command", NULL, NULL},
	[DT_BY_CGROUP] = {"cgroup", "Who: cgroups", "cgroup", NULL, NULL},
	[DT_BY_MAPPING] = {"mapping", "Who: mappings that hold the addresses", "mapping", "file",
			   NULL},
	[DT_BY_SYMBOL] = {"symbol", "Who: code that accessed the memory", "symbol", "mapping",
			  NULL},
};

static struct dt_table *new_table(struct dt_section *section, const struct kind *kind)
{
	const struct dt_heading columns[NR_COLUMNS] = {
		[COLUMN_NAME] = {"name", kind->name, DT_UNIT_NONE},
		[COLUMN_FILE] = {"file", kind->file, DT_UNIT_NONE},
		[COLUMN_PID] = {"pid", kind->pid, DT_UNIT_NONE},
		[COLUMN_SAMPLES] = {"samples", "samples", DT_UNIT_COUNT},
		[COLUMN_SHARE] = {"share", "share", DT_UNIT_SHARE},
		[COLUMN_ACCESSES] = {"accesses", "accesses", DT_UNIT_COUNT},
		[COLUMN_ACCESSES_SHARE] = {"accesses_share", NULL, DT_UNIT_SHARE},
		[COLUMN_LATENCY_SAMPLES] = {"latency_samples", NULL, DT_UNIT_COUNT},
		[COLUMN_LATENCY_MEAN] = {"latency_mean_cycles", "mean latency", DT_UNIT_CYCLES},
	};
	struct dt_table *table = dt_section_table(section, "top", NULL, columns, NR_COLUMNS);

	if (table)
		table->text_rows = ROWS_SHOWN;
	return table;
}

static const char *comm_of(const struct dt_who *who, int32_t pid)
{
	const char *comm = NULL;

	for (size_t i = 0; i < who->nr_readers && !comm; i++)
		comm = dt_reader_comm(who->readers[i], pid);
	return comm;
}

static void fill_name(const struct dt_who *who, enum dt_by by, struct dt_value *row, uint64_t key)
{
	if (key == DT_WHO_NOT_RECORDED) {
		dt_value_text(row, COLUMN_NAME,
			      by == DT_BY_MAPPING ? "(no address)" : "(not recorded)");
		return;
	}
	switch (by) {
	case DT_BY_PID: {
		const char *comm = comm_of(who, (int32_t)(uint32_t)key);

		if (comm)
			dt_value_text(row, COLUMN_NAME, comm);
		dt_value_integer(row, COLUMN_PID, key);
		break;
	}
	case DT_BY_MAPPING:
	case DT_BY_SYMBOL:
		dt_value_text(row, COLUMN_FILE, dt_name_text(&who->names, (uint32_t)key));
		dt_value_text(row, COLUMN_NAME, dt_name_text(&who->names, (uint32_t)(key >> 32)));
		break;
	default:
		dt_value_text(row, COLUMN_NAME, dt_name_text(&who->names, (uint32_t)key));
	}
}

static void fill_counts(const struct dt_who *who, struct dt_value *row,
			const struct dt_counter *counter, const struct dt_counter *all)
{
	dt_value_integer(row, COLUMN_SAMPLES, counter->samples);
	dt_value_number(row, COLUMN_SHARE,
			dt_part_of((double)counter->samples, (double)all->samples));
	if (who->has_periods) {
		dt_value_number(row, COLUMN_ACCESSES, counter->periods);
		dt_value_number(row, COLUMN_ACCESSES_SHARE,
				dt_part_of(counter->periods, all->periods));
	}
	if (!counter->latency_samples)
		return;
	dt_value_integer(row, COLUMN_LATENCY_SAMPLES, counter->latency_samples);
	dt_value_number(row, COLUMN_LATENCY_MEAN,
			counter->latencies / (double)counter->latency_samples);
}

static void say(const struct dt_who *who, struct dt_section *section,
		const struct dt_counters *counters, enum dt_by by)
{
	dt_sample_choice_say(&who->choice, section);
	if (!who->has_samples)
		dt_section_say(section, "There are no memory samples in view.");
	if (counters->nr_fallen)
		dt_section_say(section,
			       "There were more than %" PRIu32 " of them at a time: those with the "
			       "fewest samples are counted as (others), and a row may lack up to "
			       "%" PRIu64 " samples.",
			       counters->limit, counters->lack);
	dt_who_say(who, by, section);
}

static int report_one(struct dt_who *who, enum dt_by by, struct dt_report *report)
{
	const struct kind *kind = &kinds[by];
	const struct dt_counters *counters = &who->by[by].named;
	struct dt_section *section = dt_report_section(report, "who", kind->title, true);
	struct dt_counter *sorted = dt_counters_sorted(counters);
	struct dt_counter all = {0}, others = counters->others;
	struct dt_table *table;
	struct dt_value *row;

	if (!sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < counters->nr; i++)
		dt_counter_add(i < ROWS ? &all : &others, &sorted[i]);
	dt_counter_add(&all, &others);
	say(who, section, counters, by);
	dt_section_text(section, "by", NULL, kind->by);
	dt_section_integer(section, "samples", "samples", DT_UNIT_COUNT, all.samples);
	if (who->has_periods)
		dt_section_number(section, "accesses", "estimated accesses", DT_UNIT_COUNT,
				  all.periods);
	else
		dt_section_absent(section, "accesses", NULL);
	dt_section_integer(section, "keys", NULL, DT_UNIT_COUNT, counters->nr);
	dt_section_integer(section, "lack", NULL, DT_UNIT_COUNT, counters->lack);
	table = new_table(section, kind);
	for (uint32_t i = 0; i < counters->nr && i < ROWS; i++) {
		row = dt_table_row(table);
		fill_name(who, by, row, sorted[i].key);
		fill_counts(who, row, &sorted[i], &all);
	}
	if (others.samples) {
		row = dt_table_row(table);
		dt_value_text(row, COLUMN_NAME, "(others)");
		fill_counts(who, row, &others, &all);
	}
	dt_table_hide_empty(table);
	free(sorted);
	return 0;
}

int dt_who_report(struct dt_who *who, struct dt_report *report)
{
	int ret = 0;

	for (unsigned by = 0; by < DT_NR_BY && !ret; by++)
		if (who->by[by].wanted)
			ret = report_one(who, by, report);
	return ret;
}
