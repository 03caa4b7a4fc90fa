/* SPDX-License-Identifier: GPL-2.0-only */
/* perf_event_attr of any size, and the table from identifiers to them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_attr.h"
#include "readers/perf_format.h"

/* What is looked at; larger attrs have a tail that is passed over. */
#define ATTR_KNOWN 104

void dt_perf_attrs_free(struct dt_perf_attrs *attrs)
{
	for (uint32_t i = 0; i < attrs->count; i++)
		if (!attrs->list[i].borrowed)
			dt_damon_decoder_free(attrs->list[i].decoder);
	free(attrs->list);
	free(attrs->ids);
	*attrs = (struct dt_perf_attrs){0};
}

static struct dt_perf_attr *attr_add(struct dt_perf_attrs *attrs)
{
	if (attrs->count == attrs->room) {
		uint32_t room = attrs->room ? 2 * attrs->room : 8;
		struct dt_perf_attr *list = realloc(attrs->list, room * sizeof(*list));

		if (!list)
			return NULL;
		attrs->list = list;
		attrs->room = room;
	}
	attrs->list[attrs->count] = (struct dt_perf_attr){.clockid = -1};
	return &attrs->list[attrs->count++];
}

/* Big-endian machines number bit fields from the top of each byte. */
static uint64_t attr_flags(const unsigned char *at, bool big)
{
	uint64_t flags = 0;

	for (unsigned i = 0; i < 8; i++) {
		unsigned byte = at[i];

		if (big)
			for (unsigned bit = 0, from = at[i]; bit < 8; bit++)
				byte = (bit ? byte << 1 : 0) | (from >> bit & 1);
		flags |= (uint64_t)(byte & 0xff) << (8 * i);
	}
	return flags;
}

static void attr_decode(struct dt_perf_attr *attr, const unsigned char *at, bool big)
{
	uint64_t flags = attr_flags(at + ATTR_AT_FLAGS, big);
	struct dt_perf_layout layout = {
		.sample_type = dt_perf_u64(at + ATTR_AT_SAMPLE_TYPE, big),
		.read_format = dt_perf_u64(at + ATTR_AT_READ_FORMAT, big),
		.branch_type = dt_perf_u64(at + ATTR_AT_BRANCH_TYPE, big),
		.regs_user = dt_perf_u64(at + ATTR_AT_REGS_USER, big),
		.regs_intr = dt_perf_u64(at + ATTR_AT_REGS_INTR, big),
		.sample_id_all = flags & ATTR_SAMPLE_ID_ALL,
	};

	attr->type = dt_perf_u32(at + ATTR_AT_TYPE, big);
	attr->config = dt_perf_u64(at + ATTR_AT_CONFIG, big);
	attr->config1 = dt_perf_u64(at + ATTR_AT_CONFIG1, big);
	attr->config2 = dt_perf_u64(at + ATTR_AT_CONFIG2, big);
	attr->period = dt_perf_u64(at + ATTR_AT_PERIOD, big);
	attr->is_frequency = flags & ATTR_FREQ;
	attr->precise = flags >> ATTR_PRECISE_SHIFT & 3;
	attr->tracepoint = attr->type == PERF_TYPE_TRACE;
	if (!(flags & ATTR_FREQ) && !(layout.sample_type & SAMPLE_PERIOD))
		attr->fixed_period = attr->period;
	if (flags & ATTR_USE_CLOCKID)
		attr->clockid = (int32_t)dt_perf_u32(at + ATTR_AT_CLOCKID, big);
	dt_perf_plan_init(&attr->plan, &layout);
}

int dt_perf_attr_read(struct dt_perf_attrs *attrs, struct dt_bytes *bytes, uint64_t room)
{
	bool big = bytes->swap == (__BYTE_ORDER == __LITTLE_ENDIAN);
	unsigned char known[ATTR_KNOWN] = {0};
	struct dt_perf_attr *attr;
	uint64_t size;

	if (attrs->count == DT_PERF_MAX_ATTRS)
		return -E2BIG;
	if (!dt_bytes_copy(bytes, known, ATTR_SIZE_MIN))
		return -EBADMSG;
	size = dt_perf_u32(known + ATTR_AT_SIZE, big);
	if (!size) /* the first version of the interface left it 0 */
		size = ATTR_SIZE_MIN;
	if (size < ATTR_SIZE_MIN || (room && size > room))
		size = room ? room : ATTR_SIZE_MIN;
	if (size - ATTR_SIZE_MIN > dt_bytes_left(bytes))
		return -EBADMSG;
	if (size > ATTR_KNOWN) {
		(void)dt_bytes_copy(bytes, known + ATTR_SIZE_MIN, ATTR_KNOWN - ATTR_SIZE_MIN);
		dt_bytes_skip(bytes, size - ATTR_KNOWN);
	} else {
		(void)dt_bytes_copy(bytes, known + ATTR_SIZE_MIN, (size_t)size - ATTR_SIZE_MIN);
	}
	attr = attr_add(attrs);
	if (!attr)
		return -ENOMEM;
	attr_decode(attr, known, big);
	return bytes->failed ? -EBADMSG : 0;
}

static uint32_t id_slot(uint64_t id, uint32_t slots)
{
	return (uint32_t)((id * 0x9e3779b97f4a7c15ull) >> 32) & (slots - 1);
}

/* The slot that holds the id, or the free one where it belongs. */
static struct dt_perf_id *id_place(struct dt_perf_id *ids, uint32_t slots, uint64_t id)
{
	uint32_t slot = id_slot(id, slots);

	while (ids[slot].attr && ids[slot].id != id)
		slot = (slot + 1) & (slots - 1);
	return &ids[slot];
}

/* At most half of the slots are used, so that searches end soon. */
static int ids_grow(struct dt_perf_attrs *attrs)
{
	uint32_t slots = attrs->slots ? 2 * attrs->slots : 64;
	struct dt_perf_id *ids = calloc(slots, sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	for (uint32_t i = 0; i < attrs->slots; i++)
		if (attrs->ids[i].attr)
			*id_place(ids, slots, attrs->ids[i].id) = attrs->ids[i];
	free(attrs->ids);
	attrs->ids = ids;
	attrs->slots = slots;
	return 0;
}

static int id_add(struct dt_perf_attrs *attrs, uint64_t id, uint32_t attr)
{
	struct dt_perf_id *place;

	if (2 * attrs->nr_ids >= attrs->slots && ids_grow(attrs))
		return -ENOMEM;
	place = id_place(attrs->ids, attrs->slots, id);
	if (place->attr)
		return 0;
	*place = (struct dt_perf_id){id, attr + 1};
	attrs->nr_ids++;
	return 0;
}

int dt_perf_ids_read(struct dt_perf_attrs *attrs, struct dt_bytes *bytes, uint64_t count,
		     uint32_t attr)
{
	if (count > dt_bytes_left(bytes) / 8)
		count = dt_bytes_left(bytes) / 8;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t id = dt_bytes_u64(bytes);

		if (attrs->ids_read++ >= DT_PERF_MAX_IDS)
			return -E2BIG;
		if (!bytes->failed && id_add(attrs, id, attr))
			return -ENOMEM;
	}
	return 0;
}

int32_t dt_perf_ids_find(const struct dt_perf_attrs *attrs, uint64_t id)
{
	if (!attrs->slots)
		return -1;
	return (int32_t)id_place(attrs->ids, attrs->slots, id)->attr - 1;
}

static void add_place(struct dt_perf_attrs *attrs, uint16_t place)
{
	for (uint32_t i = 0; i < attrs->nr_places; i++)
		if (attrs->places[i] == place)
			return;
	if (attrs->nr_places < DT_PERF_MAX_PLACES)
		attrs->places[attrs->nr_places++] = place;
}

/* The attr of samples that carry no identifier, when their layout at least is certain. */
static void choose_fallback(struct dt_perf_attrs *attrs)
{
	attrs->fallback = -1;
	attrs->nr_without_id = 0;
	for (uint32_t i = 0; i < attrs->count; i++) {
		const struct dt_perf_plan *plan = &attrs->list[i].plan;

		if (plan->id && attrs->nr_ids)
			continue;
		if (!attrs->nr_without_id++)
			attrs->fallback = (int32_t)i;
		else if (attrs->fallback >= 0 &&
			 plan->layout.sample_type !=
				 attrs->list[attrs->fallback].plan.layout.sample_type)
			attrs->fallback = -1;
	}
}

void dt_perf_attrs_settle(struct dt_perf_attrs *attrs)
{
	attrs->nr_places = 0;
	attrs->one_layout = true;
	for (uint32_t i = 0; i < attrs->count; i++) {
		const struct dt_perf_plan *plan = &attrs->list[i].plan;

		if (plan->layout.sample_type != attrs->list[0].plan.layout.sample_type)
			attrs->one_layout = false;
		if (plan->id && attrs->nr_ids)
			add_place(attrs, plan->id);
	}
	choose_fallback(attrs);
	/* IDENTIFIER stands first and is tried first */
	for (uint32_t i = 1; i < attrs->nr_places; i++)
		if (attrs->places[i] == RECORD_HEADER) {
			attrs->places[i] = attrs->places[0];
			attrs->places[0] = RECORD_HEADER;
		}
}

int32_t dt_perf_attrs_of_sample(const struct dt_perf_attrs *attrs, const unsigned char *record,
				size_t size, bool big)
{
	if (attrs->count == 1)
		return 0;
	for (uint32_t i = 0; i < attrs->nr_places; i++) {
		uint16_t place = attrs->places[i];
		uint64_t id;
		int32_t attr;

		if (size < place + 8u)
			continue;
		id = dt_perf_u64(record + place, big);
		attr = dt_perf_ids_find(attrs, id);
		if (attr >= 0 && attrs->list[attr].plan.id == place)
			return attr;
		/* perf gives samples that it makes up itself no identifier: they count as its first
		 * event's */
		if (!id && attrs->one_layout)
			return 0;
	}
	return attrs->fallback;
}

int32_t dt_perf_attrs_of_record(const struct dt_perf_attrs *attrs, const unsigned char *record,
				size_t size, bool big)
{
	struct dt_perf_trailer trailer;

	for (uint32_t i = 0; i < attrs->count; i++) {
		int32_t attr;

		if (attrs->nr_places == 0)
			break;
		dt_perf_plan_trailer(&attrs->list[i].plan, record, size, big, &trailer);
		attr = trailer.id ? dt_perf_ids_find(attrs, trailer.id) : -1;
		if (attr >= 0)
			return attr;
		if (attrs->one_layout)
			break;
	}
	return attrs->count ? 0 : -1;
}
