/* SPDX-License-Identifier: GPL-2.0-only */
/* Series in a temporary file. Every block begins with the number of the next one of its series. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exporters/spool.h"
#include "support/temporary.h"

#define BLOCK 8192u

struct block {
	uint64_t next;
	unsigned char data[BLOCK - sizeof(uint64_t)];
};

struct series {
	uint64_t first, number; /* of the first block, and of the one in memory */
	size_t used;
	struct block *block;
};

struct dt_spool {
	int fd;
	uint64_t nr_blocks;
	int nr;
	struct series series[DT_SPOOL_SERIES];
};

int dt_spool_new(struct dt_spool **result)
{
	struct dt_spool *spool = calloc(1, sizeof(*spool));
	int fd;

	if (!spool)
		return -ENOMEM;
	fd = dt_temporary_open();
	if (fd < 0) {
		free(spool);
		return fd;
	}
	spool->fd = fd;
	*result = spool;
	return 0;
}

void dt_spool_free(struct dt_spool *spool)
{
	if (!spool)
		return;
	for (int i = 0; i < spool->nr; i++)
		free(spool->series[i].block);
	(void)close(spool->fd);
	free(spool);
}

int dt_spool_add(struct dt_spool *spool)
{
	struct series *series = &spool->series[spool->nr];

	if (spool->nr == DT_SPOOL_SERIES)
		return -EMFILE;
	series->block = malloc(sizeof(*series->block));
	if (!series->block)
		return -ENOMEM;
	series->first = series->number = spool->nr_blocks++;
	series->used = 0;
	return spool->nr++;
}

/* The block in memory is full: it goes to its place, and the next one gets the next place. */
static int write_block(struct dt_spool *spool, struct series *series)
{
	const char *from = (const char *)series->block;
	off_t at = (off_t)(series->number * BLOCK);
	size_t left = BLOCK;

	series->block->next = spool->nr_blocks;
	while (left) {
		const ssize_t written = pwrite(spool->fd, from, left, at);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written < 0)
			continue;
		from += written;
		at += written;
		left -= (size_t)written;
	}
	series->number = spool->nr_blocks++;
	series->used = 0;
	return 0;
}

int dt_spool_put(struct dt_spool *spool, int number, const void *data, size_t size)
{
	struct series *series = &spool->series[number];
	const unsigned char *from = data;

	while (size) {
		size_t part = sizeof(series->block->data) - series->used;

		part = size < part ? size : part;
		memcpy(series->block->data + series->used, from, part);
		series->used += part;
		from += part;
		size -= part;
		if (series->used == sizeof(series->block->data)) {
			const int ret = write_block(spool, series);

			if (ret)
				return ret;
		}
	}
	return 0;
}

static int read_block(const struct dt_spool *spool, uint64_t number, struct block *block)
{
	char *to = (char *)block;
	size_t got = 0;

	while (got < BLOCK) {
		const ssize_t part =
			pread(spool->fd, to + got, BLOCK - got, (off_t)(number * BLOCK + got));

		if (part < 0 && errno == EINTR)
			continue;
		if (part <= 0)
			return part ? -errno : -EIO;
		got += (size_t)part;
	}
	return 0;
}

int dt_spool_each(struct dt_spool *spool, int number,
		  int (*piece)(void *context, const void *data, size_t size), void *context)
{
	const struct series *series = &spool->series[number];
	struct block block;

	for (uint64_t at = series->first; at != series->number; at = block.next) {
		int ret = read_block(spool, at, &block);

		if (!ret)
			ret = piece(context, block.data, sizeof(block.data));
		if (ret)
			return ret;
	}
	return series->used ? piece(context, series->block->data, series->used) : 0;
}
