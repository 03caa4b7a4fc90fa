/* SPDX-License-Identifier: GPL-2.0-only */
/* See text_spool.h. The file is ours alone, so what it says is believed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "readers/emit.h"
#include "readers/text_spool.h"
#include "readers/damon_events.h"
#include "support/temporary.h"

/* Columns that texts have. */
static const struct column {
	uint32_t bit;
	size_t place; /* of the pointer in struct dt_samples */
	size_t size;  /* of a value */
} columns[] = {
	{DT_COL_TIME, offsetof(struct dt_samples, time), 8},
	{DT_COL_IP, offsetof(struct dt_samples, ip), 8},
	{DT_COL_ADDR, offsetof(struct dt_samples, addr), 8},
	{DT_COL_PHYS, offsetof(struct dt_samples, phys), 8},
	{DT_COL_PERIOD, offsetof(struct dt_samples, period), 8},
	{DT_COL_WEIGHT, offsetof(struct dt_samples, weight), 8},
	{DT_COL_DATA_SRC, offsetof(struct dt_samples, data_src), 8},
	{DT_COL_PAGE, offsetof(struct dt_samples, page_size), 8},
	{DT_COL_PID, offsetof(struct dt_samples, pid), 4},
	{DT_COL_TID, offsetof(struct dt_samples, tid), 4},
	{DT_COL_CPU, offsetof(struct dt_samples, cpu), 4},
	{DT_COL_WEIGHTS, offsetof(struct dt_samples, weights), 4},
};

#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct head {
	uint32_t kind, count;
	uint32_t columns; /* DT_COL_* that are there */
	uint32_t has, event;
	uint32_t size; /* of what follows, bytes */
	uint64_t smallest[NR_COLUMNS];
	uint8_t width[NR_COLUMNS]; /* bytes of a distance: 0, 1, 2, 4 or 8 */
};

struct dt_text_spool {
	int fd;
	int error;
	uint64_t size;
	const struct dt_sink *to;
	unsigned char packed[DT_BATCH_MAX * NR_COLUMNS * 8]; /* a batch, as it is kept */
};

int dt_text_spool_new(struct dt_text_spool **spool)
{
	struct dt_text_spool *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->fd = dt_temporary_open();
	if (made->fd < 0) {
		const int ret = made->fd;

		free(made);
		return ret;
	}
	*spool = made;
	return 0;
}

void dt_text_spool_free(struct dt_text_spool *spool)
{
	if (!spool)
		return;
	(void)close(spool->fd);
	free(spool);
}

int dt_text_spool_error(const struct dt_text_spool *spool)
{
	return spool->error;
}

static char *values_of(const struct dt_samples *samples, const struct column *column)
{
	char *values;

	memcpy(&values, (const char *)samples + column->place, sizeof(values));
	return values;
}

static uint64_t value_at(const void *values, size_t size, uint32_t i)
{
	return size == 8 ? ((const uint64_t *)values)[i] : ((const uint32_t *)values)[i];
}

/* The smallest value, and in *width the bytes that the farthest from it needs. */
static uint64_t range_of(const void *values, size_t size, uint32_t count, uint8_t *width)
{
	uint64_t low = UINT64_MAX, high = 0;

	for (uint32_t i = 0; i < count; i++) {
		const uint64_t value = value_at(values, size, i);

		low = value < low ? value : low;
		high = value > high ? value : high;
	}
	high -= low;
	*width = !high		      ? 0
		 : high <= UINT8_MAX  ? 1
		 : high <= UINT16_MAX ? 2
		 : high <= UINT32_MAX ? 4
				      : 8;
	return low;
}

/* The widths as constants: a loop of each, and no call for every value. */
#define FOR_WIDTH(width, step)         \
	do {                           \
		switch (width) {       \
		case 1:                \
			step(1) break; \
		case 2:                \
			step(2) break; \
		case 4:                \
			step(4) break; \
		case 8:                \
			step(8) break; \
		default:               \
			break;         \
		}                      \
	} while (0)

static void pack(unsigned char *to, const void *values, size_t size, uint32_t count, uint64_t low,
		 uint8_t width)
{
#define PACK(bytes)                                                        \
	for (uint32_t i = 0; i < count; i++) {                             \
		const uint64_t distance = value_at(values, size, i) - low; \
		memcpy(to + (size_t)i * (bytes), &distance, bytes);        \
	}
	FOR_WIDTH(width, PACK);
#undef PACK
}

static void unpack(void *values, size_t size, uint32_t count, uint64_t low,
		   const unsigned char *from, uint8_t width)
{
	for (uint32_t i = 0; i < count; i++)
		memcpy((char *)values + i * size, &low, size == 8 ? 8 : 4);
#define UNPACK(bytes)                                                         \
	for (uint32_t i = 0; i < count; i++) {                                \
		uint64_t value = 0;                                           \
		memcpy(&value, from + (size_t)i * (bytes), bytes);            \
		value += low;                                                 \
		memcpy((char *)values + i * size, &value, size == 8 ? 8 : 4); \
	}
	FOR_WIDTH(width, UNPACK);
#undef UNPACK
}

static void pack_samples(struct dt_text_spool *spool, struct head *head,
			 const struct dt_samples *samples)
{
	head->columns = samples->columns;
	head->has = samples->has;
	head->event = samples->event;
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct column *const column = &columns[i];
		const void *values = values_of(samples, column);

		if (!(head->columns & column->bit))
			continue;
		head->smallest[i] = range_of(values, column->size, head->count, &head->width[i]);
		pack(spool->packed + head->size, values, column->size, head->count,
		     head->smallest[i], head->width[i]);
		head->size += head->count * head->width[i];
	}
}

static int keep(struct dt_text_spool *spool, const struct dt_batch *batch)
{
	struct head head = {.kind = batch->kind, .count = batch->count};
	const void *content = spool->packed;
	int ret;

	if (batch->kind == DT_KIND_SAMPLE) {
		pack_samples(spool, &head, batch->samples);
	} else {
		content = batch->records;
		head.size = (uint32_t)(batch->count * dt_record_size(batch->kind));
	}
	ret = dt_write_all(spool->fd, &head, sizeof(head));
	if (!ret)
		ret = dt_write_all(spool->fd, content, head.size);
	spool->size += sizeof(head) + head.size;
	return ret;
}

static int tee_batch(void *context, struct dt_batch *batch)
{
	struct dt_text_spool *spool = context;
	const struct dt_sink *to = spool->to;

	spool->error = keep(spool, batch);
	if (spool->error)
		return spool->error;
	if (!(to->kinds & (1u << batch->kind)))
		return 0;
	if (batch->kind == DT_KIND_SAMPLE)
		batch->samples->columns &= to->columns;
	return to->batch(to->context, batch);
}

void dt_text_spool_sink(struct dt_text_spool *spool, const struct dt_sink *to, struct dt_sink *tee)
{
	spool->to = to;
	*tee = (struct dt_sink){.batch = tee_batch,
				.context = spool,
				.kinds = (1u << DT_NR_KINDS) - 1,
				.columns = DT_COL_ALL};
}

/* ---- back ---- */

static int read_all(const struct dt_text_spool *spool, void *buffer, uint64_t at, size_t size)
{
	size_t done = 0;

	while (done < size) {
		const ssize_t got =
			pread(spool->fd, (char *)buffer + done, size - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		done += (size_t)got;
	}
	return 0;
}

/* The wanted columns of a batch of samples whose packed values begin at `at`. */
static int read_samples(struct dt_text_spool *spool, struct dt_samples *samples,
			const struct head *head, uint32_t wanted, uint64_t at)
{
	samples->columns = head->columns & wanted;
	samples->has = head->has;
	samples->event = head->event;
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct column *const column = &columns[i];
		const size_t size = (size_t)head->count * head->width[i];
		int ret;

		if (samples->columns & column->bit) {
			ret = read_all(spool, spool->packed, at, size);
			if (ret)
				return ret;
			unpack(values_of(samples, column), column->size, head->count,
			       head->smallest[i], spool->packed, head->width[i]);
		}
		at += head->columns & column->bit ? size : 0;
	}
	return 0;
}

/* One batch at *at, which moves behind it. */
static int send_batch(struct dt_text_spool *spool, struct dt_batch batches[DT_NR_KINDS],
		      const struct dt_sink *sink, uint64_t *at)
{
	const uint64_t start = *at;
	struct dt_batch *batch;
	struct head head;
	int ret = read_all(spool, &head, start, sizeof(head));

	if (ret)
		return ret;
	*at += sizeof(head) + head.size;
	if (!(sink->kinds & (1u << head.kind)))
		return 0;
	batch = &batches[head.kind];
	if (!batch->records)
		batch->records = dt_batch_alloc((enum dt_kind)head.kind);
	if (!batch->records)
		return -ENOMEM;
	batch->kind = (enum dt_kind)head.kind;
	batch->count = head.count;
	if (batch->kind == DT_KIND_SAMPLE)
		ret = read_samples(spool, batch->samples, &head, sink->columns,
				   start + sizeof(head));
	else
		ret = read_all(spool, batch->records, start + sizeof(head), head.size);
	return ret ? ret : sink->batch(sink->context, batch);
}

int dt_text_spool_walk(struct dt_text_spool *spool, const struct dt_sink *sink)
{
	struct dt_batch batches[DT_NR_KINDS] = {{.records = NULL}};
	int ret = 0;

	for (uint64_t at = 0; at < spool->size && !ret;)
		ret = send_batch(spool, batches, sink, &at);
	for (int kind = 0; kind < DT_NR_KINDS; kind++)
		dt_batch_free((enum dt_kind)kind, batches[kind].records);
	return ret;
}
