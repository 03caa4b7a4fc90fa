/* SPDX-License-Identifier: GPL-2.0-only */
/* See agreement_cover.h. */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/agreement_cover.h"

static int longest_first(const void *a, const void *b)
{
	const struct dt_hole *left = a, *right = b;
	const uint64_t left_ns = left->end - left->start, right_ns = right->end - right->start;

	if (left_ns != right_ns)
		return left_ns > right_ns ? -1 : 1;
	return left->start < right->start ? -1 : left->start > right->start;
}

static int by_start(const void *a, const void *b)
{
	const struct dt_hole *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->end < right->end ? -1 : left->end > right->end;
}

static void add_hole(struct dt_cover *cover, uint64_t start, uint64_t end, uint64_t keep)
{
	if (start >= end)
		return;
	if (cover->nr == DT_COVER_HOLES) {
		qsort(cover->holes, cover->nr, sizeof(*cover->holes), longest_first);
		cover->forgotten += cover->nr - DT_COVER_HOLES / 2;
		cover->nr = DT_COVER_HOLES / 2;
	}
	if (cover->nr == cover->room) {
		const size_t room = cover->room ? cover->room * 2 : 64;
		struct dt_hole *holes = realloc(cover->holes, room * sizeof(*holes));

		if (!holes) {
			cover->failed = true;
			return;
		}
		cover->holes = holes;
		cover->room = room;
	}
	cover->holes[cover->nr++] = (struct dt_hole){start, end, keep};
}

void dt_cover_snapshot(struct dt_cover *cover, uint64_t time, uint64_t interval)
{
	const uint64_t keep = interval < UINT64_MAX / 2 ? 2 * interval : UINT64_MAX;

	if (!cover->open) {
		cover->open = true;
		cover->from = time;
		cover->to = time;
		cover->before_last = time;
		return;
	}
	if (time <= cover->to)
		return;
	/* with known intervals most gaps are no holes, whatever the median */
	if (!keep || time - cover->to > keep)
		add_hole(cover, cover->to, time, keep ? keep : 1);
	cover->before_last = cover->to;
	cover->to = time;
}

void dt_cover_spoil(struct dt_cover *cover)
{
	if (cover->open)
		add_hole(cover, cover->before_last, cover->to, 0);
}

void dt_cover_input_end(struct dt_cover *cover)
{
	if (!cover->open)
		return;
	cover->open = false;
	if (cover->start >= cover->end) {
		cover->start = cover->from;
		cover->end = cover->to;
		return;
	}
	/* inputs may come in any order */
	add_hole(cover, cover->end, cover->from, 0);
	add_hole(cover, cover->to, cover->start, 0);
	cover->start = cover->from < cover->start ? cover->from : cover->start;
	cover->end = cover->to > cover->end ? cover->to : cover->end;
}

/* A late snapshot covers its end; what is left is the hole. */
static void cut_hole(struct dt_hole *hole, uint64_t median)
{
	uint64_t keep = hole->keep;

	if (!keep)
		return;
	keep = keep > 2 * median ? keep : 2 * median;
	hole->end = hole->end - hole->start > keep ? hole->end - keep : hole->start;
}

int dt_cover_settle(struct dt_cover *cover, uint64_t median, uint64_t from, uint64_t to)
{
	size_t nr = 0;

	cover->start = cover->start > from ? cover->start : from;
	cover->end = cover->end < to ? cover->end : to;
	for (size_t i = 0; i < cover->nr; i++)
		cut_hole(&cover->holes[i], median);
	if (cover->nr)
		qsort(cover->holes, cover->nr, sizeof(*cover->holes), by_start);
	for (size_t i = 0; i < cover->nr; i++) {
		const struct dt_hole hole = cover->holes[i];

		if (hole.start >= hole.end)
			continue;
		if (nr && hole.start <= cover->holes[nr - 1].end) {
			if (hole.end > cover->holes[nr - 1].end)
				cover->holes[nr - 1].end = hole.end;
			continue;
		}
		cover->holes[nr++] = hole;
	}
	cover->nr = nr;
	return cover->failed ? -ENOMEM : 0;
}

bool dt_cover_find(struct dt_cover *cover, uint64_t time)
{
	size_t low = 0, high = cover->nr;

	if (time < cover->start || time >= cover->end)
		return false;
	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (cover->holes[middle].end <= time)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < cover->nr && time >= cover->holes[low].start)
		return false;
	cover->low = low && cover->holes[low - 1].end > cover->start ? cover->holes[low - 1].end
								     : cover->start;
	cover->high = low < cover->nr && cover->holes[low].start < cover->end
			      ? cover->holes[low].start
			      : cover->end;
	return true;
}

void dt_cover_free(struct dt_cover *cover)
{
	free(cover->holes);
	*cover = (struct dt_cover){0};
}
