/* SPDX-License-Identifier: GPL-2.0-only */
/* DAMON: what of it the kernel has, what runs at the moment, and whether hardware helps it. */
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/doctor_impl.h"
#include "collector/host_files.h"
#include "collector/witness_impl.h"
#include "damon-trace/host_context.h"

#define GROUP	 DT_DOCTOR_DAMON
#define ADMIN	 "kernel/mm/damon/admin/kdamonds"
#define CONTEXTS ADMIN "/*/contexts/*"

static const char start_remedy[] =
	"start DAMON first, with damon-trace setup or damo; record --no-damon takes memory samples "
	"alone";

/* Parts of DAMON by their configuration; what the configuration does not name is not there. */
static void check_built(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	static const struct {
		const char *line, *name;
	} parts[] = {
		{"CONFIG_DAMON_PADDR=y", "paddr (physical addresses)"},
		{"CONFIG_DAMON_VADDR=y", "vaddr (processes)"},
		{"CONFIG_DAMON_SYSFS=y", "sysfs"},
		{"CONFIG_DAMON_STAT=y", "DAMON_STAT"},
		{"CONFIG_DAMON_RECLAIM=y", "DAMON_RECLAIM"},
		{"CONFIG_DAMON_LRU_SORT=y", "DAMON_LRU_SORT"},
	};
	const bool sysfs = dt_host_exists("%s/kernel/mm/damon/admin", roots->sysfs);
	struct dt_doctor_check *check;
	bool any = false;

	check = dt_doctor_add(doctor, GROUP, "built in", DT_DOCTOR_OK, "%s", "");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(doctor->host.config, parts[i].line)) {
			dt_doctor_more(check, "%s%s", any ? ", " : "", parts[i].name);
			any = true;
		}
	if (any)
		return;
	if (sysfs) {
		dt_doctor_more(check, "its sysfs is there; the kernel's configuration cannot be "
				      "read");
		return;
	}
	/* DAMON's first kernels had neither sysfs nor a configuration that everybody can read */
	check->state = doctor->host.config[0] ? DT_DOCTOR_MISSING : DT_DOCTOR_WARN;
	dt_doctor_more(check, doctor->host.config[0]
				      ? "the kernel has no DAMON"
				      : "no sign of DAMON, but the configuration cannot be read");
	dt_doctor_advise(check, "there is nothing of DAMON's to record",
			 "a kernel built with CONFIG_DAMON, CONFIG_DAMON_PADDR, CONFIG_DAMON_VADDR "
			 "and CONFIG_DAMON_SYSFS");
}

/* DAMON's configuration by way of the text that host.json gets. */
static bool read_damon(struct dt_host_damon *damon, const struct dt_roots *roots)
{
	struct dt_damon_tree *tree;
	char *text = NULL;
	size_t size;
	bool done;

	*damon = (struct dt_host_damon){0};
	if (dt_damon_tree_read(&tree, roots, NULL))
		return false;
	done = !dt_damon_tree_text(tree, &text, &size) && !dt_host_damon_parse(damon, text, size);
	free(text);
	dt_damon_tree_free(tree);
	return done;
}

static const char *duration(char buffer[32], uint64_t us)
{
	if (us >= 1000000 && us % 100000 == 0)
		(void)snprintf(buffer, 32, "%.10g s", (double)us / 1e6);
	else if (us >= 1000)
		(void)snprintf(buffer, 32, "%.10g ms", (double)us / 1e3);
	else
		(void)snprintf(buffer, 32, "%" PRIu64 " us", us);
	return buffer;
}

static void tell_schemes(struct dt_doctor_check *check, const struct dt_host_monitor *monitor)
{
	size_t goals = 0;

	for (size_t i = 0; i < monitor->nr_schemes; i++)
		goals += monitor->schemes[i].nr_goals;
	if (!monitor->nr_schemes) {
		dt_doctor_more(check, "; no schemes");
		return;
	}
	dt_doctor_more(check, "; %zu scheme%s (", monitor->nr_schemes,
		       monitor->nr_schemes == 1 ? "" : "s");
	for (size_t i = 0; i < monitor->nr_schemes; i++)
		dt_doctor_more(check, "%s%s", i ? ", " : "", monitor->schemes[i].action);
	dt_doctor_more(check, "), %zu goal%s", goals, goals == 1 ? "" : "s");
}

static void tell_monitor(struct dt_doctor_check *check, const struct dt_host_monitor *monitor)
{
	char sample[32], aggregation[32];

	dt_doctor_more(check, ", %s", monitor->operations);
	if (monitor->sample_us)
		dt_doctor_more(check, ": samples every %s, aggregates every %s",
			       duration(sample, monitor->sample_us),
			       duration(aggregation, monitor->aggr_us));
	if (monitor->max_regions)
		dt_doctor_more(check, ", %" PRIu64 " to %" PRIu64 " regions", monitor->min_regions,
			       monitor->max_regions);
	tell_schemes(check, monitor);
}

/* A recording that is shorter than an aggregation sees nothing. */
#define SLOW_US 2000000

static void check_kdamond(struct dt_doctor *doctor, const struct dt_host_kdamond *kdamond)
{
	const bool module = kdamond->source[0] == 'd';
	uint64_t slowest = 0;
	struct dt_doctor_check *check;
	char text[32], effect[128];

	check = dt_doctor_add(doctor, GROUP, "runs", DT_DOCTOR_OK, "%s%s", module ? "" : "kdamond ",
			      kdamond->source);
	if (kdamond->pid >= 0)
		dt_doctor_more(check, " (pid %" PRId32 ")", kdamond->pid);
	for (size_t i = 0; i < kdamond->nr_contexts; i++) {
		tell_monitor(check, &kdamond->contexts[i]);
		if (kdamond->contexts[i].aggr_us > slowest)
			slowest = kdamond->contexts[i].aggr_us;
	}
	if (slowest >= SLOW_US) {
		(void)snprintf(effect, sizeof(effect),
			       "a snapshot every %s: record for some of them",
			       duration(text, slowest));
		dt_doctor_advise(check, effect, NULL);
	}
	if (module)
		dt_doctor_advise(check, "while it runs, other kdamonds may be refused (EBUSY)",
				 NULL);
}

/* Is the thread one of those that sysfs told of? A module may run one without telling its pid. */
static bool is_told(const struct dt_host_damon *damon, int32_t pid, size_t *without_pid)
{
	for (size_t i = 0; i < damon->nr_kdamonds; i++)
		if (damon->kdamonds[i].pid == pid)
			return true;
	if (!*without_pid)
		return false;
	--*without_pid;
	return true;
}

/* Threads that sysfs does not show are the modules'. Returns the number of all threads. */
static size_t check_threads(struct dt_doctor *doctor, const struct dt_host_damon *damon,
			    const struct dt_roots *roots)
{
	struct dt_witness_kdamonds threads = {.proc = roots->proc};
	char text[32];
	const bool hidden =
		dt_host_exists("%s/" ADMIN "/nr_kdamonds", roots->sysfs) &&
		dt_host_line(text, sizeof(text), "%s/" ADMIN "/nr_kdamonds", roots->sysfs);
	size_t nr, without_pid = 0;

	for (size_t i = 0; i < damon->nr_kdamonds; i++)
		without_pid +=
			damon->kdamonds[i].pid < 0 && !strcmp(damon->kdamonds[i].state, "on");
	if (dt_witness_find_kdamonds(&threads))
		doctor->failed = true;
	nr = threads.nr;
	for (size_t i = 0; i < nr; i++)
		if (!is_told(damon, threads.list[i].pid, &without_pid))
			(void)dt_doctor_add(doctor, GROUP, "runs", DT_DOCTOR_OK,
					    "%s (pid %" PRId32 "), %s", threads.list[i].name,
					    threads.list[i].pid,
					    hidden ? "whose settings only root may read"
						   : "of a module or another owner than sysfs");
	dt_witness_close_kdamonds(&threads);
	return nr;
}

static void check_running(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	struct dt_host_damon damon;
	struct dt_doctor_check *check;
	size_t running = 0;

	(void)read_damon(&damon, roots);
	for (size_t i = 0; i < damon.nr_kdamonds; i++)
		if (!strcmp(damon.kdamonds[i].state, "on")) {
			check_kdamond(doctor, &damon.kdamonds[i]);
			running++;
		}
	running += check_threads(doctor, &damon, roots);
	dt_host_damon_clear(&damon);
	if (running)
		return;
	check = dt_doctor_add(doctor, GROUP, "runs", DT_DOCTOR_WARN, "no kdamond");
	dt_doctor_advise(check, "a recording would have no events of DAMON's", start_remedy);
}

static bool any_matches(const struct dt_roots *roots, const char *below)
{
	char pattern[1024];
	glob_t found;
	bool any;

	(void)snprintf(pattern, sizeof(pattern), "%s/" CONTEXTS "/monitoring_attrs%s", roots->sysfs,
		       below);
	any = !glob(pattern, GLOB_NOSORT, NULL, &found);
	if (any)
		globfree(&found);
	return any;
}

/* Proposals of how DAMON takes accesses from hardware samples; they differ in their files. */
static void check_layouts(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	static const struct {
		const char *below, *name;
	} layouts[] = {
		{"/sample/perf_events/nr_perf_events", "sample/perf_events/N"},
		{"/sample/primitives/perf_events", "sample/primitives/perf_events"},
		{"/probes/*/filters/*/perf_event_type", "probes/P/filters/F/perf_event_type"},
		{"/probes/*/preps", "probes/P/preps/N"},
	};
	struct dt_doctor_check *check;
	bool any = false;

	if (!any_matches(roots, "")) {
		(void)dt_doctor_add(doctor, GROUP, "from hardware", DT_DOCTOR_NOTE,
				    "cannot be told: sysfs has no context of DAMON's now");
		return;
	}
	check = dt_doctor_add(doctor, GROUP, "from hardware", DT_DOCTOR_OK, "%s", "");
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (any_matches(roots, layouts[i].below)) {
			dt_doctor_more(check, "%s%s", any ? ", " : "DAMON takes samples by ",
				       layouts[i].name);
			any = true;
		}
	if (any)
		return;
	check->state = DT_DOCTOR_NOTE;
	dt_doctor_more(check, "DAMON takes no hardware samples (no released kernel does)");
	dt_doctor_advise(
		check, "DAMON sees accesses in page tables alone; record samples beside it", NULL);
}

void dt_doctor_damon(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	check_built(doctor, roots);
	check_running(doctor, roots);
	check_layouts(doctor, roots);
}
