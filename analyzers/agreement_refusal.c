/* SPDX-License-Identifier: GPL-2.0-only */
/* Why DAMON and samples cannot be set beside each other, and what would record what is missing. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzers/agreement.h"

#define RECORD_BOTH                                                                               \
	"damon-trace record -p PID records both on one clock; by hand: trace-cmd record -C perf " \
	"-e damon:damon_aggregated, and perf record -d without --clockid"

/* The same clock has one name in tracefs and another in perf. */
static const char *plain_clock(const char *clock)
{
	static const char *const names[][2] = {
		{"mono", "monotonic"},
		{"mono_raw", "monotonic_raw"},
		{"boot", "boottime"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(clock, names[i][0]))
			return names[i][1];
	return clock;
}

static uint64_t count_regions(const struct dt_input_info *info)
{
	uint64_t regions = 0;

	for (size_t i = 0; i < info->nr_events; i++)
		if (strstr(info->events[i].name, "aggregated"))
			regions += info->events[i].count;
	return regions;
}

bool dt_agreement_clocks_differ(const struct dt_report *report, struct dt_error *reason)
{
	const char *damon = NULL, *samples = NULL;

	for (size_t i = 0; i < report->nr_inputs; i++) {
		const struct dt_input_info *info = report->inputs[i];

		if (count_regions(info) && !damon)
			damon = plain_clock(info->clock);
		if (info->samples_total && !samples)
			samples = plain_clock(info->samples_clock[0] ? info->samples_clock
								     : info->clock);
	}
	if (!damon || !samples || !*damon || !*samples || !strcmp(damon, samples))
		return false;
	(void)dt_fail(reason, EINVAL, RECORD_BOTH,
		      "DAMON's events are on the clock \"%s\", the samples on \"%s\": their times "
		      "do not mean the same, so they cannot be joined",
		      damon, samples);
	return true;
}

void dt_agreement_explain(const struct dt_report *report, struct dt_error *reason)
{
	uint64_t samples = 0, regions = 0;

	for (size_t i = 0; i < report->nr_inputs; i++) {
		samples += report->inputs[i]->samples_total;
		regions += count_regions(report->inputs[i]);
	}
	if (!samples && !regions)
		(void)dt_fail(reason, ENODATA, RECORD_BOTH,
			      "no DAMON regions and no memory samples in the input");
	else if (!regions)
		(void)dt_fail(reason, ENODATA, RECORD_BOTH,
			      "no DAMON regions in the input, only samples: nothing to compare "
			      "them with");
	else if (!samples)
		(void)dt_fail(reason, ENODATA,
			      "record them with it: damon-trace record -p PID, or perf record -d "
			      "-p PID",
			      "no memory samples in the input, only DAMON regions: nothing to "
			      "compare them with");
	else
		(void)dt_fail(reason, ENODATA, "damon-trace info names the streams",
			      "no stream of DAMON's matches --stream");
}

static bool any_phys(const struct dt_report *report, bool *recorded)
{
	uint64_t with_phys = 0;

	*recorded = false;
	for (size_t i = 0; i < report->nr_inputs; i++) {
		const struct dt_input_info *info = report->inputs[i];

		with_phys += info->samples_with_phys;
		for (size_t j = 0; j < info->nr_events; j++)
			*recorded |= info->events[j].is_sample && info->events[j].has & DT_COL_PHYS;
	}
	return with_phys > 0;
}

static void refuse_phys(const struct dt_comparison *comparison, bool recorded,
			struct dt_error *reason)
{
	if (recorded)
		(void)dt_fail(reason, ENODATA,
			      "record as root (CAP_SYS_ADMIN), from an event that resolves them: "
			      "PEBS or IBS; page-faults come before the page exists",
			      "DAMON monitored physical addresses, and every sample's physical "
			      "address is 0");
	else
		(void)dt_fail(
			reason, ENODATA,
			comparison->space_assumed
				? "record them with perf record -d --phys-data as root; if the "
				  "regions are a process's virtual addresses, --pid names it"
				: "record them with perf record -d --phys-data as root",
			"DAMON's regions %s physical addresses, the samples have only "
			"virtual ones: they do not mean the same memory",
			comparison->space_assumed ? "look like" : "are");
}

/* The processes whose samples there are: "12 (400 samples), 13 (20 samples)". */
static void list_pids(const struct dt_comparison *comparison, char *text, size_t size)
{
	size_t length = 0;

	for (uint32_t i = 0; i < comparison->nr_pids && length < size; i++)
		length += (size_t)snprintf(text + length, size - length,
					   "%s%" PRId32 " (%" PRIu64 ")", i ? ", " : "",
					   comparison->pids[i].pid, comparison->pids[i].samples);
	if (comparison->more_pids && length < size)
		(void)snprintf(text + length, size - length, " and more");
}

static void refuse_empty(const struct dt_comparison *comparison, struct dt_error *reason)
{
	const struct dt_agreement_counts *counts = &comparison->counts;

	if (!counts->outside_time && !counts->outside_address && counts->no_address)
		(void)dt_fail(reason, ENODATA, "record with addresses: perf record -d ...",
			      "none of the samples has an address");
	else if (counts->outside_time && !counts->outside_address)
		(void)dt_fail(reason, ENODATA, RECORD_BOTH,
			      "all %" PRIu64 " samples lie outside the time that DAMON covered "
			      "(%.6f to %.6f s)",
			      counts->outside_time, (double)comparison->cover.start * 1e-9,
			      (double)comparison->cover.end * 1e-9);
	else if (counts->outside_address)
		(void)dt_fail(reason, ENODATA,
			      "are the samples of the process, and of the kind of addresses, that "
			      "DAMON monitored? --pid, --phys and --stream choose",
			      "none of %" PRIu64 " samples during DAMON's snapshots lies in a "
			      "monitored region",
			      counts->outside_address);
	else
		(void)dt_fail(reason, ENODATA,
			      "record the process that DAMON monitors: "
			      "damon-trace record -p PID",
			      "no sample is of process %" PRId32 " that DAMON monitored; there are "
			      "%" PRIu64 " of others",
			      comparison->pid, counts->other_process);
}

bool dt_agreement_refuses(const struct dt_comparison *comparison, const struct dt_report *report,
			  struct dt_error *reason)
{
	char pids[160] = "";
	bool recorded;

	if (comparison->physical && !any_phys(report, &recorded)) {
		refuse_phys(comparison, recorded, reason);
		return true;
	}
	if (comparison->nr_pids > 1) {
		list_pids(comparison, pids, sizeof(pids));
		(void)dt_fail(reason, EINVAL, "--pid names the process that DAMON monitored",
			      "nothing says which process DAMON monitored, and samples of several "
			      "lie in its regions: %s",
			      pids);
		return true;
	}
	if (!comparison->snapshots) {
		(void)dt_fail(reason, ENODATA, "record for some aggregation intervals",
			      "DAMON's stream has no two whole snapshots in a row%s: no time is "
			      "covered",
			      comparison->cover.start < comparison->cover.end ? "" : " in view");
		return true;
	}
	if (!comparison->counts.compared) {
		refuse_empty(comparison, reason);
		return true;
	}
	return false;
}
