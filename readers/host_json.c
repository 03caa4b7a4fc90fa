/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.json of a recording. It may come from anywhere: sizes and numbers are bounded, types are
 * checked, and a recording without it, or with a damaged one, is read all the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "readers/host_json.h"

/* The trees of a machine with many schemes have some 100 KB. */
#define BYTES_MAX  (32u << 20)
#define NODES_MAX  1024
#define RANGES_MAX 4096
#define EVENTS_MAX 65536
#define CPUS_MAX   65536

void dt_host_json_text(const json_t *object, const char *key, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(object, key));

	(void)snprintf(text, size, "%s", value ? value : "");
}

uint64_t dt_host_json_u64(const json_t *object, const char *key, uint64_t fallback)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);
	unsigned long long number;
	char *end;

	if (json_is_integer(value))
		return json_integer_value(value) < 0 ? fallback
						     : (uint64_t)json_integer_value(value);
	if (!text || *text < '0' || *text > '9')
		return fallback;
	errno = 0;
	number = strtoull(text, &end, 0);
	return errno || *end ? fallback : number;
}

int64_t dt_host_json_i64(const json_t *object, const char *key, int64_t fallback)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);
	long long number;
	char *end;

	if (json_is_integer(value))
		return json_integer_value(value);
	if (!text || !*text)
		return fallback;
	errno = 0;
	number = strtoll(text, &end, 10);
	return errno || *end ? fallback : number;
}

bool dt_host_json_bool(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static int32_t to_i32(int64_t value, int32_t fallback)
{
	return value < INT32_MIN || value > INT32_MAX ? fallback : (int32_t)value;
}

static size_t bounded(const json_t *array, size_t most)
{
	const size_t nr = json_array_size(array);

	return nr < most ? nr : most;
}

/* The words of the command line, with a space between. */
static void read_command(struct dt_host_context *context, const json_t *words)
{
	size_t used = 0;

	for (size_t i = 0; i < json_array_size(words) && used < sizeof(context->command); i++) {
		const char *word = json_string_value(json_array_get(words, i));

		used += (size_t)snprintf(context->command + used, sizeof(context->command) - used,
					 "%s%s", i ? " " : "", word ? word : "?");
	}
}

static int read_events(struct dt_host_context *context, const json_t *events)
{
	const size_t nr = bounded(events, EVENTS_MAX);

	context->events = calloc(nr + 1, sizeof(*context->events));
	if (!context->events)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		const char *name = json_string_value(json_array_get(events, i));

		if (name)
			(void)snprintf(context->events[context->nr_events++],
				       sizeof(*context->events), "%s", name);
	}
	return 0;
}

static int read_recording(struct dt_host_context *context, const json_t *object)
{
	const char *filter = json_string_value(json_object_get(object, "filter"));

	read_command(context, json_object_get(object, "command"));
	context->ended = dt_host_json_bool(object, "ended");
	dt_host_json_text(object, "end_reason", context->end_reason, sizeof(context->end_reason));
	dt_host_json_text(object, "clock", context->clock, sizeof(context->clock));
	context->start_ns = dt_host_json_u64(object, "start_ns", 0);
	context->end_ns = dt_host_json_u64(object, "end_ns", 0);
	context->realtime_offset_start =
		dt_host_json_i64(object, "realtime_offset_start_ns", INT64_MIN);
	context->realtime_offset_end =
		dt_host_json_i64(object, "realtime_offset_end_ns", INT64_MIN);
	dt_host_json_text(object, "sample_event", context->sample_event,
			  sizeof(context->sample_event));
	context->pid = to_i32(dt_host_json_i64(object, "pid", 0), 0);
	context->buffer_kb = dt_host_json_u64(object, "buffer_kb", 0);
	dt_host_json_text(object, "goal_source", context->goal_source,
			  sizeof(context->goal_source));
	dt_host_json_text(object, "goal_reason", context->goal_reason,
			  sizeof(context->goal_reason));
	dt_host_json_text(object, "cost_source", context->cost_source,
			  sizeof(context->cost_source));
	dt_host_json_text(object, "cost_reason", context->cost_reason,
			  sizeof(context->cost_reason));
	if (filter && *filter) {
		context->filter = strdup(filter);
		if (!context->filter)
			return -ENOMEM;
	}
	return read_events(context, json_object_get(object, "events"));
}

static void read_machine(struct dt_host_context *context, const json_t *root)
{
	const json_t *kernel = json_object_get(root, "kernel");
	const json_t *machine = json_object_get(root, "machine");
	const uint64_t cpus = dt_host_json_u64(machine, "cpus_online", 0);

	dt_host_json_text(root, "damon_trace", context->version, sizeof(context->version));
	dt_host_json_text(kernel, "release", context->release, sizeof(context->release));
	dt_host_json_text(kernel, "arch", context->arch, sizeof(context->arch));
	dt_host_json_text(machine, "hostname", context->hostname, sizeof(context->hostname));
	dt_host_json_text(machine, "boot_id", context->boot_id, sizeof(context->boot_id));
	dt_host_json_text(machine, "cpu_model", context->cpu_model, sizeof(context->cpu_model));
	context->cpus_online = cpus > UINT32_MAX ? 0 : (uint32_t)cpus;
	context->mem_total_kb = dt_host_json_u64(machine, "mem_total_kb", 0);
	context->page_size = dt_host_json_u64(machine, "page_size", 0);
	context->iomem_known = dt_host_json_bool(machine, "iomem_known");
}

/* ["0x1000", "0x2000"] */
static bool read_range(const json_t *pair, struct dt_host_range *range)
{
	uint64_t ends[2];

	for (size_t i = 0; i < 2; i++) {
		const char *text = json_string_value(json_array_get(pair, i));
		char *rest;

		if (!text || strncmp(text, "0x", 2) != 0)
			return false;
		errno = 0;
		ends[i] = strtoull(text, &rest, 16);
		if (errno || *rest)
			return false;
	}
	*range = (struct dt_host_range){ends[0], ends[1]};
	return ends[0] < ends[1];
}

static int read_node(struct dt_host_node_facts *node, const json_t *object)
{
	const json_t *ranges = json_object_get(object, "ranges");
	const size_t nr = bounded(ranges, RANGES_MAX);

	node->nid = to_i32(dt_host_json_i64(object, "nid", -1), -1);
	node->has_cpus = dt_host_json_bool(object, "has_cpus");
	dt_host_json_text(object, "cpus", node->cpus, sizeof(node->cpus));
	node->mem_total_kb = dt_host_json_u64(object, "mem_total_kb", 0);
	node->ranges = calloc(nr + 1, sizeof(*node->ranges));
	if (!node->ranges)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		if (read_range(json_array_get(ranges, i), &node->ranges[node->nr_ranges]))
			node->nr_ranges++;
	return 0;
}

static int read_nodes(struct dt_host_context *context, const json_t *nodes)
{
	const size_t nr = bounded(nodes, NODES_MAX);
	int ret = 0;

	context->nodes = calloc(nr + 1, sizeof(*context->nodes));
	if (!context->nodes)
		return -ENOMEM;
	for (size_t i = 0; i < nr && !ret; i++)
		ret = read_node(&context->nodes[context->nr_nodes++], json_array_get(nodes, i));
	return ret;
}

static int read_account(struct dt_account *account, const json_t *cpus)
{
	const size_t nr = bounded(cpus, CPUS_MAX);

	if (!nr)
		return 0;
	account->cpus = calloc(nr, sizeof(*account->cpus));
	if (!account->cpus)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		const json_t *object = json_array_get(cpus, i);

		account->cpus[i] = (struct dt_cpu_account){
			.cpu = to_i32(dt_host_json_i64(object, "cpu", -1), -1),
			.events = dt_host_json_u64(object, "events", 0),
			.overrun = dt_host_json_u64(object, "overrun", 0),
			.commit_overrun = dt_host_json_u64(object, "commit_overrun", 0),
			.dropped = dt_host_json_u64(object, "dropped", 0),
			.trace_bytes = dt_host_json_u64(object, "trace_bytes", 0),
			.samples = dt_host_json_u64(object, "samples", 0),
			.with_address = dt_host_json_u64(object, "with_address", 0),
			.lost = dt_host_json_u64(object, "lost", 0),
			.lost_samples = dt_host_json_u64(object, "lost_samples", 0),
			.throttles = dt_host_json_u64(object, "throttles", 0),
			.enabled_ns = dt_host_json_u64(object, "enabled_ns", 0),
			.running_ns = dt_host_json_u64(object, "running_ns", 0),
			.perf_bytes = dt_host_json_u64(object, "perf_bytes", 0),
		};
	}
	account->nr_cpus = nr;
	return 0;
}

static int read_root(struct dt_host_context *context, const json_t *root)
{
	const json_t *damon = json_object_get(root, "damon");
	int ret;

	read_machine(context, root);
	ret = read_recording(context, json_object_get(root, "recording"));
	if (!ret)
		ret = read_nodes(context, json_object_get(root, "nodes"));
	if (!ret)
		ret = read_account(&context->account,
				   json_object_get(json_object_get(root, "account"), "cpus"));
	if (!ret)
		ret = dt_host_json_damon(json_object_get(damon, "at_start"), &context->at_start);
	if (!ret)
		ret = dt_host_json_damon(json_object_get(damon, "at_end"), &context->at_end);
	return ret;
}

/* The whole file; NULL with a warning, or without one when there is no such file. */
static char *read_file(const char *path, size_t *size, struct dt_warnings *warnings)
{
	/* no waiting for a pipe's other end */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	char *text = NULL;
	ssize_t got = 0;

	if (fd < 0) {
		if (errno != ENOENT)
			dt_warn(warnings, UINT64_MAX, DT_RECORDING_HOST ": %s", strerror(errno));
		return NULL;
	}
	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		dt_warn(warnings, UINT64_MAX, DT_RECORDING_HOST " is no file and was left out");
	else if (status.st_size > BYTES_MAX)
		dt_warn(warnings, UINT64_MAX,
			DT_RECORDING_HOST " is larger than any recording's and was left out");
	else
		text = malloc((size_t)status.st_size + 1);
	for (*size = 0; text && *size < (size_t)status.st_size; *size += (size_t)got) {
		got = read(fd, text + *size, (size_t)status.st_size - *size);
		if (got <= 0)
			break;
	}
	(void)close(fd);
	return text;
}

/* What the parser says may quote bytes of the file: position and kind are enough. */
static json_t *parse(const char *text, size_t size, struct dt_warnings *warnings)
{
	json_error_t why;
	json_t *root = json_loadb(text, size, 0, &why);

	if (json_is_object(root))
		return root;
	if (root)
		dt_warn(warnings, UINT64_MAX, DT_RECORDING_HOST " holds no JSON object");
	else
		dt_warn(warnings, why.position < 0 ? UINT64_MAX : (uint64_t)why.position,
			DT_RECORDING_HOST " is damaged (line %d) and was left out", why.line);
	json_decref(root);
	return NULL;
}

int dt_host_context_read(struct dt_host_context **context, const char *directory,
			 struct dt_warnings *warnings)
{
	struct dt_host_context *made;
	char path[4096], *text;
	json_t *root;
	size_t size;
	int ret;

	*context = NULL;
	if (snprintf(path, sizeof(path), "%s/%s", directory, DT_RECORDING_HOST) >=
	    (int)sizeof(path))
		return 0;
	text = read_file(path, &size, warnings);
	root = text ? parse(text, size, warnings) : NULL;
	free(text);
	if (!root)
		return 0;
	made = calloc(1, sizeof(*made));
	ret = made ? read_root(made, root) : -ENOMEM;
	json_decref(root);
	if (ret)
		dt_host_context_free(made);
	else
		*context = made;
	return ret;
}

void dt_host_context_free(struct dt_host_context *context)
{
	if (!context)
		return;
	for (size_t i = 0; i < context->nr_nodes; i++)
		free(context->nodes[i].ranges);
	free(context->nodes);
	free(context->events);
	free(context->filter);
	free(context->account.cpus);
	dt_host_damon_clear(&context->at_start);
	dt_host_damon_clear(&context->at_end);
	free(context);
}
