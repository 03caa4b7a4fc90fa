/* SPDX-License-Identifier: GPL-2.0-only */
/* See sample_file.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/sample_file.h"

struct section {
	uint64_t offset, size;
};

/* struct perf_file_header */
struct header {
	uint64_t magic;
	uint64_t size;
	uint64_t attr_size;
	struct section attrs;
	struct section data;
	struct section event_types; /* of old; empty */
	uint64_t features[4];	    /* bits */
};

/* "PERFILE2" in this machine's byte order, which is how the other order is told. */
#define MAGIC 0x32454c4946524550ull

/* An event in the file: as much of the attr as attr.size says, and where its identifiers are. */
#define ATTR_SIZE  PERF_ATTR_SIZE_VER5
#define ENTRY_SIZE (ATTR_SIZE + sizeof(struct section))

static int write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
	const char *at = bytes;

	while (size) {
		const ssize_t written = pwrite(fd, at, size, (off_t)offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written ? -errno : -ENOSPC;
		at += written;
		offset += (uint64_t)written;
		size -= (size_t)written;
	}
	return 0;
}

static uint64_t ids_at(const struct dt_file_facts *facts)
{
	return sizeof(struct header) + facts->nr_events * ENTRY_SIZE;
}

static int fail_write(const struct dt_sample_file *file, int ret, struct dt_error *error)
{
	return dt_fail(error, -ret, ret == -ENOSPC ? "free some space" : NULL,
		       "cannot write %s: %s", file->path, strerror(-ret));
}

/* size 0: it goes on. */
static int write_header(const struct dt_sample_file *file, const struct dt_file_facts *facts,
			uint64_t size, const uint64_t *features)
{
	struct header header = {
		.magic = MAGIC,
		.size = sizeof(header),
		.attr_size = ENTRY_SIZE,
		.attrs = {sizeof(header), facts->nr_events * ENTRY_SIZE},
		.data = {file->data_at, size},
	};

	if (features)
		memcpy(header.features, features, sizeof(header.features));
	return write_at(file->fd, &header, sizeof(header), 0);
}

/* Events whose identifiers begin at an offset; more than room of them are cut. */
static int write_events(const struct dt_sample_file *file, const struct dt_file_facts *facts,
			uint64_t offset, uint64_t room)
{
	uint64_t used = 0;
	int ret = 0;

	for (size_t i = 0; !ret && i < facts->nr_events; i++) {
		const struct dt_file_event *event = &facts->events[i];
		const uint64_t nr = event->nr_ids < room - used ? event->nr_ids : room - used;
		const struct section ids = {offset + used * sizeof(uint64_t),
					    nr * sizeof(uint64_t)};
		unsigned char entry[ENTRY_SIZE];

		memcpy(entry, event->attr, ATTR_SIZE);
		memcpy(entry + ATTR_SIZE, &ids, sizeof(ids));
		ret = write_at(file->fd, event->ids, ids.size, ids.offset);
		if (!ret)
			ret = write_at(file->fd, entry, sizeof(entry),
				       sizeof(struct header) + i * sizeof(entry));
		used += nr;
	}
	return ret;
}

int dt_file_write_ids(struct dt_sample_file *file, const struct dt_file_facts *facts)
{
	return write_events(file, facts, ids_at(facts), file->ids_room);
}

int dt_file_begin(struct dt_sample_file *file, const char *directory, const char *name,
		  const struct dt_file_facts *facts, uint64_t ids_room, struct dt_error *error)
{
	int ret;

	*file = (struct dt_sample_file){.fd = -1, .ids_room = ids_room, .first_ns = UINT64_MAX};
	(void)snprintf(file->path, sizeof(file->path), "%s/%s", directory, name);
	file->fd = open(file->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file->fd < 0)
		return dt_fail(error, errno, NULL, "cannot make %s: %s", file->path,
			       strerror(errno));
	file->data_at = ids_at(facts) + ids_room * sizeof(uint64_t);
	file->end = file->data_at;
	ret = write_events(file, facts, ids_at(facts), ids_room);
	if (!ret && ftruncate(file->fd, (off_t)file->end))
		ret = -errno;
	if (!ret)
		ret = write_header(file, facts, 0, NULL);
	if (!ret)
		return 0;
	(void)fail_write(file, ret, error);
	dt_file_close(file);
	(void)unlink(file->path);
	return ret;
}

int dt_file_add(struct dt_sample_file *file, struct iovec *parts, int nr, size_t bytes,
		struct dt_error *error)
{
	uint64_t end = file->end;
	int ret = file->failed ? -ENOSPC : 0;

	while (!ret && nr) {
		ssize_t written = pwritev(file->fd, parts, nr, (off_t)end);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			ret = written ? -errno : -ENOSPC;
			break;
		}
		end += (uint64_t)written;
		while (nr && (size_t)written >= parts->iov_len) {
			written -= (ssize_t)parts->iov_len;
			parts++;
			nr--;
		}
		if (nr) {
			parts->iov_base = (char *)parts->iov_base + written;
			parts->iov_len -= (size_t)written;
		}
	}
	if (!ret) {
		file->end += bytes;
		return 0;
	}
	/* no half record may stay at the end */
	(void)!ftruncate(file->fd, (off_t)file->end);
	file->failed = true;
	return fail_write(file, ret, error);
}

int dt_file_add_record(struct dt_sample_file *file, const void *records, size_t bytes,
		       struct dt_error *error)
{
	struct iovec part = {(void *)(uintptr_t)records, bytes};

	return bytes ? dt_file_add(file, &part, 1, bytes, error) : 0;
}

/* The table of sections stands right behind the data, the sections behind it. */
static int write_features(struct dt_sample_file *file, const struct dt_features *made,
			  uint64_t bits[4], uint64_t *end)
{
	struct section table[DT_FILE_FEATURES];
	size_t nr = 0, from = 0;
	uint64_t at;
	int ret;

	for (unsigned bit = 0; bit < DT_FILE_FEATURES; bit++)
		nr += made->ends[bit] > 0;
	at = file->end + nr * sizeof(*table);
	nr = 0;
	for (unsigned bit = 0; bit < DT_FILE_FEATURES; bit++) {
		if (!made->ends[bit])
			continue;
		table[nr++] = (struct section){at + from, made->ends[bit] - from};
		from = made->ends[bit];
		bits[bit / 64] |= 1ull << bit % 64;
	}
	ret = write_at(file->fd, table, nr * sizeof(*table), file->end);
	if (!ret)
		ret = write_at(file->fd, made->bytes, made->size, at);
	*end = at + made->size;
	return ret;
}

/* Identifiers that came after the header was made may not fit there; any place will do. */
static int write_last_events(struct dt_sample_file *file, const struct dt_file_facts *facts,
			     uint64_t end)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < facts->nr_events; i++)
		nr += facts->events[i].nr_ids;
	if (nr <= file->ids_room)
		return dt_file_write_ids(file, facts);
	return write_events(file, facts, (end + 7) & ~7ull, nr);
}

int dt_file_finish(struct dt_sample_file *file, const struct dt_file_facts *facts,
		   struct dt_error *error)
{
	struct dt_features features = {0};
	uint64_t bits[4] = {0}, end = file->end;
	int ret, header;

	if (file->fd < 0 || file->finished)
		return 0;
	dt_features_make(&features, facts);
	ret = features.failed ? -ENOMEM : write_features(file, &features, bits, &end);
	if (!ret)
		ret = write_last_events(file, facts, end);
	free(features.bytes);
	if (ret) {
		/* a full disk: the records without a description are worth having */
		memset(bits, 0, sizeof(bits));
		(void)!ftruncate(file->fd, (off_t)file->end);
	}
	/* no bytes at all are no data, not data up to the end of the file */
	header = write_header(file, facts, file->end - file->data_at, bits);
	file->finished = true;
	if (!ret)
		ret = header;
	return ret ? fail_write(file, ret, error) : 0;
}

void dt_file_close(struct dt_sample_file *file)
{
	if (file->fd >= 0)
		(void)close(file->fd);
	file->fd = -1;
}
