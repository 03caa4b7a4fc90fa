/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Perfetto's trace: TracePackets with counter tracks for every series, and slices for the steps of
 * goals, their verdicts and causes. Field numbers are those of Perfetto's protos
 * (trace_packet.proto, track_event.proto, track_descriptor.proto, counter_descriptor.proto,
 * debug_annotation.proto). Time stamps are on the recording's own clock, taken as the trace's.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>

#include "exporters/points.h"
#include "exporters/protobuf.h"

enum {
	TRACE_PACKET = 1,

	PACKET_TIMESTAMP = 8,
	PACKET_SEQUENCE = 10,
	PACKET_EVENT = 11,
	PACKET_FLAGS = 13,
	PACKET_TRACK = 60,

	TRACK_UUID = 1,
	TRACK_NAME = 2,
	TRACK_PARENT = 5,
	TRACK_COUNTER = 8,

	COUNTER_UNIT = 3,
	COUNTER_UNIT_NAME = 6,
	UNIT_SIZE_BYTES = 3,

	EVENT_ANNOTATION = 4,
	EVENT_TYPE = 9,
	EVENT_TRACK = 11,
	EVENT_NAME = 23,
	EVENT_INTEGER = 30,
	EVENT_DOUBLE = 44,
	TYPE_BEGIN = 1,
	TYPE_END = 2,
	TYPE_COUNTER = 4,

	ANNOTATION_DOUBLE = 5,
	ANNOTATION_STRING = 6,
	ANNOTATION_NAME = 10,
};

/* Everything is one sequence, which needs no state of before. */
#define SEQUENCE      1
#define STATE_CLEARED 1

struct perfetto {
	struct dt_points points; /* first */
	struct dt_series_index index;
	uint64_t nr_tracks; /* of slices, numbered behind those of series */
	bool begun;
};

/* Tracks of slices have a bit of their own. */
#define SLICE_TRACK (1ull << 32)

static void send(struct dt_export *export, struct dt_protobuf *packet)
{
	struct perfetto *perfetto = export->state;
	struct dt_protobuf head = {.size = 0};

	dt_pb_u64(packet, PACKET_SEQUENCE, SEQUENCE);
	if (!perfetto->begun)
		dt_pb_u64(packet, PACKET_FLAGS, STATE_CLEARED);
	perfetto->begun = true;
	dt_pb_message(&head, TRACE_PACKET, packet);
	dt_output_bytes(export->outputs[0], head.bytes, head.size);
}

static void send_track(struct dt_export *export, struct dt_protobuf *track)
{
	struct dt_protobuf packet = {.size = 0};

	dt_pb_message(&packet, PACKET_TRACK, track);
	send(export, &packet);
}

static void send_event(struct dt_export *export, uint64_t time, const struct dt_protobuf *event)
{
	struct dt_protobuf packet = {.size = 0};

	dt_pb_u64(&packet, PACKET_TIMESTAMP, time);
	dt_pb_message(&packet, PACKET_EVENT, event);
	send(export, &packet);
}

/* ---- counters ---- */

/* "kdamond 175, scheme 0, node 0: value": who, then what. */
static void name_series(char *name, size_t size, const struct dt_export *export,
			const struct dt_series_key *key)
{
	struct dt_label labels[DT_LABELS_MAX];
	char room[DT_LABELS_ROOM];
	const size_t nr = dt_export_series_labels(export, key, labels, room);
	size_t length = 0;

	for (size_t i = 0; i < nr && length < size; i++) {
		const char *label = !strcmp(labels[i].name, "nid") ? "node" : labels[i].name;
		const bool plain = !strcmp(label, "metric") || !strcmp(label, "tier");

		length += (size_t)snprintf(name + length, size - length, "%s%s%s%s", i ? ", " : "",
					   plain ? "" : label, plain ? "" : " ", labels[i].value);
	}
	if (length < size)
		(void)snprintf(name + length, size - length, "%s%s", nr ? ": " : "",
			       dt_metrics[key->metric].title);
}

static void send_counter_track(struct dt_export *export, const struct dt_series_key *key,
			       uint64_t uuid)
{
	const struct dt_metric_facts *facts = &dt_metrics[key->metric];
	struct dt_protobuf track = {.size = 0}, counter = {.size = 0};
	char name[256];

	name_series(name, sizeof(name), export, key);
	if (!strcmp(facts->unit, "bytes"))
		dt_pb_u64(&counter, COUNTER_UNIT, UNIT_SIZE_BYTES);
	else
		dt_pb_text(&counter, COUNTER_UNIT_NAME, facts->unit);
	dt_pb_u64(&track, TRACK_UUID, uuid);
	dt_pb_text(&track, TRACK_NAME, name);
	dt_pb_message(&track, TRACK_COUNTER, &counter);
	send_track(export, &track);
}

static int put_point(struct dt_export *export, const struct dt_point *point)
{
	struct perfetto *perfetto = export->state;
	struct dt_protobuf event = {.size = 0};
	bool fresh;
	long at;

	if (perfetto->index.nr >= DT_SERIES_MAX) {
		export->left_out++;
		export->left_out_why = "there are more series than an export takes at once";
		return 0;
	}
	at = dt_export_series_find(&perfetto->index, &point->key, &fresh);
	if (at < 0)
		return -ENOMEM;
	if (fresh)
		send_counter_track(export, &point->key, (uint64_t)at + 1);
	dt_pb_u64(&event, EVENT_TYPE, TYPE_COUNTER);
	dt_pb_u64(&event, EVENT_TRACK, (uint64_t)at + 1);
	if (point->whole)
		dt_pb_u64(&event, EVENT_INTEGER, point->integer);
	else
		dt_pb_double(&event, EVENT_DOUBLE, point->number);
	send_event(export, point->time, &event);
	return export->outputs[0]->error;
}

/* ---- slices ---- */

static uint64_t add_track(struct dt_export *export, const char *name, uint64_t parent)
{
	struct perfetto *perfetto = export->state;
	const uint64_t uuid = SLICE_TRACK + ++perfetto->nr_tracks;
	struct dt_protobuf track = {.size = 0};

	dt_pb_u64(&track, TRACK_UUID, uuid);
	dt_pb_text(&track, TRACK_NAME, name);
	if (parent)
		dt_pb_u64(&track, TRACK_PARENT, parent);
	send_track(export, &track);
	return uuid;
}

static void annotate(struct dt_protobuf *event, const char *name, double value)
{
	struct dt_protobuf annotation = {.size = 0};

	if (isnan(value))
		return;
	dt_pb_text(&annotation, ANNOTATION_NAME, name);
	dt_pb_double(&annotation, ANNOTATION_DOUBLE, value);
	dt_pb_message(event, EVENT_ANNOTATION, &annotation);
}

static void annotate_text(struct dt_protobuf *event, const char *name, const char *value)
{
	struct dt_protobuf annotation = {.size = 0};

	dt_pb_text(&annotation, ANNOTATION_NAME, name);
	dt_pb_text(&annotation, ANNOTATION_STRING, value);
	dt_pb_message(event, EVENT_ANNOTATION, &annotation);
}

/* The begin of a slice; notes may be added before it is sent. */
static void begin_slice(struct dt_protobuf *event, uint64_t track, const char *name)
{
	event->size = 0;
	dt_pb_u64(event, EVENT_TYPE, TYPE_BEGIN);
	dt_pb_u64(event, EVENT_TRACK, track);
	dt_pb_text(event, EVENT_NAME, name);
}

static void send_slice(struct dt_export *export, uint64_t from, uint64_t to, uint64_t track,
		       const struct dt_protobuf *begin)
{
	struct dt_protobuf end = {.size = 0};

	send_event(export, from, begin);
	dt_pb_u64(&end, EVENT_TYPE, TYPE_END);
	dt_pb_u64(&end, EVENT_TRACK, track);
	send_event(export, to, &end);
}

static void send_step(struct dt_export *export, const struct dt_goal_step *step,
		      const uint64_t tracks[2], bool share)
{
	struct dt_protobuf begin;
	char name[64];

	if (share)
		(void)snprintf(name, sizeof(name), "target %.2f %%", step->target / 100);
	else
		(void)snprintf(name, sizeof(name), "target %.0f", step->target);
	begin_slice(&begin, tracks[0], name);
	annotate(&begin, "target_bp", step->target);
	annotate(&begin, "initial_bp", step->initial);
	annotate(&begin, "rise_s", step->rise_s);
	annotate(&begin, "settling_s", step->settling_s);
	annotate(&begin, "overshoot_pct", step->overshoot_pct);
	send_slice(export, step->start_ns, step->end_ns, tracks[0], &begin);
	begin_slice(&begin, tracks[1], dt_goal_verdict_name(step->verdict));
	annotate(&begin, "mean_bp", step->steady.mean);
	annotate(&begin, "error_bp", step->steady.error);
	annotate(&begin, "sd_bp", step->steady.sd);
	annotate_text(&begin, "drift", dt_drift_verdict_name(step->drift.verdict));
	send_slice(export, step->start_ns, step->end_ns, tracks[1], &begin);
}

/* Causes of one kind do not overlap, those of different kinds do: a track for each kind. */
static void send_causes(struct dt_export *export, const struct dt_goal_stream *stream,
			uint64_t parent)
{
	for (int cause = 0; cause < DT_NR_GOAL_CAUSES; cause++) {
		const char *name = dt_goal_cause_name((enum dt_goal_cause)cause);
		uint64_t track = 0;

		for (size_t i = 0; i < stream->nr_steps; i++)
			for (size_t j = 0; j < stream->steps[i].nr_causes; j++) {
				const struct dt_goal_because *because = &stream->steps[i].causes[j];
				struct dt_protobuf begin;

				if ((int)because->cause != cause)
					continue;
				track = track ? track : add_track(export, name, parent);
				begin_slice(&begin, track, name);
				annotate_text(&begin, "evidence", because->evidence);
				send_slice(export, because->from_ns, because->to_ns, track, &begin);
			}
	}
}

static void send_stream(struct dt_export *export, const struct dt_goal_stream *stream)
{
	const struct dt_series_key key = {.metric = DT_METRIC_GOAL_VALUE,
					  .input = (uint32_t)stream->input,
					  .kdamond = stream->kdamond,
					  .context = stream->context,
					  .scheme = stream->scheme,
					  .goal_metric = stream->metric,
					  .nid = stream->nid};
	uint64_t tracks[2], parent;
	char name[256], *colon;

	name_series(name, sizeof(name), export, &key);
	colon = strrchr(name, ':');
	if (colon)
		*colon = '\0';
	parent = add_track(export, name, 0);
	tracks[0] = add_track(export, "steps", parent);
	tracks[1] = add_track(export, "verdicts", parent);
	for (size_t i = 0; i < stream->nr_steps; i++)
		send_step(export, &stream->steps[i], tracks,
			  dt_goal_metric_is_share(stream->metric));
	send_causes(export, stream, parent);
}

static int send_goals(struct dt_export *export, struct dt_error *error)
{
	struct dt_report report = {0};
	struct dt_view view = *export->view;
	int ret;

	view.damon = view.samples = view.wss = view.regions = view.schemes = false;
	view.goals = view.goals_asked = true;
	ret = dt_analyze(export->readers, export->nr_inputs, &view, 1, &report, error);
	for (size_t i = 0; i < report.goals.nr && !ret; i++)
		send_stream(export, &report.goals.streams[i]);
	dt_report_clear(&report);
	return ret;
}

/* ---- the format ---- */

static int perfetto_begin(struct dt_export *export, struct dt_error *error)
{
	struct perfetto *perfetto = calloc(1, sizeof(*perfetto));

	export->state = perfetto;
	if (!perfetto)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	perfetto->points.put = put_point;
	return 0;
}

static int perfetto_finish(struct dt_export *export, struct dt_error *error)
{
	return export->tables & (1u << DT_EXPORT_GOALS) ? send_goals(export, error) : 0;
}

static void perfetto_end(struct dt_export *export)
{
	struct perfetto *perfetto = export->state;

	if (!perfetto)
		return;
	dt_points_free(&perfetto->points);
	dt_export_series_free(&perfetto->index);
	free(perfetto);
	export->state = NULL;
}

DT_POINTS_FUNCTIONS

const struct dt_export_format dt_export_perfetto = {
	.name = "perfetto",
	.summary = "counter tracks and slices for Perfetto's timeline (protobuf)",
	.tables = DT_POINTS_TABLES,
	.begin = perfetto_begin,
	DT_POINTS_OPS,
	.finish = perfetto_finish,
	.end = perfetto_end,
};
