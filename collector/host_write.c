/* SPDX-License-Identifier: GPL-2.0-only */
/* host.json, as doc/recording.md describes it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host_impl.h"
#include "support/temporary.h"

/* Of the file's structure; a change that a reader must know of counts it up. */
#define SCHEMA 1

static void write_known(struct dt_json *json, const char *key, int64_t value)
{
	if (value == INT64_MIN)
		dt_json_null(json, key);
	else
		dt_json_i64(json, key, value);
}

/* 0 is unknown, or left to a default. */
static void write_number(struct dt_json *json, const char *key, uint64_t value)
{
	if (value)
		dt_json_u64(json, key, value);
	else
		dt_json_null(json, key);
}

static void write_list(struct dt_json *json, const char *key, const char *const *texts)
{
	dt_json_array(json, key);
	for (; texts && *texts; texts++)
		dt_json_string(json, NULL, *texts);
	dt_json_array_end(json);
}

static void write_recording(struct dt_json *json, const struct dt_host_record *record)
{
	dt_json_line(json);
	dt_json_object(json, "recording");
	write_list(json, "command", record->command);
	dt_json_bool(json, "ended", record->ended);
	dt_json_string(json, "end_reason", record->ended ? record->end_reason : NULL);
	dt_json_string(json, "clock", record->clock);
	write_number(json, "start_ns", record->start_ns);
	write_number(json, "end_ns", record->end_ns);
	write_known(json, "realtime_offset_start_ns", record->realtime_offset_start);
	write_known(json, "realtime_offset_end_ns", record->realtime_offset_end);
	dt_json_line(json);
	write_list(json, "events", record->events);
	dt_json_string(json, "filter", record->filter);
	dt_json_string(json, "sample_event", record->sample_event);
	if (record->pid)
		dt_json_i64(json, "pid", record->pid);
	else
		dt_json_null(json, "pid");
	write_number(json, "buffer_kb", record->buffer_kb);
	dt_json_string(json, "goal_source", record->goal_source);
	dt_json_string(json, "goal_reason", record->goal_reason);
	dt_json_string(json, "cost_source", record->cost_source);
	dt_json_string(json, "cost_reason", record->cost_reason);
	dt_json_object_end(json);
}

/* "CONFIG_DAMON=y\n"... as members. */
static void write_config(struct dt_json *json, const char *config)
{
	char name[128], value[128];

	if (!*config) {
		dt_json_null(json, "config");
		return;
	}
	dt_json_object(json, "config");
	while (*config) {
		const size_t length = strcspn(config, "\n");
		const size_t equals = strcspn(config, "=\n");

		if (equals < length) {
			(void)snprintf(name, sizeof(name), "%.*s", (int)equals, config);
			(void)snprintf(value, sizeof(value), "%.*s", (int)(length - equals - 1),
				       config + equals + 1);
			dt_json_string(json, name, value);
		}
		config += length + (config[length] == '\n');
	}
	dt_json_object_end(json);
}

static void write_machine(struct dt_json *json, const struct dt_host *host)
{
	dt_json_line(json);
	dt_json_object(json, "kernel");
	dt_json_text(json, "release", host->release);
	dt_json_text(json, "version", host->version);
	dt_json_text(json, "arch", host->arch);
	write_config(json, host->config);
	write_known(json, "perf_event_paranoid", host->perf_event_paranoid);
	write_known(json, "perf_event_mlock_kb", host->perf_event_mlock_kb);
	write_known(json, "perf_event_max_sample_rate", host->perf_event_max_sample_rate);
	dt_json_object_end(json);
	dt_json_line(json);
	dt_json_object(json, "machine");
	dt_json_text(json, "hostname", host->hostname);
	dt_json_text(json, "boot_id", host->boot_id);
	dt_json_text(json, "cpu_model", host->cpu_model);
	dt_json_text(json, "cpu_id", host->cpu_id);
	dt_json_u64(json, "cpus_online", host->cpus_online);
	dt_json_u64(json, "cpus_possible", host->cpus_possible);
	dt_json_u64(json, "mem_total_kb", host->mem_total_kb);
	dt_json_u64(json, "page_size", host->page_size);
	dt_json_bool(json, "iomem_known", host->iomem_known);
	dt_json_object_end(json);
}

static void write_node(struct dt_json *json, const struct dt_host_node *node)
{
	dt_json_line(json);
	dt_json_object(json, NULL);
	dt_json_i64(json, "nid", node->nid);
	dt_json_text(json, "cpus", node->cpulist);
	dt_json_bool(json, "has_cpus", node->has_cpus);
	dt_json_bool(json, "has_memory", node->has_memory);
	dt_json_u64(json, "mem_total_kb", node->mem_total_kb);
	dt_json_u64(json, "mem_free_kb", node->mem_free_kb);
	dt_json_array(json, "ranges");
	for (size_t i = 0; i < node->nr_ranges; i++) {
		dt_json_array(json, NULL);
		dt_json_hex(json, NULL, node->ranges[i].start);
		dt_json_hex(json, NULL, node->ranges[i].end);
		dt_json_array_end(json);
	}
	dt_json_array_end(json);
	dt_json_object_end(json);
}

static void write_nodes(struct dt_json *json, const struct dt_host *host)
{
	dt_json_line(json);
	dt_json_array(json, "nodes");
	for (size_t i = 0; i < host->nr_nodes; i++)
		write_node(json, &host->nodes[i]);
	dt_json_array_end(json);
	dt_json_line(json);
	dt_json_array(json, "pmus");
	for (size_t i = 0; i < host->nr_pmus; i++) {
		const struct dt_host_pmu *pmu = &host->pmus[i];

		dt_json_object(json, NULL);
		dt_json_string(json, "name", pmu->name);
		dt_json_u64(json, "type", pmu->type);
		dt_json_text(json, "cpus", pmu->cpus);
		dt_json_bool(json, "memory", pmu->memory);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_cpu(struct dt_json *json, const struct dt_cpu_account *cpu, double seconds)
{
	dt_json_line(json);
	dt_json_object(json, NULL);
	dt_json_i64(json, "cpu", cpu->cpu);
	dt_json_u64(json, "events", cpu->events);
	dt_json_u64(json, "overrun", cpu->overrun);
	dt_json_u64(json, "commit_overrun", cpu->commit_overrun);
	dt_json_u64(json, "dropped", cpu->dropped);
	dt_json_u64(json, "trace_bytes", cpu->trace_bytes);
	dt_json_u64(json, "samples", cpu->samples);
	dt_json_u64(json, "with_address", cpu->with_address);
	dt_json_u64(json, "lost", cpu->lost);
	dt_json_u64(json, "lost_samples", cpu->lost_samples);
	dt_json_u64(json, "throttles", cpu->throttles);
	dt_json_u64(json, "enabled_ns", cpu->enabled_ns);
	dt_json_u64(json, "running_ns", cpu->running_ns);
	dt_json_u64(json, "perf_bytes", cpu->perf_bytes);
	if (seconds > 0)
		dt_json_double(json, "samples_per_s", (double)cpu->samples / seconds);
	else
		dt_json_null(json, "samples_per_s");
	dt_json_object_end(json);
}

static void write_account(struct dt_json *json, const struct dt_host_record *record)
{
	const struct dt_account *account = record->account;
	const double seconds = record->start_ns && record->end_ns > record->start_ns
				       ? (double)(record->end_ns - record->start_ns) / 1e9
				       : 0;

	dt_json_line(json);
	if (!account) {
		dt_json_null(json, "account");
		return;
	}
	dt_json_object(json, "account");
	dt_json_array(json, "cpus");
	for (size_t i = 0; i < account->nr_cpus; i++)
		write_cpu(json, &account->cpus[i], seconds);
	dt_json_array_end(json);
	dt_json_object_end(json);
}

static void write_all(FILE *out, const struct dt_host *host, const struct dt_host_record *record,
		      const struct dt_damon_tree *at_start, const struct dt_damon_tree *at_end)
{
	struct dt_json json;

	dt_json_begin(&json, out);
	dt_json_object(&json, NULL);
	dt_json_u64(&json, "schema", SCHEMA);
	dt_json_string(&json, "damon_trace", record->version);
	write_recording(&json, record);
	write_machine(&json, host);
	write_nodes(&json, host);
	write_account(&json, record);
	dt_json_line(&json);
	dt_json_object(&json, "damon");
	dt_damon_tree_write(&json, "at_start", at_start);
	dt_json_line(&json);
	dt_damon_tree_write(&json, "at_end", at_end);
	dt_json_object_end(&json);
	dt_json_object_end(&json);
	dt_json_end(&json);
}

int dt_host_write(const char *directory, const struct dt_host *host,
		  const struct dt_host_record *record, const struct dt_damon_tree *at_start,
		  const struct dt_damon_tree *at_end, struct dt_error *error)
{
	char path[4096], made[4096];
	FILE *out;
	int code;

	if (snprintf(path, sizeof(path), "%s/" DT_RECORDING_HOST, directory) >= (int)sizeof(path) ||
	    snprintf(made, sizeof(made), "%s/" DT_RECORDING_HOST ".new", directory) >=
		    (int)sizeof(made))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long", directory);
	out = fopen(made, "we");
	if (!out)
		return dt_fail(error, errno, NULL, "cannot write %s: %s", made, strerror(errno));
	write_all(out, host, record, at_start, at_end);
	code = dt_close_durable(out);
	if (!code && rename(made, path))
		code = errno;
	if (!code)
		return 0;
	(void)unlink(made);
	return dt_fail(error, code, code == ENOSPC ? "free some space, or record elsewhere" : NULL,
		       "cannot write %s: %s", path, strerror(code));
}
