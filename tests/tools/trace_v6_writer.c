/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.dat version 6: trace-cmd.dat.v6(5), with the clock texts that trace-cmd puts behind the CPU
 * tables and the tables of buffer instances.
 */
#include <string.h>

#include "tests/tools/trace_writer_private.h"

static size_t v6_table_size(const struct dt_tw *writer, const struct dt_tw_buffer *buffer)
{
	size_t clock = writer->config.no_clock ? 0 : 8 + strlen(buffer->clock) + 2;

	return 10 + 16 * (size_t)writer->config.cpus + clock;
}

static void v6_put_table(const struct dt_tw *writer, struct dt_tw_bytes *out,
			 const struct dt_tw_buffer *buffer)
{
	char clock[64];

	dt_tw_put_string(out, "flyrecord");
	for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++) {
		dt_tw_put_number(out, buffer->rings[cpu].offset, 8);
		dt_tw_put_number(out, buffer->rings[cpu].file_size, 8);
	}
	if (writer->config.no_clock)
		return;
	(void)snprintf(clock, sizeof(clock), "[%s]", buffer->clock);
	dt_tw_put_text(out, clock, 8);
}

static void v6_put_head(struct dt_tw *writer, struct dt_tw_bytes *head)
{
	const unsigned char *event;

	dt_tw_put_initial(writer, head);
	for (int i = 0; i < DT_TW_NR_METADATA; i++) {
		dt_tw_mark_metadata(writer, DT_TW_OPTION_HEADER_INFO + i, head->size);
		dt_tw_put_metadata(writer, head, DT_TW_OPTION_HEADER_INFO + i);
	}
	event = memmem(head->data, head->size, "header_event", sizeof("header_event"));
	writer->places[DT_TW_AT_HEADER_EVENT] = (uint64_t)(event - head->data);
	dt_tw_put_number(head, writer->config.cpus, 4);
	writer->places[DT_TW_AT_OPTIONS] = head->size;
	dt_tw_put_string(head, "options  ");
	dt_tw_put_options(writer, head);
}

static void v6_put_buffer_option(struct dt_tw_bytes *out, const struct dt_tw_buffer *buffer)
{
	dt_tw_put_number(out, DT_TW_OPTION_BUFFER, 2);
	dt_tw_put_number(out, 8 + strlen(buffer->name) + 1, 4);
	dt_tw_put_number(out, buffer->offset, 8);
	dt_tw_put_string(out, buffer->name);
}

void dt_tw_v6_write(struct dt_tw *writer, struct dt_tw_output *out)
{
	struct dt_tw_buffer *buffers = writer->buffers;
	struct dt_tw_bytes head = {0};
	uint64_t offset;

	v6_put_head(writer, &head);
	offset = head.size + 2;
	for (uint32_t i = 1; i < writer->nr_buffers; i++)
		offset += 2 + 4 + 8 + strlen(buffers[i].name) + 1;
	for (uint32_t i = 0; i < writer->nr_buffers; i++) {
		buffers[i].offset = offset;
		offset += v6_table_size(writer, &buffers[i]);
		offset = dt_tw_place_rings(writer, &buffers[i], offset);
	}
	for (uint32_t i = 1; i < writer->nr_buffers; i++)
		v6_put_buffer_option(&head, &buffers[i]);
	dt_tw_put_number(&head, DT_TW_OPTION_DONE, 2);
	writer->places[DT_TW_AT_CPU_TABLE] = head.size;
	dt_tw_out_and_free(out, &head);
	for (uint32_t i = 0; i < writer->nr_buffers; i++) {
		struct dt_tw_bytes table = {.big_endian = writer->config.big_endian};

		v6_put_table(writer, &table, &buffers[i]);
		dt_tw_out_and_free(out, &table);
		dt_tw_out_rings(writer, out, &buffers[i]);
	}
	dt_tw_out_pad(out, dt_tw_page_up(writer, out->offset));
}
