/* SPDX-License-Identifier: GPL-2.0-only */
/* What forms of text tell the walk: events, samples, records, losses. See text.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "readers/text.h"
#include "readers/text_damon.h"
#include "readers/text_scan.h"

/* What is beyond the number of events that are told apart. */
#define OTHER_EVENTS "others"

/* perf's event modifiers. */
#define MODIFIERS "ukhGHpPSDIWebR"

static bool is_word(const char *at, const char *end, const char *also)
{
	for (; at < end; at++)
		if (!islower((unsigned char)*at) && !dt_is_digit(*at) && !strchr(also, *at))
			return false;
	return true;
}

static bool are_modifiers(const char *at, const char *end)
{
	for (; at < end; at++)
		if (!*at || !strchr(MODIFIERS, *at))
			return false;
	return true;
}

/* perf prints tracepoints as system:name, and with modifiers. */
static bool is_tracepoint(const char *name, size_t length)
{
	const char *const end = name + length;
	const char *const colon = memchr(name, ':', length);
	const char *stop;

	if (!colon || colon == name || colon + 1 == end)
		return false;
	stop = memchr(colon + 1, ':', (size_t)(end - colon - 1));
	stop = stop ? stop : end;
	return !are_modifiers(colon + 1, stop) && are_modifiers(stop + (stop < end), end) &&
	       is_word(name, colon, "_-") && is_word(colon + 1, stop, "_");
}

/* Without system and modifiers, as other readers name them. */
static void short_name(struct dt_text_event *event, bool is_trace, char name[64])
{
	const char *start = event->raw;

	event->is_sample = !is_trace && !is_tracepoint(event->raw, event->raw_length);
	if (!is_trace && !event->is_sample)
		start = strchr(event->raw, ':') + 1;
	(void)snprintf(name, 64, "%.*s",
		       event->is_sample ? (int)event->raw_length : (int)strcspn(start, ":"), start);
	event->spec = event->is_sample ? NULL : dt_event_spec_find(name);
}

static uint32_t list_event(struct dt_input_info *info, const char *name, bool is_sample)
{
	size_t i;

	for (i = 0; i < info->nr_events; i++)
		if (info->events[i].is_sample == is_sample && !strcmp(info->events[i].name, name))
			return (uint32_t)i;
	(void)snprintf(info->events[i].name, sizeof(info->events[i].name), "%s", name);
	info->events[i].is_sample = is_sample;
	info->nr_events++;
	return (uint32_t)i;
}

static bool is_called(const struct dt_text_event *event, const char *name, size_t length)
{
	return event->raw_length == length && !memcmp(event->raw, name, length);
}

/* Where all events go that are too many to be told apart: of each sort one. */
static struct dt_text_event *other_event(struct dt_text *text, bool is_sample)
{
	const uint32_t index = list_event(&text->reader.info, OTHER_EVENTS, is_sample);

	for (unsigned i = 0; i < text->nr_events; i++)
		if (text->events[i].index == index)
			return &text->events[i];
	text->events[text->nr_events] =
		(struct dt_text_event){.is_sample = is_sample, .index = index};
	return &text->events[text->nr_events++];
}

static struct dt_text_event *add_event(struct dt_text *text, const char *name, size_t length,
				       bool is_trace)
{
	struct dt_text_event *event = &text->events[text->nr_events];
	struct dt_text_event made = {.raw_length = length};
	char listed[64];

	memcpy(made.raw, name, length);
	short_name(&made, is_trace, listed);
	/* room is kept for the two sorts of others */
	if (text->nr_events >= (made.spec ? DT_TEXT_EVENTS - 2 : DT_TEXT_OTHER_EVENTS))
		return other_event(text, made.is_sample);
	made.index = list_event(&text->reader.info, listed, made.is_sample);
	*event = made;
	text->nr_events++;
	return event;
}

struct dt_text_event *dt_text_event(struct dt_text *text, const char *name, size_t length,
				    bool is_trace)
{
	const size_t most = sizeof(text->events[0].raw) - 1;

	length = length > most ? most : length;
	if (text->last && is_called(text->last, name, length))
		return text->last;
	for (unsigned i = 0; i < text->nr_events; i++)
		if (is_called(&text->events[i], name, length))
			return text->last = &text->events[i];
	return text->last = add_event(text, name, length, is_trace);
}

/* ---- samples ---- */

static void count_sample(struct dt_text *text, const struct dt_text_sample *sample,
			 struct dt_text_event *event)
{
	struct dt_input_info *info = &text->reader.info;

	event->has |= sample->columns;
	info->events[event->index].has |= sample->columns;
	if (text->learning)
		return;
	event->count++;
	info->samples_total++;
	if (sample->columns & DT_COL_ADDR) {
		info->samples_with_address += sample->addr != 0;
		info->samples_address_zero += sample->addr == 0;
	}
	info->samples_with_phys += sample->columns & DT_COL_PHYS && sample->phys;
}

static void store(struct dt_samples *to, uint32_t i, const struct dt_text_sample *sample)
{
	const uint32_t columns = to->columns;

	if (columns & DT_COL_TIME)
		to->time[i] = sample->time;
	if (columns & DT_COL_ADDR)
		to->addr[i] = sample->addr;
	if (columns & DT_COL_PHYS)
		to->phys[i] = sample->phys;
	if (columns & DT_COL_IP)
		to->ip[i] = sample->ip;
	if (columns & DT_COL_PERIOD)
		to->period[i] = sample->period;
	if (columns & DT_COL_WEIGHT)
		to->weight[i] = sample->weight;
	if (columns & DT_COL_WEIGHTS)
		to->weights[i] = sample->weights;
	if (columns & DT_COL_DATA_SRC)
		to->data_src[i] = sample->data_src;
	if (columns & DT_COL_PAGE)
		to->page_size[i] = sample->page_size;
	if (columns & DT_COL_PID)
		to->pid[i] = sample->pid;
	if (columns & DT_COL_TID)
		to->tid[i] = sample->tid;
	if (columns & DT_COL_CPU)
		to->cpu[i] = sample->cpu;
}

static bool has_batch(struct dt_text *text, struct dt_text_event *event)
{
	struct dt_batch *batch = &event->batch;

	if (batch->records)
		return true;
	batch->kind = DT_KIND_SAMPLE;
	batch->records = dt_batch_alloc(DT_KIND_SAMPLE);
	if (!batch->records && !text->emitter->error)
		text->emitter->error = -ENOMEM;
	return batch->records;
}

void dt_text_flush_sample(struct dt_text *text)
{
	const struct dt_text_sample *const sample = &text->sample;
	struct dt_text_event *const event = text->sampled;
	uint32_t columns;

	if (!text->has_sample)
		return;
	text->has_sample = false;
	if (text->counting || text->learning)
		count_sample(text, sample, event);
	if (text->learning || !dt_emit_wants(text->emitter, DT_KIND_SAMPLE) ||
	    !has_batch(text, event))
		return;
	/* lines of one event may differ; a batch has the same columns throughout */
	columns = sample->columns & text->emitter->sink->columns;
	if (event->batch.count == DT_BATCH_MAX ||
	    (event->batch.count && event->batch.samples->columns != columns))
		dt_emit_samples(text->emitter, &event->batch);
	if (!event->batch.count) {
		event->batch.samples->columns = columns;
		event->batch.samples->has = event->has;
		event->batch.samples->event = event->index;
	}
	store(event->batch.samples, event->batch.count++, sample);
}

void dt_text_put_sample(struct dt_text *text, struct dt_text_event *event)
{
	text->sampled = event;
	text->has_sample = true;
}

/* ---- DAMON's records, losses, times, names ---- */

bool dt_text_put_damon(struct dt_text *text, struct dt_text_event *event, uint64_t time,
		       int32_t pid, const char *at, const char *end)
{
	const enum dt_kind kind = event->spec->kind;
	const bool wanted = !text->learning && dt_emit_wants(text->emitter, kind);
	union dt_damon_record records[DT_GOALS_MAX];
	int nr;

	if (!wanted && !text->learning && !text->counting)
		return true;
	nr = dt_text_damon(records, event->spec, time, pid, at, end);
	if (nr < 0)
		return false;
	event->count++;
	text->disorder += time < text->damon_time;
	text->damon_time = time;
	for (int i = 0; wanted && i < nr; i++) {
		const size_t size = dt_record_size(kind);

		memcpy(dt_emit(text->emitter, kind, size), &records[i], size);
	}
	return true;
}

void dt_text_put_loss(struct dt_text *text, enum dt_loss_what what, uint64_t count, int32_t cpu)
{
	struct dt_input_info *info = &text->reader.info;

	if (text->learning)
		return;
	if (text->counting && what == DT_LOSS_THROTTLE)
		info->throttles++;
	else if (text->counting && what == DT_LOSS_SAMPLES)
		info->lost_samples += count;
	else if (text->counting)
		info->lost_events += count;
	if (text->counting && what != DT_LOSS_THROTTLE && !count)
		info->lost_unknown++;
	if (text->nr_losses == DT_TEXT_LOSSES)
		dt_text_put_time(text, text->last_time);
	text->losses[text->nr_losses++] =
		(struct dt_text_loss){.what = (uint8_t)what, .count = count, .cpu = cpu};
}

void dt_text_put_time(struct dt_text *text, uint64_t time)
{
	text->last_time = time;
	for (unsigned i = 0; i < text->nr_losses; i++) {
		const struct dt_text_loss *loss = &text->losses[i];
		struct dt_loss *record;

		if (!dt_emit_wants(text->emitter, DT_KIND_LOSS))
			break;
		record = dt_emit(text->emitter, DT_KIND_LOSS, sizeof(*record));
		*record = (struct dt_loss){
			.time = time, .count = loss->count, .cpu = loss->cpu, .what = loss->what};
	}
	text->nr_losses = 0;
}

/* FNV-1a */
static uint32_t hash_name(const char *name, size_t length)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 0x01000193;
	return hash;
}

void dt_text_put_comm(struct dt_text *text, int32_t pid, const char *name, size_t length)
{
	const uint32_t hash = hash_name(name, length);
	const uint32_t slot = (uint32_t)pid & 255;

	/* "<...>": the kernel had forgotten it; ":123": perf never knew it */
	if (!length || name[0] == '<' || text->learning ||
	    (name[0] == ':' && length > 1 && dt_is_digit(name[1])) ||
	    (text->known_pids[slot] == (uint32_t)pid && text->known_names[slot] == hash))
		return;
	text->known_pids[slot] = (uint32_t)pid;
	text->known_names[slot] = hash;
	dt_perf_comms_put(&text->comms, pid, name, length);
}
