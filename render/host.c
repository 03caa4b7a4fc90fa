/* SPDX-License-Identifier: GPL-2.0-only */
/* The host context in words: machine, options, what DAMON was set to, how it ended. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/render.h"
#include "render/host.h"
#include "support/utf8.h"

#define LINE_WIDTH 79

/* One key with its text, whose words are wrapped below each other. */
struct field {
	FILE *out;
	int width, column;
};

static void begin(struct field *field, FILE *out, int width, const char *key)
{
	*field = (struct field){.out = out, .width = width, .column = width};
	(void)fprintf(out, "%-*s", width, key);
}

static void put_word(struct field *field, const char *word, int length)
{
	char buffer[1024];

	(void)snprintf(buffer, sizeof(buffer), "%.*s", length, word);
	/* a comma belongs to the word before it */
	if (*word == ',') {
		dt_utf8_print(field->out, buffer);
		field->column += length;
		return;
	}
	if (field->column > field->width && field->column + 1 + length > LINE_WIDTH) {
		(void)fprintf(field->out, "\n%*s", field->width, "");
		field->column = field->width;
	} else if (field->column > field->width) {
		(void)fputc(' ', field->out);
		field->column++;
	}
	dt_utf8_print(field->out, buffer);
	field->column += length;
}

/* Words to be added; they are text of the recording's, so of any kind. */
__attribute__((format(printf, 2, 3))) static void put(struct field *field, const char *format, ...)
{
	char text[2048];
	const char *at = text;
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	while (*at) {
		const size_t length = strcspn(at, " ");

		if (length)
			put_word(field, at, (int)length);
		at += length;
		at += strspn(at, " ");
	}
}

static void end(struct field *field)
{
	(void)fputc('\n', field->out);
}

static const char *bytes(char buffer[32], uint64_t value)
{
	return dt_text_bytes(buffer, 32, (double)value);
}

static const char *duration(char buffer[32], uint64_t ns)
{
	return dt_text_duration(buffer, 32, (double)ns);
}

static void write_nodes(FILE *out, const struct dt_host_context *host, int width)
{
	struct field field;
	char size[32];

	for (size_t i = 0; i < host->nr_nodes; i++) {
		const struct dt_host_node_facts *node = &host->nodes[i];

		begin(&field, out, width, i ? "" : "nodes");
		put(&field, "%" PRId32 ": %s, %s%s%s", node->nid,
		    bytes(size, node->mem_total_kb << 10), node->has_cpus ? "CPUs " : "no CPUs",
		    node->has_cpus ? node->cpus : "", node->nr_ranges ? "," : "");
		for (size_t j = 0; j < node->nr_ranges; j++)
			put(&field, "0x%" PRIx64 "-0x%" PRIx64 "%s", node->ranges[j].start,
			    node->ranges[j].end, j + 1 < node->nr_ranges ? "," : "");
		end(&field);
	}
}

static void write_options(FILE *out, const struct dt_host_context *host, int width)
{
	struct field field;
	char size[32];

	begin(&field, out, width, "recorded by");
	put(&field, "damon-trace %s", host->version);
	if (host->buffer_kb)
		put(&field, "with buffers of %s per CPU", bytes(size, host->buffer_kb << 10));
	end(&field);
	begin(&field, out, width, "tracepoints");
	for (size_t i = 0; i < host->nr_events; i++)
		put(&field, "%s%s", host->events[i], i + 1 < host->nr_events ? "," : "");
	put(&field, "%s", host->nr_events ? "" : "none");
	end(&field);
	if (host->filter) {
		begin(&field, out, width, "filter");
		put(&field, "%s", host->filter);
		end(&field);
	}
	begin(&field, out, width, "goals");
	put(&field, "%s%s%s",
	    !strcmp(host->goal_source, "probe")	   ? "by a dynamic event"
	    : !strcmp(host->goal_source, "native") ? "by the kernel's tracepoint"
						   : "not recorded",
	    host->goal_reason[0] ? ": " : "", host->goal_reason);
	end(&field);
	if (host->cost_source[0]) {
		begin(&field, out, width, "cost of calls");
		put(&field, "%s%s%s",
		    !strcmp(host->cost_source, "none") ? "not recorded" : host->cost_source,
		    host->cost_reason[0] ? ": " : "", host->cost_reason);
		end(&field);
	}
	begin(&field, out, width, "sampled");
	put(&field, "%s", host->sample_event[0] ? host->sample_event : "nothing");
	if (host->sample_event[0] && host->pid)
		put(&field, "(process %" PRId32 " and its children)", host->pid);
	end(&field);
}

static uint64_t sum(const struct dt_cpu_account *cpu)
{
	return cpu->overrun + cpu->commit_overrun + cpu->dropped + cpu->lost + cpu->lost_samples;
}

/* The CPUs that lost something; the others have nothing to tell. */
static void write_losses(FILE *out, const struct dt_host_context *host, int width)
{
	struct field field;
	bool any = false;

	if (!host->account.nr_cpus)
		return;
	begin(&field, out, width, "lost by CPU");
	for (size_t i = 0; i < host->account.nr_cpus; i++) {
		const struct dt_cpu_account *cpu = &host->account.cpus[i];

		if (!sum(cpu) && !cpu->throttles)
			continue;
		put(&field, "%s%d: %" PRIu64 " event%s, %" PRIu64 " sample%s", any ? ", " : "",
		    cpu->cpu, cpu->overrun + cpu->commit_overrun + cpu->dropped,
		    cpu->overrun + cpu->commit_overrun + cpu->dropped == 1 ? "" : "s",
		    cpu->lost + cpu->lost_samples, cpu->lost + cpu->lost_samples == 1 ? "" : "s");
		if (cpu->throttles)
			put(&field, ", throttled %" PRIu64 " times", cpu->throttles);
		any = true;
	}
	put(&field, "%s", any ? "" : "nothing");
	end(&field);
}

static void write_end(FILE *out, const struct dt_host_context *host, int width)
{
	struct field field;

	begin(&field, out, width, "ended by");
	put(&field, "%s",
	    host->ended ? host->end_reason : "nothing: its recorder was killed, or it still runs");
	end(&field);
	write_losses(out, host, width);
}

static void write_scheme(FILE *out, const struct dt_host_scheme *scheme, size_t number, int width)
{
	struct field field;
	char key[32], size[32];

	(void)snprintf(key, sizeof(key), "  scheme %zu", number);
	begin(&field, out, width, key);
	put(&field, "%s", scheme->action);
	if (!strncmp(scheme->action, "migrate", 7))
		put(&field, "to node %" PRId32, scheme->target_nid);
	if (scheme->quota_bytes)
		put(&field, ", at most %s", bytes(size, scheme->quota_bytes));
	if (scheme->quota_ms)
		put(&field, ", at most %" PRIu64 " ms", scheme->quota_ms);
	if (scheme->quota_bytes || scheme->quota_ms)
		put(&field, "per %" PRIu64 " ms", scheme->reset_interval_ms);
	if (scheme->nr_goals && scheme->goal_tuner[0])
		put(&field, ", tuner %s", scheme->goal_tuner);
	end(&field);
	for (size_t i = 0; i < scheme->nr_goals; i++) {
		const struct dt_host_goal *goal = &scheme->goals[i];

		begin(&field, out, width, "    goal");
		put(&field, "%s = %" PRIu64, goal->metric, goal->target_value);
		if (!strncmp(goal->metric, "node_", 5))
			put(&field, "on node %" PRId32, goal->nid);
		end(&field);
	}
}

static void write_monitor(FILE *out, const struct dt_host_kdamond *kdamond,
			  const struct dt_host_monitor *monitor, int width)
{
	struct field field;
	char key[40], sample[32], aggregation[32];

	(void)snprintf(key, sizeof(key), "kdamond %" PRId32, kdamond->pid);
	begin(&field, out, width, kdamond->pid < 0 ? "kdamond off" : key);
	put(&field, "%s%s, %s", kdamond->source[0] == 'd' ? "" : "kdamonds/", kdamond->source,
	    monitor->operations);
	if (monitor->sample_us)
		put(&field, ", samples every %s, aggregates every %s%s",
		    duration(sample, monitor->sample_us * 1000),
		    duration(aggregation, monitor->aggr_us * 1000),
		    monitor->tunes_intervals ? " (tuned by the kernel)" : "");
	if (monitor->max_regions)
		put(&field, ", %" PRIu64 " to %" PRIu64 " regions", monitor->min_regions,
		    monitor->max_regions);
	if (monitor->addr_unit > 1)
		put(&field, ", addresses in units of %" PRIu64, monitor->addr_unit);
	if (dt_host_monitor_weighs(monitor))
		put(&field, ", probes count in place of accesses");
	end(&field);
	for (size_t i = 0; i < monitor->nr_schemes; i++)
		write_scheme(out, &monitor->schemes[i], i, width);
}

static void write_damon(FILE *out, const struct dt_host_context *host, int width)
{
	const struct dt_host_damon *damon =
		host->at_start.nr_kdamonds ? &host->at_start : &host->at_end;

	for (size_t i = 0; i < damon->nr_kdamonds; i++)
		for (size_t j = 0; j < damon->kdamonds[i].nr_contexts; j++)
			write_monitor(out, &damon->kdamonds[i], &damon->kdamonds[i].contexts[j],
				      width);
}

void dt_text_host(FILE *out, const struct dt_host_context *host, int width)
{
	struct field field;
	char size[32];

	begin(&field, out, width, "machine");
	put(&field, "%s, %" PRIu32 " CPUs online, %s",
	    host->cpu_model[0] ? host->cpu_model : "unknown processor", host->cpus_online,
	    bytes(size, host->mem_total_kb << 10));
	end(&field);
	write_nodes(out, host, width);
	write_options(out, host, width);
	write_end(out, host, width);
	write_damon(out, host, width);
}

static void json_known(struct dt_json *json, const char *key, int64_t value)
{
	if (value == INT64_MIN)
		dt_json_null(json, key);
	else
		dt_json_i64(json, key, value);
}

static void json_nodes(struct dt_json *json, const struct dt_host_context *host)
{
	dt_json_array(json, "nodes");
	for (size_t i = 0; i < host->nr_nodes; i++) {
		const struct dt_host_node_facts *node = &host->nodes[i];

		dt_json_object(json, NULL);
		dt_json_i64(json, "nid", node->nid);
		dt_json_bool(json, "has_cpus", node->has_cpus);
		dt_json_u64(json, "mem_total_kb", node->mem_total_kb);
		dt_json_array(json, "ranges");
		for (size_t j = 0; j < node->nr_ranges; j++) {
			dt_json_array(json, NULL);
			dt_json_hex(json, NULL, node->ranges[j].start);
			dt_json_hex(json, NULL, node->ranges[j].end);
			dt_json_array_end(json);
		}
		dt_json_array_end(json);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void json_monitor(struct dt_json *json, const struct dt_host_monitor *monitor)
{
	dt_json_object(json, NULL);
	dt_json_text(json, "operations", monitor->operations);
	dt_json_u64(json, "addr_unit", monitor->addr_unit);
	dt_json_u64(json, "sample_us", monitor->sample_us);
	dt_json_u64(json, "aggr_us", monitor->aggr_us);
	dt_json_u64(json, "targets", monitor->nr_targets);
	dt_json_array(json, "schemes");
	for (size_t i = 0; i < monitor->nr_schemes; i++) {
		const struct dt_host_scheme *scheme = &monitor->schemes[i];

		dt_json_object(json, NULL);
		dt_json_text(json, "action", scheme->action);
		dt_json_i64(json, "target_nid", scheme->target_nid);
		dt_json_array(json, "goals");
		for (size_t j = 0; j < scheme->nr_goals; j++) {
			dt_json_object(json, NULL);
			dt_json_text(json, "metric", scheme->goals[j].metric);
			dt_json_u64(json, "target_value", scheme->goals[j].target_value);
			dt_json_i64(json, "nid", scheme->goals[j].nid);
			dt_json_object_end(json);
		}
		dt_json_array_end(json);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
	dt_json_object_end(json);
}

static void json_damon(struct dt_json *json, const char *key, const struct dt_host_damon *damon)
{
	dt_json_array(json, key);
	for (size_t i = 0; i < damon->nr_kdamonds; i++) {
		const struct dt_host_kdamond *kdamond = &damon->kdamonds[i];

		dt_json_object(json, NULL);
		dt_json_i64(json, "pid", kdamond->pid);
		dt_json_text(json, "source", kdamond->source);
		dt_json_text(json, "state", kdamond->state);
		dt_json_array(json, "contexts");
		for (size_t j = 0; j < kdamond->nr_contexts; j++)
			json_monitor(json, &kdamond->contexts[j]);
		dt_json_array_end(json);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

void dt_json_host(struct dt_json *json, const struct dt_host_context *host)
{
	if (!host) {
		dt_json_null(json, "recording");
		return;
	}
	dt_json_line(json);
	dt_json_object(json, "recording");
	dt_json_text(json, "version", host->version);
	dt_json_bool(json, "ended", host->ended);
	dt_json_text(json, "end_reason", host->end_reason);
	json_known(json, "realtime_offset_start_ns", host->realtime_offset_start);
	json_known(json, "realtime_offset_end_ns", host->realtime_offset_end);
	dt_json_string(json, "filter", host->filter);
	dt_json_text(json, "sample_event", host->sample_event);
	dt_json_text(json, "goal_source", host->goal_source);
	dt_json_text(json, "goal_reason", host->goal_reason);
	dt_json_text(json, "cost_source", host->cost_source);
	dt_json_text(json, "cost_reason", host->cost_reason);
	dt_json_text(json, "cpu_model", host->cpu_model);
	json_nodes(json, host);
	json_damon(json, "damon_at_start", &host->at_start);
	json_damon(json, "damon_at_end", &host->at_end);
	dt_json_object_end(json);
}
