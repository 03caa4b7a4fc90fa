/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring buffers of the trace.dat writer: sub-buffers with the kernel's page header, events,
 * time stamps, padding and missed-event marks (kernel/trace/ring_buffer.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tools/trace_writer_private.h"

/* enum ring_buffer_type of the kernel */
#define TYPE_PADDING	 29
#define TYPE_TIME_EXTEND 30
#define TYPE_TIME_STAMP	 31
#define TS_SHIFT	 27
#define MAX_SMALL_DATA	 112 /* bytes that type_len can tell: 28 words */

#define MISSED_STORED (1u << 30)
#define MISSED_EVENTS (1u << 31)

#define SPOOL_BUFFER (1u << 20)

_Noreturn void dt_tw_die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("trace writer: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

void *dt_tw_alloc(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		dt_tw_die("out of memory");
	return memory;
}

static void bytes_reserve(struct dt_tw_bytes *bytes, size_t more)
{
	size_t capacity = bytes->capacity ? bytes->capacity : 256;

	while (capacity - bytes->size < more)
		capacity *= 2;
	if (capacity == bytes->capacity)
		return;
	bytes->data = realloc(bytes->data, capacity);
	if (!bytes->data)
		dt_tw_die("out of memory");
	bytes->capacity = capacity;
}

void dt_tw_put(struct dt_tw_bytes *bytes, const void *data, size_t size)
{
	bytes_reserve(bytes, size);
	if (size)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

void dt_tw_put_zeroes(struct dt_tw_bytes *bytes, size_t size)
{
	bytes_reserve(bytes, size);
	memset(bytes->data + bytes->size, 0, size);
	bytes->size += size;
}

void dt_tw_put_string(struct dt_tw_bytes *bytes, const char *text)
{
	dt_tw_put(bytes, text, strlen(text) + 1);
}

void dt_tw_store(unsigned char *at, uint64_t value, int size, bool big_endian)
{
	for (int i = 0; i < size; i++)
		at[big_endian ? size - 1 - i : i] = (unsigned char)(value >> 8 * i);
}

void dt_tw_put_number(struct dt_tw_bytes *bytes, uint64_t value, int size)
{
	unsigned char number[8];

	dt_tw_store(number, value, size, bytes->big_endian);
	dt_tw_put(bytes, number, (size_t)size);
}

struct dt_tw_ring *dt_tw_ring_of(struct dt_tw *writer, struct dt_tw_where where)
{
	if (where.buffer >= writer->nr_buffers || where.cpu >= writer->config.cpus)
		dt_tw_die("no buffer %u with a cpu %u", where.buffer, where.cpu);
	return &writer->buffers[where.buffer].rings[where.cpu];
}

uint32_t dt_tw_subbuf_header(const struct dt_tw *writer)
{
	return 8 + (uint32_t)writer->config.long_size;
}

static FILE *spool_file(const char *directory)
{
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	FILE *spool = fd < 0 ? NULL : fdopen(fd, "w+");

	if (!spool)
		dt_tw_die("temporary file in %s: %s", directory, strerror(errno));
	(void)setvbuf(spool, NULL, _IOFBF, SPOOL_BUFFER);
	return spool;
}

static void spool_append(struct dt_tw *writer, struct dt_tw_ring *ring, const void *data,
			 size_t size)
{
	if (!ring->spool && writer->config.spool_dir)
		ring->spool = spool_file(writer->config.spool_dir);
	else if (!ring->spool)
		ring->spool = open_memstream(&ring->memory, &ring->memory_size);
	if (!ring->spool || fwrite(data, 1, size, ring->spool) != size)
		dt_tw_die("no room for %zu bytes: %s", size, strerror(errno));
	ring->size += size;
}

void dt_tw_ring_read(const struct dt_tw_ring *ring, uint64_t offset, void *data, size_t size)
{
	if (fflush(ring->spool))
		dt_tw_die("no room: %s", strerror(errno));
	if (ring->memory)
		memcpy(data, ring->memory + offset, size);
	else if (pread(fileno(ring->spool), data, size, (off_t)offset) != (ssize_t)size)
		dt_tw_die("temporary file: %s", strerror(errno));
}

void dt_tw_ring_free(struct dt_tw_ring *ring)
{
	if (ring->spool)
		(void)fclose(ring->spool);
	free(ring->memory);
	free(ring->packed.data);
	free(ring->subbuf);
}

static void ring_open(struct dt_tw *writer, struct dt_tw_ring *ring, uint64_t time)
{
	uint32_t size = writer->config.subbuf_size;

	if (!ring->subbuf)
		ring->subbuf = dt_tw_alloc(size);
	memset(ring->subbuf, 0, size);
	dt_tw_store(ring->subbuf, time, 8, writer->config.big_endian);
	ring->is_open = true;
	ring->used = 0;
	ring->time = time;
	ring->room = size - dt_tw_subbuf_header(writer);
	ring->subbuf_lost = ring->lost;
	ring->subbuf_lost_count = ring->lost_count;
	if (ring->lost && ring->lost_count != DT_TW_LOST_UNKNOWN)
		ring->room -= (uint32_t)writer->config.long_size; /* the count goes there */
	ring->lost = false;
}

void dt_tw_ring_close(struct dt_tw *writer, struct dt_tw_ring *ring)
{
	uint32_t header = dt_tw_subbuf_header(writer);
	int long_size = writer->config.long_size;
	bool big = writer->config.big_endian;
	uint64_t commit = ring->used;

	if (!ring->is_open)
		return;
	if (ring->subbuf_lost) {
		/* (1 << 31) is a negative int there: it fills the upper half of a 64-bit long */
		commit += (uint64_t)(int64_t)(int32_t)MISSED_EVENTS;
		if (ring->subbuf_lost_count != DT_TW_LOST_UNKNOWN) {
			commit += MISSED_STORED;
			dt_tw_store(ring->subbuf + header + ring->used, ring->subbuf_lost_count,
				    long_size, big);
		}
	}
	dt_tw_store(ring->subbuf + 8, commit, long_size, big);
	spool_append(writer, ring, ring->subbuf, writer->config.subbuf_size);
	ring->is_open = false;
}

/* The 5 + 27 bits before every record; bit fields begin at the other end on big-endian machines. */
static void put_header(const struct dt_tw *writer, struct dt_tw_ring *ring, uint32_t type_len,
		       uint64_t delta)
{
	bool big = writer->config.big_endian;
	uint32_t low = delta & ((1u << TS_SHIFT) - 1);
	unsigned char *at = ring->subbuf + dt_tw_subbuf_header(writer) + ring->used;

	dt_tw_store(at, big ? type_len << TS_SHIFT | low : low << 5 | type_len, 4, big);
	ring->used += 4;
}

static void put_word(const struct dt_tw *writer, struct dt_tw_ring *ring, uint32_t word)
{
	dt_tw_store(ring->subbuf + dt_tw_subbuf_header(writer) + ring->used, word, 4,
		    writer->config.big_endian);
	ring->used += 4;
}

/* TIME_EXTEND or TIME_STAMP: the time's low bits in the header, the others in the next word. */
static void put_time(const struct dt_tw *writer, struct dt_tw_ring *ring, uint32_t type,
		     uint64_t time)
{
	put_header(writer, ring, type, time);
	put_word(writer, ring, (uint32_t)(time >> TS_SHIFT));
}

/* Whole length of an event record, and whether its length stands in a word of its own. */
static uint32_t record_length(const struct dt_tw *writer, uint32_t size, bool *explicit_length)
{
	uint32_t align = writer->config.align_8 ? 8 : 4;

	*explicit_length = size > MAX_SMALL_DATA || writer->config.align_8;
	size += 4 + (*explicit_length ? 4 : 0);
	return (size + align - 1) / align * align;
}

static void truth_loss(struct dt_tw *writer, struct dt_tw_where where,
		       const struct dt_tw_ring *ring, uint64_t time)
{
	FILE *truth = writer->config.truth;

	if (!truth || !ring->lost)
		return;
	fprintf(truth, "%" PRIu64 " 0 lost cpu=%u count=", time, where.cpu);
	if (ring->lost_count == DT_TW_LOST_UNKNOWN)
		fputs("unknown\n", truth);
	else
		fprintf(truth, "%" PRIu64 "\n", ring->lost_count);
}

/* Makes room for a record of `length` bytes with the time record that it may need. */
static void make_room(struct dt_tw *writer, struct dt_tw_where where, uint64_t time,
		      uint32_t length)
{
	struct dt_tw_ring *ring = dt_tw_ring_of(writer, where);
	bool absolute = writer->config.absolute_time;

	if (ring->is_open && time < ring->time && !absolute)
		dt_tw_die("time goes back from %" PRIu64 " to %" PRIu64, ring->time, time);
	if (absolute || (ring->is_open && (time - ring->time) >> TS_SHIFT))
		length += 8;
	if (ring->is_open && ring->used + length > ring->room)
		dt_tw_ring_close(writer, ring);
	if (!ring->is_open) {
		truth_loss(writer, where, ring, time);
		ring_open(writer, ring, time);
	}
	if (ring->used + length > ring->room)
		dt_tw_die("a record of %u bytes does not fit into a sub-buffer", length);
	if (absolute) {
		put_time(writer, ring, TYPE_TIME_STAMP, time);
		ring->time = time;
	} else if ((time - ring->time) >> TS_SHIFT) {
		put_time(writer, ring, TYPE_TIME_EXTEND, time - ring->time);
		ring->time = time;
	}
}

unsigned char *dt_tw_reserve(struct dt_tw *writer, struct dt_tw_where where, uint64_t time,
			     uint32_t size)
{
	struct dt_tw_ring *ring = dt_tw_ring_of(writer, where);
	bool explicit_length;
	uint32_t length = record_length(writer, size, &explicit_length);
	unsigned char *payload;

	make_room(writer, where, time, length);
	put_header(writer, ring, explicit_length ? 0 : (length - 4) / 4, time - ring->time);
	if (explicit_length)
		put_word(writer, ring, length - 4); /* this word included */
	payload = ring->subbuf + dt_tw_subbuf_header(writer) + ring->used;
	ring->used += length - (explicit_length ? 8 : 4);
	ring->time = time;
	if (!ring->entries++)
		ring->first_time = time;
	return payload;
}

void dt_tw_raw(struct dt_tw *writer, struct dt_tw_where where, uint64_t time, const void *payload,
	       size_t size)
{
	unsigned char *at = dt_tw_reserve(writer, where, time, (uint32_t)size);

	if (size)
		memcpy(at, payload, size);
}

void dt_tw_padding(struct dt_tw *writer, struct dt_tw_where where, uint32_t bytes, uint32_t delta)
{
	struct dt_tw_ring *ring = dt_tw_ring_of(writer, where);

	if (bytes < 8 || bytes % 4 || !delta || delta >> TS_SHIFT)
		dt_tw_die("padding of %u bytes and %u ns cannot be", bytes, delta);
	make_room(writer, where, ring->time, bytes);
	put_header(writer, ring, TYPE_PADDING, delta);
	put_word(writer, ring, bytes - 4); /* this word included */
	ring->used += bytes - 8;
	ring->time += delta;
}

void dt_tw_time_stamp(struct dt_tw *writer, struct dt_tw_where where, uint64_t time)
{
	struct dt_tw_ring *ring = dt_tw_ring_of(writer, where);

	make_room(writer, where, ring->is_open ? ring->time : time, 8);
	put_time(writer, ring, TYPE_TIME_STAMP, time);
	ring->time = time;
}

void dt_tw_lose(struct dt_tw *writer, struct dt_tw_where where, uint64_t count)
{
	struct dt_tw_ring *ring = dt_tw_ring_of(writer, where);

	dt_tw_ring_close(writer, ring);
	if (count == DT_TW_LOST_UNKNOWN || (ring->lost && ring->lost_count == DT_TW_LOST_UNKNOWN)) {
		ring->lost_count = DT_TW_LOST_UNKNOWN;
	} else {
		ring->lost_count = (ring->lost ? ring->lost_count : 0) + count;
		ring->overrun += count;
	}
	ring->lost = true;
}

void dt_tw_ring_finish(struct dt_tw *writer, struct dt_tw_where where)
{
	struct dt_tw_ring *ring = dt_tw_ring_of(writer, where);

	dt_tw_ring_close(writer, ring);
	/* no sub-buffer tells of it any more, but the overrun in CPUSTAT does */
	if (ring->lost_count != DT_TW_LOST_UNKNOWN)
		truth_loss(writer, where, ring, ring->time);
}

void dt_tw_end_subbuf(struct dt_tw *writer, struct dt_tw_where where)
{
	dt_tw_ring_close(writer, dt_tw_ring_of(writer, where));
}

void dt_tw_raw_subbuf(struct dt_tw *writer, struct dt_tw_where where, const void *data, size_t size)
{
	struct dt_tw_ring *ring = dt_tw_ring_of(writer, where);
	unsigned char *whole;

	if (size > writer->config.subbuf_size)
		dt_tw_die("%zu bytes are more than a sub-buffer", size);
	dt_tw_ring_close(writer, ring);
	whole = dt_tw_alloc(writer->config.subbuf_size);
	if (size)
		memcpy(whole, data, size);
	spool_append(writer, ring, whole, writer->config.subbuf_size);
	free(whole);
}

uint64_t dt_tw_size(const struct dt_tw *writer)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < writer->nr_buffers; i++)
		for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++)
			size += writer->buffers[i].rings[cpu].size;
	return size;
}
