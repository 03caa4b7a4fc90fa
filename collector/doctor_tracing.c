/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: may they be recorded, which are there, and what the absence of each costs. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collector/doctor_impl.h"
#include "collector/host_files.h"
#include "collector/tracer.h"

#define GROUP DT_DOCTOR_TRACING

static const struct {
	const char *name;
	const char *gives; /* a clause: what a recording has with it */
	const char *since; /* the kernel to take */
} events[] = {
	{"damon_aggregated", "the regions: every heatmap comes from it", "Linux 5.15"},
	{"damos_before_apply", "which regions a scheme was applied to", "Linux 6.7"},
	{"damon_monitor_intervals_tune", "how the kernel tuned the intervals meanwhile",
	 "Linux 6.17"},
	{"damos_esz", "the effective quota of each scheme over time", "Linux 6.17"},
	{"damos_stat_after_apply_interval", "how much each scheme tried and applied over time",
	 "Linux 7.0"},
	{"damon_region_aggregated", "the hits of DAMON's probes", "Linux 7.2"},
	{"damon_perf_ring_overflow", "reports that DAMON's own sample ring dropped", NULL},
};

#define NR_EVENTS (sizeof(events) / sizeof(events[0]))

/* The kernel's own word: mounted with this mode, the rest is capabilities. */
static const char root_remedy[] =
	"run it as root (sudo damon-trace ...), or give it CAP_DAC_OVERRIDE for tracefs";

static bool check_tracefs(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	char path[1024];
	struct dt_doctor_check *check;

	(void)snprintf(path, sizeof(path), "%s/instances", roots->tracefs);
	if (!access(path, W_OK | X_OK)) {
		(void)dt_doctor_add(doctor, GROUP, "tracefs", DT_DOCTOR_OK,
				    "%s, and instances can be made", roots->tracefs);
		return true;
	}
	if (errno == ENOENT || errno == ENOTDIR) {
		check = dt_doctor_add(doctor, GROUP, "tracefs", DT_DOCTOR_MISSING,
				      "not mounted at %s", roots->tracefs);
		dt_doctor_advise(check, "no tracepoint can be recorded",
				 "mount -t tracefs tracefs /sys/kernel/tracing");
		return false;
	}
	check = dt_doctor_add(doctor, GROUP, "tracefs", DT_DOCTOR_MISSING, "%s: %s", roots->tracefs,
			      strerror(errno));
	dt_doctor_advise(check, "no tracepoint can be recorded", root_remedy);
	return false;
}

static void check_clock(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	struct dt_doctor_check *check;
	char clocks[512];

	if (dt_host_line(clocks, sizeof(clocks), "%s/trace_clock", roots->tracefs))
		return;
	if (strstr(clocks, "perf")) {
		(void)dt_doctor_add(doctor, GROUP, "clock", DT_DOCTOR_OK,
				    "perf: tracepoints and memory samples on one clock");
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "clock", DT_DOCTOR_WARN,
			      "the kernel has no clock "
			      "\"perf\"");
	dt_doctor_advise(check, "record needs another one that both rings know",
			 "record --clock mono");
}

static bool has_event(const struct dt_roots *roots, const char *name)
{
	return dt_host_exists("%s/events/damon/%s", roots->tracefs, name);
}

/* One row for those that are there, one for each that is not. */
static void check_events(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	struct dt_doctor_check *check;
	bool any = false;

	check = dt_doctor_add(doctor, GROUP, "DAMON events", DT_DOCTOR_OK, "%s", "");
	for (size_t i = 0; i < NR_EVENTS; i++)
		if (has_event(roots, events[i].name)) {
			dt_doctor_more(check, "%s%s", any ? ", " : "", events[i].name);
			any = true;
		}
	if (!any) {
		check->state = DT_DOCTOR_MISSING;
		dt_doctor_more(check, "the kernel has none");
		dt_doctor_advise(check, "there is nothing of DAMON's to record",
				 "a kernel built with CONFIG_DAMON, Linux 5.15 or later; "
				 "record --no-damon takes memory samples alone");
		return;
	}
	for (size_t i = 0; i < NR_EVENTS; i++) {
		char remedy[64] = "";

		if (has_event(roots, events[i].name))
			continue;
		if (events[i].since)
			(void)snprintf(remedy, sizeof(remedy), "%s or later", events[i].since);
		check = dt_doctor_add(doctor, GROUP, "absent event",
				      i ? DT_DOCTOR_NOTE : DT_DOCTOR_WARN, "%s%s", events[i].name,
				      events[i].since ? "" : " (in no released kernel so far)");
		dt_doctor_advise(check, NULL, remedy);
		(void)snprintf(check->effect, sizeof(check->effect), "not in recordings: %s",
			       events[i].gives);
	}
}

static void check_goals(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	struct dt_doctor_check *check;
	const char *why = "";

	switch (dt_goals_possible(roots, &why)) {
	case DT_GOALS_NATIVE:
		(void)dt_doctor_add(doctor, GROUP, "quota goals", DT_DOCTOR_OK,
				    "the kernel has their tracepoint");
		return;
	case DT_GOALS_PROBE:
		(void)dt_doctor_add(doctor, GROUP, "quota goals", DT_DOCTOR_OK,
				    "by a dynamic event on damos_quota_score: this kernel has no "
				    "tracepoint for them");
		return;
	default:
		check = dt_doctor_add(doctor, GROUP, "quota goals", DT_DOCTOR_NOTE, "%s", why);
		dt_doctor_advise(check, "whether goals are met cannot be seen in recordings",
				 "Linux 7.2 or later with CONFIG_FPROBE_EVENTS and "
				 "CONFIG_DEBUG_INFO_BTF");
	}
}

static void check_cost(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	static const char *const means[] = {
		[DT_COST_GRAPH] = "by the function_graph tracer, or dynamic events where instances "
				  "cannot have it",
		[DT_COST_FPROBE] = "by dynamic events (fprobes)",
		[DT_COST_KPROBE] = "by dynamic events (kprobes)",
	};
	const char *why = "";
	const enum dt_cost_source source = dt_cost_possible(roots, &why);
	struct dt_doctor_check *check;

	if (source != DT_COST_NONE) {
		(void)dt_doctor_add(doctor, GROUP, "cost of calls", DT_DOCTOR_OK, "%s",
				    means[source]);
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "cost of calls", DT_DOCTOR_NOTE, "%s", why);
	dt_doctor_advise(check,
			 "record --cost has the kdamonds' CPU time, and not which function took it",
			 "a kernel with CONFIG_FUNCTION_GRAPH_TRACER (instances may have it since "
			 "Linux 6.11), CONFIG_FPROBE_EVENTS or CONFIG_KPROBE_EVENTS");
}

static void check_btf(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	struct dt_doctor_check *check;

	if (dt_host_exists("%s/kernel/btf/vmlinux", roots->sysfs)) {
		(void)dt_doctor_add(doctor, GROUP, "BTF", DT_DOCTOR_OK,
				    "the kernel describes its own structures");
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "BTF", DT_DOCTOR_NOTE,
			      "the kernel does not describe its structures");
	if (!dt_host_exists("%s/events/damon/damos_node_eligible_mem_bp", roots->tracefs))
		dt_doctor_advise(check, "quota goals cannot be seen without it",
				 "a kernel built with CONFIG_DEBUG_INFO_BTF");
}

static void check_leftovers(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	struct dt_leftovers leftovers = {0};
	struct dt_doctor_check *check;
	struct dt_error error;

	if (dt_leftovers_find(roots, &leftovers, &error)) {
		check = dt_doctor_add(doctor, GROUP, "leftovers", DT_DOCTOR_WARN, "%s",
				      error.message);
		dt_doctor_advise(check, NULL, error.hint);
		return;
	}
	if (!leftovers.nr) {
		(void)dt_doctor_add(doctor, GROUP, "leftovers", DT_DOCTOR_OK,
				    "none of recorders that were killed");
	} else {
		check = dt_doctor_add(doctor, GROUP, "leftovers", DT_DOCTOR_WARN, "%s", "");
		for (size_t i = 0; i < leftovers.nr; i++)
			dt_doctor_more(check, "%s%s", i ? ", " : "", leftovers.names[i]);
		dt_doctor_advise(check,
				 "a recorder was killed: what it set up in the kernel goes on and "
				 "takes memory",
				 "damon-trace doctor --clean");
	}
	dt_leftovers_free(&leftovers);
}

void dt_doctor_tracing(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	if (check_tracefs(doctor, roots)) {
		check_clock(doctor, roots);
		check_events(doctor, roots);
		check_goals(doctor, roots);
		check_cost(doctor, roots);
	}
	check_btf(doctor, roots);
	if (dt_host_exists("%s/instances", roots->tracefs))
		check_leftovers(doctor, roots);
}
