/* SPDX-License-Identifier: GPL-2.0-only */
/* See call_events.h. Fields stand where the event's own format says. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/call_events.h"
#include "readers/damon_events.h"
#include "readers/format_text.h"

/*
 * What the tracer calls a function's address is that of its patched call: behind endbr64 on x86,
 * behind BTI on arm64. Functions begin at multiples of 16.
 */
#define ENTRY_MOST 16

/* kernel/trace/trace_entries.h */
#define GRAPH_ENTRY "funcgraph_entry"
#define GRAPH_EXIT  "funcgraph_exit"

/* Names of our own (collector/cost_tracer.h). */
#define PROBE_ENTER "enter_"
#define PROBE_LEAVE "leave_"

struct place {
	uint16_t offset; /* in the payload */
	uint8_t size;	 /* 4 or 8; 0: there is none */
};

struct dt_call_decoder {
	bool swap; /* the recorded machine's byte order is not ours */
	uint8_t what, by;
	uint16_t function; /* DT_NO_FUNCTION: by its address */
	struct place address, begin, end;
	uint32_t min_size;
};

static bool find_place(struct dt_call_decoder *decoder, struct place *place, const char *format,
		       size_t size, const char *name)
{
	struct dt_field_line line;

	if (!dt_format_field(&line, format, size, name) || line.is_dynamic ||
	    (line.size != 4 && line.size != 8) || line.offset >= UINT16_MAX - 8)
		return false;
	*place = (struct place){(uint16_t)line.offset, (uint8_t)line.size};
	if (line.offset + line.size > decoder->min_size)
		decoder->min_size = line.offset + line.size;
	return true;
}

static int plan_graph(struct dt_call_decoder *decoder, const char *format, size_t size)
{
	if (!find_place(decoder, &decoder->address, format, size, "func"))
		return -EBADMSG;
	/* without both the events' times will do */
	if (decoder->what == DT_CALL_LEAVE &&
	    (!find_place(decoder, &decoder->begin, format, size, "calltime") ||
	     !find_place(decoder, &decoder->end, format, size, "rettime")))
		decoder->begin.size = 0;
	return 0;
}

/* "enter_damon_va_check_accesses": what it is, or false. */
static bool name_probe(struct dt_call_decoder *decoder, const char *name)
{
	static const char *const prefixes[] = {PROBE_ENTER, PROBE_LEAVE};
	static const uint8_t whats[] = {DT_CALL_ENTER, DT_CALL_LEAVE};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const size_t length = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], length) != 0)
			continue;
		decoder->what = whats[i];
		decoder->by = DT_CALL_BY_PROBE;
		decoder->function = dt_function_find(name + length, strlen(name + length));
		return decoder->function != DT_NO_FUNCTION;
	}
	return false;
}

static bool name_graph(struct dt_call_decoder *decoder, const char *name)
{
	decoder->by = DT_CALL_BY_GRAPH;
	decoder->function = DT_NO_FUNCTION;
	decoder->what = !strcmp(name, GRAPH_EXIT) ? DT_CALL_LEAVE : DT_CALL_ENTER;
	return !strcmp(name, GRAPH_EXIT) || !strcmp(name, GRAPH_ENTRY);
}

int dt_call_decoder_new(struct dt_call_decoder **decoder, const char *format, size_t format_size,
			bool big_endian)
{
	struct dt_call_decoder plan = {.swap = dt_must_swap(big_endian),
				       .min_size = DT_COMMON_PID_OFFSET + 4};
	char name[64];
	uint32_t id;

	*decoder = NULL;
	if (dt_format_identity(format, format_size, name, &id))
		return -EBADMSG;
	if (!name_probe(&plan, name)) {
		if (!name_graph(&plan, name))
			return 0;
		if (plan_graph(&plan, format, format_size))
			return -EBADMSG;
	}
	*decoder = malloc(sizeof(**decoder));
	if (!*decoder)
		return -ENOMEM;
	**decoder = plan;
	return 0;
}

static uint64_t number_at(const struct dt_call_decoder *decoder, struct place place,
			  const unsigned char *raw)
{
	return dt_raw_number(raw + place.offset, place.size, false, decoder->swap);
}

int dt_call_decode(const struct dt_call_decoder *decoder, const struct dt_call_symbols *symbols,
		   struct dt_emitter *emitter, uint64_t time, const unsigned char *raw, size_t size)
{
	struct dt_call call = {.time = time,
			       .duration = UINT64_MAX,
			       .function = decoder->function,
			       .what = decoder->what,
			       .by = decoder->by};

	if (size < decoder->min_size)
		return -EBADMSG;
	if (!dt_emit_wants(emitter, DT_KIND_CALL))
		return 0;
	if (decoder->address.size)
		call.function =
			dt_call_symbols_find(symbols, number_at(decoder, decoder->address, raw));
	if (call.function == DT_NO_FUNCTION)
		return 0;
	if (decoder->begin.size) {
		const uint64_t begin = number_at(decoder, decoder->begin, raw);
		const uint64_t end = number_at(decoder, decoder->end, raw);

		call.duration = end >= begin ? end - begin : UINT64_MAX;
	}
	call.kdamond = (int32_t)dt_raw_number(raw + DT_COMMON_PID_OFFSET, 4, false, decoder->swap);
	*(struct dt_call *)dt_emit(emitter, DT_KIND_CALL, sizeof(call)) = call;
	return 0;
}

/* ---- symbols ---- */

/* "ffffffff81234560 t damon_va_check_accesses\t[module]", without its end. */
static void take_line(struct dt_call_symbols *symbols, const char *line, size_t length)
{
	const char *end = line + length;
	const char *name;
	char *rest;
	uint64_t address;
	uint16_t function;

	address = strtoull(line, &rest, 16);
	if (rest == line || end - rest < 4 || rest[0] != ' ' || rest[2] != ' ')
		return;
	name = rest + 3;
	rest = memchr(name, '\t', (size_t)(end - name));
	function = dt_function_find(name, (size_t)((rest ? rest : end) - name));
	if (!address || function == DT_NO_FUNCTION || symbols->nr == DT_SYMBOLS_MAX)
		return;
	symbols->list[symbols->nr++] = (struct dt_call_symbol){address, function};
}

void dt_call_symbols_read(struct dt_call_symbols *symbols, struct dt_bytes *bytes)
{
	uint64_t left = dt_bytes_u32(bytes);
	char text[4096 + 1];
	size_t used = 0;

	if (bytes->failed || left > dt_bytes_left(bytes)) {
		dt_bytes_skip(bytes, left);
		return;
	}
	while (left) {
		const size_t room = sizeof(text) - 1 - used;
		const size_t more = left < room ? (size_t)left : room;
		char *line = text, *end;

		if (!dt_bytes_copy(bytes, text + used, more))
			return;
		left -= more;
		used += more;
		/* a line that is longer than any symbol's is no line */
		text[used] = '\0';
		while ((end = memchr(line, '\n', used - (size_t)(line - text)))) {
			*end = '\0';
			take_line(symbols, line, (size_t)(end - line));
			line = end + 1;
		}
		used -= (size_t)(line - text);
		if (used == sizeof(text) - 1)
			used = 0;
		memmove(text, line, used);
	}
	text[used] = '\0';
	take_line(symbols, text, used);
}

uint16_t dt_call_symbols_find(const struct dt_call_symbols *symbols, uint64_t address)
{
	for (uint32_t i = 0; i < symbols->nr; i++)
		if (address >= symbols->list[i].address &&
		    address - symbols->list[i].address <= ENTRY_MOST)
			return symbols->list[i].function;
	return DT_NO_FUNCTION;
}
