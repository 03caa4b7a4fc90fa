/* SPDX-License-Identifier: GPL-2.0-only */
/* Setting a recording up, so that nothing flows before all of it stands; and taking it down. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "collector/recorder_impl.h"

uint64_t dt_recorder_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void dt_recorder_note(const struct dt_recorder *recorder, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	if (!recorder->listener.note)
		return;
	va_start(arguments, format);
	(void)vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	recorder->listener.note(recorder->listener.context, line);
}

/*
 * "damon:damos_esz" is a tracepoint, "cycles:pp" an event with modifiers: a tracepoint's system is
 * there, or what follows the colon is more than modifiers.
 */
static bool is_tracepoint(const struct dt_recorder_options *options, const char *name)
{
	const char *colon = strchr(name, ':');
	char path[512];

	if (!colon || strpbrk(name, "/{"))
		return false;
	if (colon[1 + strspn(colon + 1, "ukhHGIpPSDWeb")])
		return true;
	(void)snprintf(path, sizeof(path), "%s/events/%.*s", options->roots.tracefs,
		       (int)(colon - name), name);
	return !access(path, F_OK);
}

static int sort_events(struct dt_recorder *recorder)
{
	const char *const *events = recorder->options.events;
	size_t nr = 0, traced = 0, sampled = 0;

	while (events && events[nr])
		nr++;
	recorder->tracepoints = calloc(nr + 1, sizeof(*recorder->tracepoints));
	recorder->perf_events = calloc(nr + 1, sizeof(*recorder->perf_events));
	if (!recorder->tracepoints || !recorder->perf_events)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		if (is_tracepoint(&recorder->options, events[i]))
			recorder->tracepoints[traced++] = events[i];
		else
			recorder->perf_events[sampled++] = events[i];
	}
	return 0;
}

static const struct {
	const char *name;
	clockid_t id;
} perf_clocks[] = {
	{"mono", CLOCK_MONOTONIC},
	{"mono_raw", CLOCK_MONOTONIC_RAW},
	{"boot", CLOCK_BOOTTIME},
	{"tai", CLOCK_TAI},
};

/* The clock of perf's events that is the trace clock; the default needs none. */
static int choose_clock(const char *clock, struct dt_sampler_options *sampler,
			struct dt_error *error)
{
	if (!strcmp(clock, "perf"))
		return 0;
	for (size_t i = 0; i < sizeof(perf_clocks) / sizeof(perf_clocks[0]); i++)
		if (!strcmp(clock, perf_clocks[i].name)) {
			sampler->use_clockid = true;
			sampler->clockid = perf_clocks[i].id;
			return 0;
		}
	return dt_fail(
		error, EINVAL,
		"samples can be stamped with perf, mono, mono_raw, boot or tai; --no-samples "
		"leaves every trace clock",
		"perf events know no clock \"%s\"", clock);
}

static int open_tracer(struct dt_recorder *recorder, struct dt_error *error)
{
	const struct dt_recorder_options *options = &recorder->options;
	const struct dt_tracer_options tracer = {
		.roots = &options->roots,
		.clock = options->clock,
		.buffer_kb = options->buffer_kb,
		.damon = options->damon,
		.events = recorder->tracepoints,
		.filter = options->filter,
		.cost = options->cost,
	};
	int ret;

	recorder->traces = options->damon || recorder->tracepoints[0] || options->cost;
	if (!recorder->traces && options->filter)
		return dt_fail(error, EINVAL, "-e SYSTEM:EVENT records tracepoints",
			       "the filter has no tracepoints to apply to");
	ret = dt_tracer_open(&recorder->tracer, &tracer, error);
	/* for its clock alone it is not worth giving up the samples */
	if (ret && !recorder->traces) {
		recorder->tracer = NULL;
		ret = 0;
	}
	return ret;
}

static int open_sampler(struct dt_recorder *recorder, struct dt_error *error)
{
	const struct dt_recorder_options *options = &recorder->options;
	struct dt_sampler_options sampler = {
		.roots = &options->roots,
		.events = recorder->perf_events[0] ? recorder->perf_events : NULL,
		.pid = recorder->workload.pid,
		.on_exec = recorder->workload.is_child,
		.buffer_kb = options->buffer_kb,
		.callchain = options->callchain,
		.host = &recorder->host,
		.command = options->argv,
	};
	int ret;

	if (!options->samples && !recorder->perf_events[0])
		return 0;
	ret = choose_clock(options->clock, &sampler, error);
	if (!ret)
		ret = dt_sampler_open(&recorder->sampler, &sampler, error);
	/* nobody asked for samples by name: DAMON's events are worth recording without them */
	if (ret && !recorder->perf_events[0] && recorder->traces && ret != -ESRCH &&
	    ret != -EINVAL) {
		dt_recorder_note(recorder, "no memory samples: %s%s%s", error->message,
				 error->hint[0] ? "; " : "", error->hint);
		recorder->sampler = NULL;
		return 0;
	}
	return ret;
}

static int open_account(struct dt_recorder *recorder)
{
	const uint32_t nr = recorder->host.cpus_possible ? recorder->host.cpus_possible : 1;

	recorder->account.cpus = calloc(nr, sizeof(*recorder->account.cpus));
	if (!recorder->account.cpus)
		return -ENOMEM;
	recorder->account.nr_cpus = nr;
	for (uint32_t i = 0; i < nr; i++)
		recorder->account.cpus[i].cpu = (int)i;
	return 0;
}

/* Pages that are full wake the loop by themselves; for the others this often, ns. */
#define TICK_NS 200000000

static int open_loop(struct dt_recorder *recorder, struct dt_error *error)
{
	const struct itimerspec tick = {{0, TICK_NS}, {0, TICK_NS}};
	sigset_t signals;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	/* a limit of file sizes is an error of writing, not an end */
	(void)signal(SIGXFSZ, SIG_IGN);
	recorder->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	recorder->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	recorder->tick_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	recorder->end_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (recorder->epoll_fd < 0 || recorder->signal_fd < 0 || recorder->tick_fd < 0 ||
	    recorder->end_fd < 0 || timerfd_settime(recorder->tick_fd, 0, &tick, NULL))
		return dt_fail(error, errno, NULL, "cannot prepare to wait: %s", strerror(errno));
	return 0;
}

/* The events by name, or how many when they are many. */
static size_t describe_events(const struct dt_recorder *recorder, char *text, size_t size)
{
	const char *const *events = dt_tracer_events(recorder->tracer);
	size_t nr = 0, damon = 0;

	for (; events[nr]; nr++)
		damon += !strncmp(events[nr], "damon:", 6);
	if (nr == damon)
		return (size_t)snprintf(text, size, "%zu DAMON event%s", nr, nr == 1 ? "" : "s");
	return (size_t)snprintf(text, size, "%zu tracepoints", nr);
}

static void describe(struct dt_recorder *recorder)
{
	char *text = recorder->description;
	const size_t size = sizeof(recorder->description);
	size_t length = 0;

	if (recorder->traces)
		length = describe_events(recorder, text, size);
	if (recorder->traces && dt_tracer_goals(recorder->tracer, NULL) == DT_GOALS_PROBE)
		length += (size_t)snprintf(text + length, size - length, " and goals by a probe");
	if (recorder->options.cost && dt_tracer_cost(recorder->tracer, NULL) != DT_COST_NONE &&
	    length < size)
		length += (size_t)snprintf(text + length, size - length,
					   " and calls of DAMON's functions");
	if (recorder->sampler && length < size)
		length += (size_t)snprintf(text + length, size - length, "%s%s", length ? "; " : "",
					   dt_sampler_description(recorder->sampler));
	if (length < size)
		(void)snprintf(text + length, size - length, "; clock %s", recorder->options.clock);
}

static void fill_record(struct dt_recorder *recorder)
{
	static const char *const sources[] = {"none", "native", "probe"};
	static const char *const cost_sources[] = {"none", "function_graph", "fprobe", "kprobe"};
	struct dt_host_record *record = &recorder->record;
	const struct dt_recorder_options *options = &recorder->options;

	*record = (struct dt_host_record){
		.version = options->version,
		.command = options->argv,
		.clock = options->clock,
		.filter = options->filter,
		.buffer_kb = options->buffer_kb ? options->buffer_kb : DT_BUFFER_KB,
		.pid = recorder->workload.pid,
		.realtime_offset_start = INT64_MIN,
		.realtime_offset_end = INT64_MIN,
	};
	if (recorder->traces) {
		record->events = dt_tracer_events(recorder->tracer);
		record->goal_source =
			sources[dt_tracer_goals(recorder->tracer, &record->goal_reason)];
	}
	if (recorder->traces && options->cost)
		record->cost_source =
			cost_sources[dt_tracer_cost(recorder->tracer, &record->cost_reason)];
	if (recorder->sampler)
		record->sample_event = dt_sampler_description(recorder->sampler);
}

int dt_recorder_write_host(struct dt_recorder *recorder, const struct dt_damon_tree *at_end,
			   struct dt_error *error)
{
	return dt_host_write(recorder->directory.path, &recorder->host, &recorder->record,
			     recorder->at_start, at_end, error);
}

static int open_scope(struct dt_recorder *recorder, struct dt_error *error)
{
	const struct dt_recorder_options *options = &recorder->options;

	if (options->command)
		return dt_workload_prepare(&recorder->workload, options->command, error);
	if (options->pid)
		return dt_workload_attach(&recorder->workload, options->pid, error);
	return 0;
}

/* What the kernel must agree to comes before the directory, which so is not left behind. */
static int open_all(struct dt_recorder *recorder, struct dt_error *error)
{
	const struct dt_recorder_options *options = &recorder->options;
	int ret;

	ret = dt_host_read(&recorder->host, &options->roots, error);
	if (!ret)
		ret = open_loop(recorder, error);
	if (!ret)
		ret = open_scope(recorder, error);
	if (!ret)
		ret = open_tracer(recorder, error);
	if (!ret)
		ret = open_sampler(recorder, error);
	if (!ret && !recorder->traces && !recorder->sampler)
		ret = dt_fail(error, EINVAL, "leave out --no-damon or --no-samples, or name events",
			      "nothing is left to record");
	if (!ret)
		ret = dt_witness_open(&recorder->witness, &options->roots, error);
	/* DAMON without sysfs (an old kernel, or only its modules) is no obstacle */
	if (!ret && dt_damon_tree_read(&recorder->at_start, &options->roots, NULL))
		recorder->at_start = NULL;
	/* not the kernel's refusal, whatever its errno */
	if (!ret && dt_directory_make(&recorder->directory, options->output, options->force, error))
		ret = -EIO;
	return ret;
}

static int begin_files(struct dt_recorder *recorder, struct dt_error *error)
{
	int ret;

	recorder->rotation = (struct dt_rotation){
		.directory = &recorder->directory,
		.tracer = recorder->traces ? recorder->tracer : NULL,
		.sampler = recorder->sampler,
		.witness = recorder->witness,
		.max_size = recorder->options.max_size,
	};
	describe(recorder);
	fill_record(recorder);
	if (recorder->options.damon && recorder->record.goal_reason)
		dt_recorder_note(recorder, "goals cannot be traced: %s",
				 recorder->record.goal_reason);
	if (recorder->options.cost && recorder->record.cost_reason)
		dt_recorder_note(
			recorder,
			"the calls of DAMON's functions cannot be traced, only its CPU time "
			"is recorded: %s",
			recorder->record.cost_reason);
	ret = dt_recorder_write_host(recorder, NULL, error);
	if (!ret)
		ret = dt_rotation_begin(&recorder->rotation, error);
	return ret;
}

int dt_recorder_open(struct dt_recorder **recorder, const struct dt_recorder_options *options,
		     const struct dt_recorder_listener *listener, struct dt_error *error)
{
	struct dt_recorder *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	made->options = *options;
	made->listener = *listener;
	made->directory = (struct dt_directory){.fd = -1, .reserve = -1};
	made->epoll_fd = made->signal_fd = made->tick_fd = made->end_fd = -1;
	dt_workload_init(&made->workload);
	ret = sort_events(made);
	if (ret)
		(void)dt_fail(error, -ret, NULL, "out of memory");
	if (!ret)
		ret = open_all(made, error);
	if (!ret && open_account(made))
		ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	if (!ret)
		ret = begin_files(made, error);
	if (ret) {
		dt_recorder_close(made);
		return ret;
	}
	*recorder = made;
	return 0;
}

const char *dt_recorder_description(const struct dt_recorder *recorder)
{
	return recorder->description;
}

const struct dt_account *dt_recorder_account(const struct dt_recorder *recorder)
{
	return &recorder->account;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void dt_recorder_close(struct dt_recorder *recorder)
{
	if (!recorder)
		return;
	(void)dt_rotation_settle(&recorder->rotation, NULL);
	/* first what is in the kernel's hands */
	dt_tracer_close(recorder->tracer);
	dt_sampler_close(recorder->sampler);
	dt_workload_close(&recorder->workload);
	dt_witness_close(recorder->witness);
	dt_damon_tree_free(recorder->at_start);
	dt_host_free(&recorder->host);
	dt_directory_close(&recorder->directory);
	close_fd(recorder->epoll_fd);
	close_fd(recorder->signal_fd);
	close_fd(recorder->tick_fd);
	close_fd(recorder->end_fd);
	free(recorder->account.cpus);
	free(recorder->tracepoints);
	free(recorder->perf_events);
	free(recorder);
}
