/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace.dat writer from its beginning to the finished file, and what the two versions of the
 * format share: where the CPU data goes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/trace_writer_private.h"

struct dt_tw *dt_tw_new(const struct dt_tw_config *config)
{
	struct dt_tw *writer = dt_tw_alloc(sizeof(*writer));
	struct dt_tw_config *c = &writer->config;

	*c = *config;
	c->version = c->version ? c->version : 6;
	c->long_size = c->long_size ? c->long_size : 8;
	c->page_size = c->page_size ? c->page_size : 4096;
	c->subbuf_size = c->subbuf_size ? c->subbuf_size : c->page_size;
	c->cpus = c->cpus ? c->cpus : 1;
	c->chunk_subbufs = c->chunk_subbufs ? c->chunk_subbufs : 10;
	c->events = c->events ? c->events : DT_TW_DEFAULT_EVENTS;
	c->clock = c->clock ? c->clock : "mono";
	if (c->version != 6 && c->version != 7)
		dt_tw_die("no version %d", c->version);
	if (c->version == 6 && c->compression)
		dt_tw_die("version 6 has no compression");
	dt_tw_layouts_init(writer);
	(void)dt_tw_instance(writer, "", c->clock);
	return writer;
}

void dt_tw_free(struct dt_tw *writer)
{
	if (!writer)
		return;
	for (uint32_t i = 0; i < writer->nr_buffers; i++) {
		for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++)
			dt_tw_ring_free(&writer->buffers[i].rings[cpu]);
		free(writer->buffers[i].rings);
		free(writer->buffers[i].name);
		free(writer->buffers[i].clock);
	}
	for (uint32_t i = 0; i < writer->nr_options; i++)
		free(writer->options[i].data);
	for (int i = 0; i < DT_TW_NR_EVENTS; i++)
		free(writer->layouts[i].text);
	free(writer->buffers);
	free(writer->options);
	free(writer);
}

uint32_t dt_tw_instance(struct dt_tw *writer, const char *name, const char *clock)
{
	uint32_t index = writer->nr_buffers++;
	struct dt_tw_buffer *buffer;

	writer->buffers = realloc(writer->buffers, writer->nr_buffers * sizeof(*writer->buffers));
	if (!writer->buffers)
		dt_tw_die("out of memory");
	buffer = &writer->buffers[index];
	memset(buffer, 0, sizeof(*buffer));
	buffer->name = strdup(name);
	if (!clock)
		clock = writer->config.clock ? writer->config.clock : "local";
	buffer->clock = strdup(clock);
	if (!buffer->name || !buffer->clock)
		dt_tw_die("out of memory");
	buffer->rings = dt_tw_alloc(writer->config.cpus * sizeof(*buffer->rings));
	return index;
}

void dt_tw_option(struct dt_tw *writer, uint16_t id, const void *data, uint32_t size)
{
	struct dt_tw_extra_option *option;

	writer->options =
		realloc(writer->options, (writer->nr_options + 1) * sizeof(*writer->options));
	if (!writer->options)
		dt_tw_die("out of memory");
	option = &writer->options[writer->nr_options++];
	option->id = id;
	option->size = size;
	option->data = dt_tw_alloc(size);
	if (size)
		memcpy(option->data, data, size);
}

uint64_t dt_tw_place(const struct dt_tw *writer, enum dt_tw_place place)
{
	return writer->places[place];
}

uint64_t dt_tw_data_place(const struct dt_tw *writer, struct dt_tw_where where, uint64_t *size)
{
	const struct dt_tw_ring *ring = dt_tw_ring_of((struct dt_tw *)(uintptr_t)writer, where);

	if (size)
		*size = ring->file_size;
	return ring->offset;
}

void dt_tw_out(struct dt_tw_output *out, const void *data, size_t size)
{
	(void)fwrite(data, 1, size, out->file); /* errors are looked at once, at the end */
	out->offset += size;
}

void dt_tw_out_and_free(struct dt_tw_output *out, struct dt_tw_bytes *bytes)
{
	dt_tw_out(out, bytes->data, bytes->size);
	free(bytes->data);
}

void dt_tw_out_pad(struct dt_tw_output *out, uint64_t to)
{
	static const unsigned char zeroes[4096];

	while (out->offset < to) {
		uint64_t left = to - out->offset;

		dt_tw_out(out, zeroes, left < sizeof(zeroes) ? left : sizeof(zeroes));
	}
}

static void out_ring(struct dt_tw_output *out, const struct dt_tw_ring *ring)
{
	size_t block = 1u << 20;
	unsigned char *data;

	if (ring->packed.size) {
		dt_tw_out(out, ring->packed.data, ring->packed.size);
		return;
	}
	data = dt_tw_alloc(block);
	for (uint64_t done = 0; done < ring->size; done += block) {
		size_t size = ring->size - done < block ? ring->size - done : block;

		dt_tw_ring_read(ring, done, data, size);
		dt_tw_out(out, data, size);
	}
	free(data);
}

uint64_t dt_tw_page_up(const struct dt_tw *writer, uint64_t offset)
{
	uint64_t page = writer->config.page_size;

	return (offset + page - 1) / page * page;
}

/* Gives the rings of a buffer their places from `offset` on; returns the end. */
uint64_t dt_tw_place_rings(struct dt_tw *writer, struct dt_tw_buffer *buffer, uint64_t offset)
{
	for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++) {
		struct dt_tw_ring *ring = &buffer->rings[cpu];

		if (!ring->size)
			continue;
		ring->offset = dt_tw_page_up(writer, offset);
		/* trace-cmd does not count the chunks' count */
		ring->file_size = ring->packed.size ? ring->packed.size - 4 : ring->size;
		offset = ring->offset + (ring->packed.size ? ring->packed.size : ring->size);
	}
	return offset;
}

void dt_tw_out_rings(struct dt_tw *writer, struct dt_tw_output *out,
		     const struct dt_tw_buffer *buffer)
{
	for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++) {
		const struct dt_tw_ring *ring = &buffer->rings[cpu];

		if (!ring->size)
			continue;
		dt_tw_out_pad(out, ring->offset);
		out_ring(out, ring);
	}
}

int dt_tw_finish(struct dt_tw *writer, FILE *file)
{
	struct dt_tw_output out = {.file = file};

	for (uint32_t i = 0; i < writer->nr_buffers; i++) {
		for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++) {
			struct dt_tw_ring *ring = &writer->buffers[i].rings[cpu];

			dt_tw_ring_finish(writer, (struct dt_tw_where){i, cpu});
			if (writer->config.compression && ring->size)
				dt_tw_v7_compress(writer, ring);
		}
	}
	errno = 0;
	if (writer->config.version == 7)
		dt_tw_v7_write(writer, &out);
	else
		dt_tw_v6_write(writer, &out);
	if (fflush(file) || ferror(file))
		return errno ? -errno : -EIO;
	return 0;
}

unsigned char *dt_tw_finish_memory(struct dt_tw *writer, size_t *size)
{
	char *memory;
	FILE *out = open_memstream(&memory, size);

	if (!out || dt_tw_finish(writer, out) || fclose(out))
		dt_tw_die("out of memory");
	return (unsigned char *)memory;
}
