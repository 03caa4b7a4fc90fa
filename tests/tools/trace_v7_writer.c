/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.dat version 7: trace-cmd.dat.v7(5).
 */
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "tests/tools/trace_writer_private.h"

#define SECTION_COMPRESSED 1
#define SECTION_HEADER	   16 /* bytes */

static const char *const metadata_names[DT_TW_NR_METADATA] = {
	"headers", "ftrace events", "events format", "kallsyms", "printk", "command lines",
};

static void compress_into(const struct dt_tw *writer, struct dt_tw_bytes *out, const void *data,
			  size_t size)
{
	bool zstd = writer->config.compression == DT_TW_ZSTD;
	uLongf packed = zstd ? ZSTD_compressBound(size) : compressBound(size);
	unsigned char *buffer = dt_tw_alloc(packed);

	if (zstd) {
		packed = ZSTD_compress(buffer, packed, data, size, 1);
		if (ZSTD_isError(packed))
			dt_tw_die("zstd: %s", ZSTD_getErrorName(packed));
	} else if (compress(buffer, &packed, data, size) != Z_OK) {
		dt_tw_die("zlib cannot compress");
	}
	dt_tw_put_number(out, packed, 4);
	dt_tw_put_number(out, size, 4);
	dt_tw_put(out, buffer, packed);
	free(buffer);
}

void dt_tw_v7_compress(const struct dt_tw *writer, struct dt_tw_ring *ring)
{
	size_t chunk = (size_t)writer->config.chunk_subbufs * writer->config.subbuf_size;
	unsigned char *data = dt_tw_alloc(chunk);

	ring->packed.big_endian = writer->config.big_endian;
	dt_tw_put_number(&ring->packed, (ring->size + chunk - 1) / chunk, 4);
	for (uint64_t done = 0; done < ring->size; done += chunk) {
		size_t size = ring->size - done < chunk ? ring->size - done : chunk;

		dt_tw_ring_read(ring, done, data, size);
		compress_into(writer, &ring->packed, data, size);
	}
	free(data);
}

/* A name in the strings section; returns its place there. */
static uint64_t put_name(struct dt_tw_bytes *strings, const char *name, const char *more)
{
	uint64_t id = strings->size;

	dt_tw_put(strings, name, strlen(name));
	dt_tw_put_string(strings, more);
	return id;
}

static void put_section_header(struct dt_tw_bytes *out, int id, int flags, uint64_t name,
			       uint64_t size)
{
	dt_tw_put_number(out, (uint64_t)id, 2);
	dt_tw_put_number(out, (uint64_t)flags, 2);
	dt_tw_put_number(out, name, 4);
	dt_tw_put_number(out, size, 8);
}

/* A section of metadata, compressed when the file is; frees the body. */
static void put_section(const struct dt_tw *writer, struct dt_tw_bytes *out, int id, uint64_t name,
			struct dt_tw_bytes *body)
{
	struct dt_tw_bytes packed = {.big_endian = out->big_endian};

	if (writer->config.compression) {
		compress_into(writer, &packed, body->data, body->size);
		put_section_header(out, id, SECTION_COMPRESSED, name, packed.size);
		dt_tw_put(out, packed.data, packed.size);
	} else {
		put_section_header(out, id, 0, name, body->size);
		dt_tw_put(out, body->data, body->size);
	}
	free(packed.data);
	free(body->data);
}

static void v7_put_initial(const struct dt_tw *writer, struct dt_tw_bytes *out)
{
	static const char *const names[] = {"none", "zstd", "zlib"};
	const char *versions[] = {"", ZSTD_versionString(), zlibVersion()};

	dt_tw_put_initial(writer, out);
	dt_tw_put_string(out, names[writer->config.compression]);
	dt_tw_put_string(out, versions[writer->config.compression]);
}

/* Sections 16 to 21 and the first options section, up to where its DONE option goes. */
static void v7_put_head(struct dt_tw *writer, struct dt_tw_bytes *head, struct dt_tw_bytes *strings,
			struct dt_tw_bytes *options)
{
	size_t first_options;

	v7_put_initial(writer, head);
	first_options = head->size;
	dt_tw_put_zeroes(head, 8);
	for (int i = 0; i < DT_TW_NR_METADATA; i++) {
		struct dt_tw_bytes body = {.big_endian = writer->config.big_endian};

		dt_tw_put_metadata(writer, &body, DT_TW_OPTION_HEADER_INFO + i);
		dt_tw_mark_metadata(writer, DT_TW_OPTION_HEADER_INFO + i, head->size);
		dt_tw_put_option_number(options,
					(enum dt_tw_option_id)(DT_TW_OPTION_HEADER_INFO + i),
					head->size, 8);
		put_section(writer, head, DT_TW_OPTION_HEADER_INFO + i,
			    put_name(strings, metadata_names[i], ""), &body);
	}
	writer->places[DT_TW_AT_HEADER_EVENT] = writer->places[DT_TW_AT_HEADER_PAGE];
	writer->places[DT_TW_AT_OPTIONS] = head->size;
	dt_tw_store(head->data + first_options, head->size, 8, head->big_endian);
	dt_tw_put_options(writer, options);
}

static void v7_put_buffer_option(const struct dt_tw *writer, struct dt_tw_bytes *out,
				 const struct dt_tw_buffer *buffer)
{
	struct dt_tw_bytes data = {.big_endian = out->big_endian};
	uint64_t cpus = 0;

	for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++)
		cpus += buffer->rings[cpu].size > 0;
	dt_tw_put_number(&data, buffer->offset, 8);
	dt_tw_put_string(&data, buffer->name);
	dt_tw_put_string(&data, buffer->clock);
	dt_tw_put_number(&data, writer->config.subbuf_size, 4);
	dt_tw_put_number(&data, cpus, 4); /* trace-cmd leaves the empty ones out */
	for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++) {
		if (!buffer->rings[cpu].size)
			continue;
		dt_tw_put_number(&data, cpu, 4);
		dt_tw_put_number(&data, buffer->rings[cpu].offset, 8);
		dt_tw_put_number(&data, buffer->rings[cpu].file_size, 8);
	}
	dt_tw_put_option(out, DT_TW_OPTION_BUFFER, data.data, data.size);
	free(data.data);
}

/* Ends an options section whose next one stands `gap` bytes behind its own end, or nowhere. */
static void v7_out_options(struct dt_tw_output *out, struct dt_tw_bytes *options, uint64_t name,
			   const uint64_t *gap)
{
	struct dt_tw_bytes section = {.big_endian = options->big_endian};
	uint64_t size = options->size + 2 + 4 + 8;
	uint64_t next = gap ? out->offset + SECTION_HEADER + size + *gap : 0;

	dt_tw_put_option_number(options, DT_TW_OPTION_DONE, next, 8);
	put_section_header(&section, DT_TW_SECTION_OPTIONS, 0, name, size);
	dt_tw_put(&section, options->data, options->size);
	free(options->data);
	dt_tw_out_and_free(out, &section);
}

/* Places a buffer's section at `offset`; returns how many bytes it takes. */
static uint64_t v7_place_buffer(struct dt_tw *writer, struct dt_tw_buffer *buffer, uint64_t offset)
{
	buffer->offset = offset;
	buffer->size = dt_tw_place_rings(writer, buffer, offset + SECTION_HEADER) - offset -
		       SECTION_HEADER;
	return SECTION_HEADER + buffer->size;
}

static void v7_out_buffer(struct dt_tw *writer, struct dt_tw_output *out,
			  struct dt_tw_buffer *buffer, struct dt_tw_bytes *strings)
{
	struct dt_tw_bytes section = {.big_endian = writer->config.big_endian};

	put_section_header(&section, DT_TW_SECTION_BUFFER,
			   writer->config.compression ? SECTION_COMPRESSED : 0,
			   put_name(strings, "buffer flyrecord ", buffer->name), buffer->size);
	dt_tw_out_and_free(out, &section);
	dt_tw_out_rings(writer, out, buffer);
}

void dt_tw_v7_write(struct dt_tw *writer, struct dt_tw_output *out)
{
	struct dt_tw_bytes head = {0}, strings = {0};
	struct dt_tw_bytes options = {.big_endian = writer->config.big_endian};
	struct dt_tw_bytes tail = {.big_endian = writer->config.big_endian};

	v7_put_head(writer, &head, &strings, &options);
	dt_tw_out_and_free(out, &head);
	for (uint32_t i = 0; i < writer->nr_buffers; i++) {
		struct dt_tw_buffer *buffer = &writer->buffers[i];
		/* as long as the DONE option that v7_out_options() adds */
		uint64_t end = out->offset + SECTION_HEADER + options.size + 2 + 4 + 8;
		uint64_t gap = v7_place_buffer(writer, buffer, end);

		v7_out_options(out, &options, put_name(&strings, "options", ""), &gap);
		v7_out_buffer(writer, out, buffer, &strings);
		options = (struct dt_tw_bytes){.big_endian = writer->config.big_endian};
		v7_put_buffer_option(writer, &options, buffer);
	}
	writer->places[DT_TW_AT_CPU_TABLE] = out->offset;
	v7_out_options(out, &options, put_name(&strings, "options", ""), NULL);
	(void)put_name(&strings, "strings", "");
	put_section(writer, &tail, DT_TW_SECTION_STRINGS, strings.size - sizeof("strings"),
		    &strings);
	dt_tw_out_and_free(out, &tail);
}
