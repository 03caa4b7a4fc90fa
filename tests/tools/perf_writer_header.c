/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands around the records: file header, attrs, identifiers, features, in either mode. */
#include <string.h>

#include "tests/tools/perf_writer_private.h"

#define HEADER_SIZE 104
#define PIPE_SIZE   16

/* perf_event_attr up to sig_data (Linux 5.13); what is larger is filled with a pattern */
#define ATTR_KNOWN 128

enum { RECORD_ATTR = 64, RECORD_TRACING = 66, RECORD_UPDATE = 78, RECORD_FEATURE = 80 };

enum {
	FEATURE_TRACING = 1,
	FEATURE_HOSTNAME = 3,
	FEATURE_RELEASE = 4,
	FEATURE_VERSION = 5,
	FEATURE_ARCH = 6,
	FEATURE_NRCPUS = 7,
	FEATURE_CMDLINE = 11,
	FEATURE_EVENT_DESC = 12,
	FEATURE_SAMPLE_TIME = 21,
	FEATURE_CLOCKID = 23,
	FEATURE_DIR_FORMAT = 24,
	FEATURE_COMPRESSED = 27,
	FEATURE_LAST = 32,
};

static const struct {
	const char *name;
	uint32_t type;
	uint64_t config;
} memory_events[PW_MAX_EVENTS] = {
	{"page-faults", 1, 2},		{"cpu/mem-loads,ldlat=30/P", 4, 0x1cd},
	{"cpu/mem-stores/P", 4, 0x2cd}, {"minor-faults", 1, 5},
	{"major-faults", 1, 6},		{"r20d1", 4, 0x20d1},
	{"alignment-faults", 1, 7},	{"emulation-faults", 1, 8},
};

const char *perf_writer_event_name(unsigned event)
{
	return memory_events[event % PW_MAX_EVENTS].name;
}

static void add_attr(struct pw *pw, struct pw_attr attr)
{
	attr.sample_type |= pw->options->identifier;
	attr.first_id = 1000 + PW_MAX_CPUS * (uint64_t)pw->nr_attrs;
	pw->attrs[pw->nr_attrs++] = attr;
}

void pw_choose_attrs(struct pw *pw)
{
	const struct perf_writer_options *options = pw->options;
	/* identifiers must stand at one place in all events */
	uint64_t tracepoint = (options->sample_type & (PW_IP | PW_TID | PW_TIME | PW_ADDR)) |
			      PW_TIME | PW_CPU | PW_PERIOD | PW_RAW;

	if (options->snapshots) {
		add_attr(pw, (struct pw_attr){2, PW_ID_AGGREGATED, tracepoint, 1,
					      "damon:damon_aggregated", 0});
		add_attr(pw, (struct pw_attr){2, PW_ID_GOAL, tracepoint, 1,
					      options->goals == PW_GOALS_NATIVE
						      ? "damon:damos_node_eligible_mem_bp"
						      : "damon_trace_77:damos_node_eligible_mem_bp",
					      0});
	}
	pw->first_event = pw->nr_attrs;
	for (unsigned i = 0; i < options->events; i++)
		add_attr(pw, (struct pw_attr){
				     memory_events[i].type, memory_events[i].config,
				     options->sample_type |
					     (options->mixed && i % 2 ? PW_CPU | PW_PERIOD : 0),
				     1000, memory_events[i].name, 0});
}

/* Big-endian machines number the bits of a bit field from the top of each byte. */
static void put_flags(struct perf_buffer *buffer, uint64_t flags)
{
	for (unsigned i = 0; i < 8; i++) {
		unsigned char byte = (unsigned char)(flags >> (8 * i)), turned = 0;

		for (unsigned bit = 0; bit < 8; bit++)
			if (byte >> bit & 1)
				turned |= (unsigned char)(0x80 >> bit);
		perf_put_bytes(buffer, buffer->big ? &turned : &byte, 1);
	}
}

static void put_attr(struct pw *pw, struct perf_buffer *to, const struct pw_attr *attr)
{
	const uint64_t disabled = 1, sample_id_all = 1ull << 18, use_clockid = 1ull << 25;
	uint32_t size = pw->options->attr_size;
	size_t start = to->used;

	memset(to->bytes + start, 0, ATTR_KNOWN);
	perf_put_u32(to, attr->type);
	perf_put_u32(to, size);
	perf_put_u64(to, attr->config);
	perf_put_u64(to, attr->period);
	perf_put_u64(to, attr->sample_type);
	perf_put_u64(to, pw->options->read_format);
	put_flags(to, disabled | sample_id_all | (pw->options->mono ? use_clockid : 0));
	to->used = start + 72;
	perf_put_u64(to, attr->sample_type & PW_BRANCH_STACK ? PW_BRANCH_TYPE : 0);
	perf_put_u64(to, attr->sample_type & PW_REGS_USER ? PW_REGS_USER_MASK : 0);
	perf_put_u32(to, attr->sample_type & PW_STACK_USER ? PW_STACK_BYTES : 0);
	perf_put_u32(to, pw->options->mono ? 1 : 0);
	perf_put_u64(to, attr->sample_type & PW_REGS_INTR ? PW_REGS_INTR_MASK : 0);
	if (size > ATTR_KNOWN)
		memset(to->bytes + start + ATTR_KNOWN, 0xa5, size - ATTR_KNOWN);
	to->used = start + size;
}

static uint32_t nr_ids(const struct pw *pw)
{
	return pw->options->no_ids ? 0 : pw->options->cpus;
}

static void put_ids(struct pw *pw, struct perf_buffer *to, const struct pw_attr *attr)
{
	for (uint32_t i = 0; i < nr_ids(pw); i++)
		perf_put_u64(to, attr->first_id + i);
}

/* Length with padding, text, padding. */
static void put_text(struct perf_buffer *to, const char *text)
{
	size_t padded = (strlen(text) + 1 + 63) & ~(size_t)63;

	perf_put_u32(to, (uint32_t)padded);
	memset(to->bytes + to->used, 0, padded);
	memcpy(to->bytes + to->used, text, strlen(text));
	to->used += padded;
}

static void put_event_desc(struct pw *pw, struct perf_buffer *to)
{
	perf_put_u32(to, pw->nr_attrs);
	perf_put_u32(to, pw->options->attr_size);
	for (unsigned i = 0; i < pw->nr_attrs; i++) {
		put_attr(pw, to, &pw->attrs[i]);
		perf_put_u32(to, nr_ids(pw));
		put_text(to, pw->attrs[i].name);
		put_ids(pw, to, &pw->attrs[i]);
	}
}

static void put_compression(struct perf_buffer *to)
{
	perf_put_u32(to, 1); /* version */
	perf_put_u32(to, 1); /* zstd */
	perf_put_u32(to, 1); /* level */
	perf_put_u32(to, 3); /* ratio */
	perf_put_u32(to, 512 * 1024);
}

/* False when this recording has no such feature. */
static bool put_feature(struct pw *pw, unsigned feature, struct perf_buffer *to)
{
	static const char *const words[] = {"perf", "record", "-d", "--", "made-up"};

	switch (feature) {
	case FEATURE_HOSTNAME:
		put_text(to, "testhost");
		return true;
	case FEATURE_RELEASE:
		put_text(to, "7.3.4-test");
		return true;
	case FEATURE_VERSION:
		put_text(to, "7.3.test");
		return true;
	case FEATURE_ARCH:
		put_text(to, pw->options->big ? "s390x" : "x86_64");
		return true;
	case FEATURE_NRCPUS:
		perf_put_u32(to, pw->options->cpus);
		perf_put_u32(to, pw->options->cpus);
		return true;
	case FEATURE_CMDLINE:
		perf_put_u32(to, 5);
		for (unsigned i = 0; i < 5; i++)
			put_text(to, words[i]);
		return true;
	case FEATURE_EVENT_DESC:
		put_event_desc(pw, to);
		return true;
	case FEATURE_SAMPLE_TIME:
		perf_put_u64(to, pw->totals->first);
		perf_put_u64(to, pw->totals->last);
		return pw->options->mode != PW_PIPE;
	case FEATURE_CLOCKID:
		perf_put_u64(to, 1);
		return pw->options->mono;
	case FEATURE_DIR_FORMAT:
		perf_put_u64(to, 1);
		return pw->options->mode == PW_DIRECTORY;
	case FEATURE_COMPRESSED:
		put_compression(to);
		return pw->options->compress;
	default:
		return false;
	}
}

static bool has_formats(const struct pw *pw)
{
	return pw->options->snapshots && !pw->options->no_formats;
}

static void begin_file(struct pw *pw)
{
	struct perf_out *out = &pw->outs[0];
	struct perf_buffer *buffer = &pw->record;
	uint64_t ids = HEADER_SIZE, attrs = ids + 8ull * nr_ids(pw) * pw->nr_attrs;
	uint64_t entry = pw->options->attr_size + 16;

	buffer->used = 0;
	perf_put_u64(buffer, 0x32454c4946524550ull); /* PERFILE2 */
	perf_put_u64(buffer, HEADER_SIZE);
	perf_put_u64(buffer, entry);
	perf_put_u64(buffer, attrs);
	perf_put_u64(buffer, entry * pw->nr_attrs);
	perf_put_u64(buffer, attrs + entry * pw->nr_attrs);
	while (buffer->used < HEADER_SIZE) /* data size and features come at the end */
		perf_put_u64(buffer, 0);
	for (unsigned i = 0; i < pw->nr_attrs; i++)
		put_ids(pw, buffer, &pw->attrs[i]);
	perf_out_bytes(out, buffer->bytes, buffer->used);
	for (unsigned i = 0; i < pw->nr_attrs; i++) {
		buffer->used = 0;
		put_attr(pw, buffer, &pw->attrs[i]);
		perf_put_u64(buffer, ids + 8ull * nr_ids(pw) * i);
		perf_put_u64(buffer, 8ull * nr_ids(pw));
		perf_out_bytes(out, buffer->bytes, buffer->used);
	}
}

static void write_record(struct pw *pw)
{
	perf_end(&pw->record);
	perf_out_bytes(&pw->outs[0], pw->record.bytes, pw->record.used);
}

static void write_feature_records(struct pw *pw)
{
	for (unsigned feature = 0; feature <= FEATURE_LAST; feature++) {
		perf_begin(&pw->record, RECORD_FEATURE, 0);
		perf_put_u64(&pw->record, feature);
		if (put_feature(pw, feature, &pw->record) || feature == FEATURE_LAST)
			write_record(pw);
	}
}

/* The payload stands behind the record, which tells its padded length. */
static void write_formats_record(struct pw *pw)
{
	static const unsigned char padding[8];
	struct perf_out formats;

	perf_out_init(&formats, NULL, pw->options->big);
	pw_formats(pw, &formats);
	perf_begin(&pw->record, RECORD_TRACING, 0);
	perf_put_u32(&pw->record, ((uint32_t)formats.used + 7) & ~7u);
	perf_put_u32(&pw->record, 0);
	write_record(pw);
	perf_out_bytes(&pw->outs[0], formats.bytes, formats.used);
	perf_out_bytes(&pw->outs[0], padding, -formats.used & 7);
	perf_out_free(&formats);
}

static void begin_pipe(struct pw *pw)
{
	struct perf_buffer *buffer = &pw->record;

	perf_out_u64(&pw->outs[0], 0x32454c4946524550ull);
	perf_out_u64(&pw->outs[0], PIPE_SIZE);
	for (unsigned i = 0; i < pw->nr_attrs; i++) {
		perf_begin(buffer, RECORD_ATTR, 0);
		put_attr(pw, buffer, &pw->attrs[i]);
		put_ids(pw, buffer, &pw->attrs[i]);
		write_record(pw);
	}
	write_feature_records(pw);
	if (has_formats(pw))
		write_formats_record(pw);
	for (unsigned i = 0; i < pw->nr_attrs; i++) {
		size_t size = (strlen(pw->attrs[i].name) + 8) & ~(size_t)7;

		perf_begin(buffer, RECORD_UPDATE, 0);
		perf_put_u64(buffer, 2); /* a name */
		perf_put_u64(buffer, pw->attrs[i].first_id);
		memset(buffer->bytes + buffer->used, 0, size);
		memcpy(buffer->bytes + buffer->used, pw->attrs[i].name, strlen(pw->attrs[i].name));
		buffer->used += size;
		write_record(pw);
	}
}

void pw_begin(struct pw *pw)
{
	if (pw->options->mode == PW_PIPE)
		begin_pipe(pw);
	else
		begin_file(pw);
}

/* One feature's section at the end of the file; its place goes into the table. */
static bool write_section(struct pw *pw, unsigned feature, struct perf_buffer *table)
{
	struct perf_out *out = &pw->outs[0];
	uint64_t start = perf_out_position(out);

	pw->record.used = 0;
	if (feature == FEATURE_TRACING) {
		if (!has_formats(pw))
			return false;
		pw_formats(pw, out);
	} else {
		if (!put_feature(pw, feature, &pw->record))
			return false;
		perf_out_bytes(out, pw->record.bytes, pw->record.used);
	}
	perf_put_u64(table, start);
	perf_put_u64(table, perf_out_position(out) - start);
	return true;
}

static unsigned count_features(struct pw *pw, uint64_t *bits)
{
	unsigned count = 0;

	for (unsigned feature = 0; feature < FEATURE_LAST; feature++) {
		pw->record.used = 0;
		if (feature == FEATURE_TRACING ? !has_formats(pw)
					       : !put_feature(pw, feature, &pw->record))
			continue;
		*bits |= 1ull << feature;
		count++;
	}
	return count;
}

void pw_end(struct pw *pw)
{
	static const unsigned char zeros[16 * FEATURE_LAST];
	uint64_t data =
		HEADER_SIZE + pw->nr_attrs * (8ull * nr_ids(pw) + pw->options->attr_size + 16);
	struct perf_out *out = &pw->outs[0];
	struct perf_buffer table = {.big = out->big};
	uint64_t bits = 0, end = perf_out_position(out);

	if (pw->options->mode == PW_PIPE || pw->options->unterminated)
		return;
	perf_out_bytes(out, zeros, 16u * count_features(pw, &bits));
	for (unsigned feature = 0; feature < FEATURE_LAST; feature++)
		(void)write_section(pw, feature, &table);
	perf_out_patch(out, end, table.bytes, table.used);
	table.used = 0;
	perf_put_u64(&table, end - data);
	perf_out_patch(out, 48, table.bytes, table.used);
	table.used = 0;
	perf_put_u64(&table, bits);
	perf_out_patch(out, 72, table.bytes, table.used);
}
