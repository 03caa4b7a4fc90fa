/* SPDX-License-Identifier: GPL-2.0-only */
/* The merged walk over the pages of all CPUs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_data.h"
#include "readers/trace_page.h"
#include "readers/trace_pages.h"

/* Where one CPU's walk stands. */
struct cursor {
	const struct dt_trace_cpu *cpu;
	uint64_t time;		   /* of the event at hand, ns */
	struct dt_trace_page page; /* the page being decoded */
	bool drained;		   /* no event is left, only a loss to tell */
	bool lost;		   /* events are missing before the event at hand */
	uint64_t lost_count;	   /* 0: not known how many */
	uint32_t order;		   /* decides between equal times */
	struct dt_trace_pages pages;
};

struct walk {
	struct dt_trace_data *data;
	struct dt_emitter *emitter;
	struct dt_input_info *info;
	bool counting, wants_regions;
	uint32_t nr_cursors;
	struct cursor *cursors;
	uint32_t nr_heap;
	struct cursor **heap; /* smallest time on top */
	uint64_t first, last; /* ns */
	bool any;
};

int dt_trace_data_add(struct dt_trace_data *data, const struct dt_trace_cpu *cpu)
{
	if (data->nr_cpus == data->room) {
		uint32_t room = data->room ? data->room * 2 : 16;
		struct dt_trace_cpu *cpus = realloc(data->cpus, room * sizeof(*cpus));

		if (!cpus)
			return -ENOMEM;
		data->cpus = cpus;
		data->room = room;
	}
	data->cpus[data->nr_cpus++] = *cpu;
	return 0;
}

void dt_trace_cpu_warn(const struct dt_trace_cpu *cpu, struct dt_warnings *warnings,
		       uint64_t offset, const char *what)
{
	if (cpu->cpu == DT_CPU_UNKNOWN)
		dt_warn(warnings, offset, "a CPU: %s", what);
	else
		dt_warn(warnings, offset, "CPU %u: %s", cpu->cpu, what);
}

static void warn(struct walk *walk, uint64_t offset, const struct cursor *cursor, const char *what)
{
	if (walk->counting)
		dt_trace_cpu_warn(cursor->cpu, &walk->info->warnings, offset, what);
}

static void note_missed(struct walk *walk, struct cursor *cursor, const struct dt_page_head *head)
{
	/* two gaps with no event between them: unknown when either is */
	const bool unknown = (cursor->lost && !cursor->lost_count) || !head->missed_count;

	cursor->lost = true;
	cursor->lost_count = unknown ? 0 : cursor->lost_count + head->missed_count;
	if (!walk->counting)
		return;
	if (head->missed_count)
		walk->info->lost_events += head->missed_count;
	else
		walk->info->lost_unknown++;
}

static uint64_t page_place(const struct cursor *cursor)
{
	return dt_trace_pages_place(&cursor->pages, cursor->page.base);
}

/* 1: a page is open; 0: no more; or -errno. */
static int next_page(struct walk *walk, struct cursor *cursor)
{
	for (;;) {
		const unsigned char *base;
		struct dt_page_head head;
		size_t size;
		int ret = dt_trace_pages_next(&cursor->pages, &base, &size);

		if (ret <= 0)
			return ret;
		ret = dt_trace_page_begin(&cursor->page, &head, &walk->data->layout, base, size,
					  walk->data->big_endian);
		if (ret) {
			warn(walk, cursor->pages.offset + (uint64_t)(base - cursor->pages.bytes),
			     cursor, "a page ends within its header");
			continue;
		}
		if (head.oversized)
			warn(walk, page_place(cursor), cursor,
			     "a page says that it holds more than there is: it may be cut");
		if (head.missed)
			note_missed(walk, cursor, &head);
		return 1;
	}
}

uint64_t dt_trace_data_ns(const struct dt_trace_data *data, uint64_t raw)
{
	if (!data->tsc_mult)
		return raw;
	raw = raw > data->tsc_offset ? raw - data->tsc_offset : 0;
	return (uint64_t)(((unsigned __int128)raw * data->tsc_mult) >> data->tsc_shift);
}

/* The page's time, converted where the clock counts cycles. */
static inline void take_time(const struct dt_trace_data *data, struct cursor *cursor)
{
	cursor->time = cursor->page.time;
	if (__builtin_expect(data->tsc_mult, 0))
		cursor->time = dt_trace_data_ns(data, cursor->time);
}

/* The loss that no event of this CPU follows comes in its place in time. 1 or 0. */
static int drain(struct walk *walk, struct cursor *cursor)
{
	if (!cursor->lost)
		return 0;
	cursor->drained = true;
	take_time(walk->data, cursor);
	return 1;
}

/* 1: cursor->page and time are at the next event; 0: this CPU is done; or -errno. */
static int advance(struct walk *walk, struct cursor *cursor)
{
	int ret;

	while ((ret = dt_trace_page_next(&cursor->page)) != 1) {
		if (ret < 0)
			warn(walk, page_place(cursor), cursor,
			     "an event does not fit into its page: the rest of the page is left "
			     "out");
		ret = next_page(walk, cursor);
		if (ret < 0)
			return ret;
		if (!ret)
			return drain(walk, cursor);
	}
	take_time(walk->data, cursor);
	return 1;
}

static bool before(const struct cursor *a, const struct cursor *b)
{
	return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static void sift_down(struct walk *walk, uint32_t at)
{
	for (;;) {
		uint32_t child = 2 * at + 1;
		struct cursor *moved = walk->heap[at];

		if (child >= walk->nr_heap)
			return;
		if (child + 1 < walk->nr_heap && before(walk->heap[child + 1], walk->heap[child]))
			child++;
		if (!before(walk->heap[child], moved))
			return;
		walk->heap[at] = walk->heap[child];
		walk->heap[child] = moved;
		at = child;
	}
}

static void emit_loss(struct walk *walk, struct cursor *cursor)
{
	struct dt_loss *loss = dt_emit(walk->emitter, DT_KIND_LOSS, sizeof(*loss));

	*loss = (struct dt_loss){.time = cursor->time,
				 .count = cursor->lost_count,
				 .cpu = (int32_t)cursor->cpu->cpu,
				 .what = DT_LOSS_EVENTS};
	cursor->lost = false;
	cursor->lost_count = 0;
}

/* Count and decode the event at hand. */
static int handle(struct walk *walk, struct cursor *cursor)
{
	struct dt_event_table *table = walk->data->table;
	struct dt_event_type *type;
	uint16_t id;

	if (__builtin_expect(cursor->lost, 0))
		emit_loss(walk, cursor);
	if (cursor->drained)
		return 0;
	if (__builtin_expect(cursor->page.size < sizeof(id), 0)) {
		warn(walk, page_place(cursor), cursor, "an event without a type");
		return 0;
	}
	memcpy(&id, cursor->page.data, sizeof(id));
	if (cursor->page.swap)
		id = __builtin_bswap16(id);
	if (__builtin_expect(!table->slot[id], 0) && !dt_event_table_get(table, id))
		return -ENOMEM;
	type = &table->types[table->slot[id] - 1];
	type->count += walk->counting;
	if (type->decoder && dt_damon_decode(type->decoder, walk->emitter, cursor->time,
					     cursor->page.data, cursor->page.size))
		warn(walk, page_place(cursor), cursor, "an event is shorter than its format");
	if (type->call && dt_call_decode(type->call, &table->symbols, walk->emitter, cursor->time,
					 cursor->page.data, cursor->page.size))
		warn(walk, page_place(cursor), cursor, "an event is shorter than its format");
	return 0;
}

/*
 * The hot loop: the regions of one event that follow each other within a page, from the one at
 * hand on. The cursor stays on the last one; whatever comes next is advance()'s.
 */
static void streak(struct walk *walk, struct cursor *cursor, struct dt_event_type *type,
		   uint64_t limit)
{
	const struct dt_plain_region *const plain = type->plain;
	const unsigned char *position = cursor->page.position, *data = cursor->page.data;
	const unsigned char *const end = cursor->page.end;
	uint64_t time = cursor->page.time;
	uint32_t nr = 0;
	uint16_t id, next_id;

	memcpy(&id, data, sizeof(id));
	for (;;) {
		uint32_t header, size;

		nr++;
		if (walk->wants_regions)
			dt_plain_region_decode(
				plain,
				dt_emit(walk->emitter, DT_KIND_REGION, sizeof(struct dt_region)),
				time, data);
		if (end - position < 4 + (ptrdiff_t)sizeof(next_id))
			break;
		memcpy(&header, position, sizeof(header));
		memcpy(&next_id, position + 4, sizeof(next_id));
		size = (header & 31) * 4;
		if (next_id != id || (header & 31) > DT_PAGE_TYPE_MAX || size < plain->min_size ||
		    (size_t)(end - position) < 4 + (size_t)size || time + (header >> 5) >= limit)
			break;
		time += header >> 5;
		data = position + 4;
		position = data + size;
	}
	type->count += walk->counting ? nr : 0;
	cursor->page.position = position;
	cursor->page.time = time;
	cursor->time = time;
}

/* The type of the event at hand when a streak can begin with it, else NULL. */
static struct dt_event_type *streak_type(const struct walk *walk, const struct cursor *cursor)
{
	struct dt_event_table *table = walk->data->table;
	struct dt_event_type *type;
	uint16_t id;

	if (cursor->page.big_endian || cursor->page.swap || walk->data->tsc_mult || cursor->lost ||
	    cursor->page.size < sizeof(id))
		return NULL;
	memcpy(&id, cursor->page.data, sizeof(id));
	type = table->slot[id] ? &table->types[table->slot[id] - 1] : NULL;
	return type && type->plain && cursor->page.size >= type->plain->min_size ? type : NULL;
}

static void note_time(struct walk *walk, const struct cursor *cursor)
{
	if (cursor->drained)
		return;
	if (!walk->any)
		walk->first = cursor->time;
	walk->any = true;
	walk->last = cursor->time > walk->last ? cursor->time : walk->last;
}

/* Handle the events of the earliest CPU up to the time of the next one's. */
static int run(struct walk *walk, struct cursor *cursor)
{
	uint64_t limit = UINT64_MAX;
	int ret;

	if (walk->nr_heap > 1)
		limit = walk->heap[1]->time;
	if (walk->nr_heap > 2 && walk->heap[2]->time < limit)
		limit = walk->heap[2]->time;
	do {
		struct dt_event_type *type = streak_type(walk, cursor);

		note_time(walk, cursor);

		if (type)
			streak(walk, cursor, type, limit);
		else if ((ret = handle(walk, cursor)))
			return ret;
		note_time(walk, cursor);
		ret = advance(walk, cursor);
	} while (ret == 1 && cursor->time < limit && !walk->emitter->error);
	return ret;
}

static int merge(struct walk *walk)
{
	while (walk->nr_heap && !walk->emitter->error) {
		struct cursor *cursor = walk->heap[0];
		int ret = run(walk, cursor);

		if (ret < 0)
			return ret;
		if (!ret)
			walk->heap[0] = walk->heap[--walk->nr_heap];
		sift_down(walk, 0);
	}
	return dt_emit_flush_all(walk->emitter);
}

static int open_cursor(struct walk *walk, struct cursor *cursor, uint32_t index)
{
	*cursor = (struct cursor){.cpu = &walk->data->cpus[index], .order = index};
	return dt_trace_pages_open(&cursor->pages, walk->data, cursor->cpu,
				   walk->counting ? &walk->info->warnings : NULL);
}

static int open_cursors(struct walk *walk)
{
	const uint32_t nr = walk->data->nr_cpus;

	walk->cursors = calloc(nr ? nr : 1, sizeof(*walk->cursors));
	walk->heap = calloc(nr ? nr : 1, sizeof(struct cursor *));
	if (!walk->cursors || !walk->heap)
		return -ENOMEM;
	for (uint32_t i = 0; i < nr; i++) {
		struct cursor *cursor = &walk->cursors[i];
		int ret = open_cursor(walk, cursor, i);

		walk->nr_cursors = i + 1;
		if (!ret)
			ret = advance(walk, cursor);
		if (ret < 0)
			return ret;
		if (ret)
			walk->heap[walk->nr_heap++] = cursor;
	}
	for (uint32_t i = walk->nr_heap / 2; i-- > 0;)
		sift_down(walk, i);
	return 0;
}

int dt_trace_data_walk(struct dt_trace_data *data, struct dt_emitter *emitter,
		       struct dt_input_info *info, bool counting)
{
	struct walk walk = {.data = data, .emitter = emitter, .info = info, .counting = counting};
	int ret;

	walk.wants_regions = dt_emit_wants(emitter, DT_KIND_REGION);
	ret = open_cursors(&walk);

	if (!ret)
		ret = merge(&walk);
	if (counting) {
		info->start_ns = walk.any ? walk.first : 1;
		info->end_ns = walk.any ? walk.last : 0;
	}
	for (uint32_t i = 0; i < walk.nr_cursors; i++)
		dt_trace_pages_free(&walk.cursors[i].pages);
	free(walk.cursors);
	free(walk.heap);
	return ret;
}
