/* SPDX-License-Identifier: GPL-2.0-only */
/* The layout of samples, from perf_event_open(2) and the kernel's perf_output_sample(). */
#include "damon-trace/sample.h"
#include "readers/perf_format.h"
#include "readers/perf_plan.h"

/* Before READ every field has 8 bytes and comes in this order. */
static const uint64_t fixed_fields[] = {
	SAMPLE_IDENTIFIER, SAMPLE_IP,	     SAMPLE_TID, SAMPLE_TIME,	SAMPLE_ADDR,
	SAMPLE_ID,	   SAMPLE_STREAM_ID, SAMPLE_CPU, SAMPLE_PERIOD,
};

/* Between READ and WEIGHT; a READ that is no group has a fixed size. */
#define VARIABLE_FIELDS \
	(SAMPLE_CALLCHAIN | SAMPLE_RAW | SAMPLE_BRANCH_STACK | SAMPLE_REGS_USER | SAMPLE_STACK_USER)

/* The sample_id trailer, in this order. */
static const uint64_t trailer_fields[] = {
	SAMPLE_TID, SAMPLE_TIME, SAMPLE_ID, SAMPLE_STREAM_ID, SAMPLE_CPU, SAMPLE_IDENTIFIER,
};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* The place that a fixed field goes to, and its column. NULL: nobody asks for it. */
static struct dt_perf_place *fixed_place(struct dt_perf_plan *plan, uint64_t field,
					 uint32_t *column)
{
	switch (field) {
	case SAMPLE_IP:
		*column = DT_COL_IP;
		return &plan->ip;
	case SAMPLE_TID:
		*column = DT_COL_PID | DT_COL_TID;
		return &plan->tid;
	case SAMPLE_TIME:
		*column = DT_COL_TIME;
		return &plan->time;
	case SAMPLE_ADDR:
		*column = DT_COL_ADDR;
		return &plan->addr;
	case SAMPLE_CPU:
		*column = DT_COL_CPU;
		return &plan->cpu;
	case SAMPLE_PERIOD:
		*column = DT_COL_PERIOD;
		return &plan->period;
	default:
		return NULL;
	}
}

static uint16_t place_fixed_fields(struct dt_perf_plan *plan)
{
	uint16_t at = RECORD_HEADER;

	for (size_t i = 0; i < NR(fixed_fields); i++) {
		uint64_t field = fixed_fields[i];
		struct dt_perf_place *place;
		uint32_t column = 0;

		if (!(plan->layout.sample_type & field))
			continue;
		place = fixed_place(plan, field, &column);
		if (place) {
			*place = (struct dt_perf_place){DT_PERF_RECORD, at};
			plan->has |= column;
			plan->min_size = at + 8;
		}
		if (field == SAMPLE_IDENTIFIER || (field == SAMPLE_ID && !plan->id)) {
			plan->id = at;
			plan->min_size = at + 8;
		}
		at += 8;
	}
	return at;
}

/* A place behind READ; the minimum sizes follow from it. */
static void place_late(struct dt_perf_plan *plan, struct dt_perf_place *place, uint8_t base,
		       uint16_t at, uint32_t column)
{
	*place = (struct dt_perf_place){base, at};
	plan->has |= column;
	if (base == DT_PERF_RECORD)
		plan->min_size = at + 8;
	else if (base == DT_PERF_MIDDLE)
		plan->need_middle = at + 8;
	else
		plan->need_tail = at + 8;
	if (base != DT_PERF_RECORD)
		plan->late = true;
}

static void place_late_fields(struct dt_perf_plan *plan, uint16_t at)
{
	uint64_t type = plan->layout.sample_type;
	uint8_t base = DT_PERF_RECORD;

	if (type & SAMPLE_READ && !(plan->layout.read_format & READ_GROUP)) {
		uint64_t rest = plan->layout.read_format &
				(READ_ENABLED | READ_RUNNING | READ_ID | READ_LOST);

		at += 8 + 8 * (uint16_t)__builtin_popcountll(rest);
	} else if (type & SAMPLE_READ) {
		base = DT_PERF_MIDDLE;
	}
	if (type & VARIABLE_FIELDS)
		base = DT_PERF_MIDDLE;
	if (base == DT_PERF_MIDDLE)
		at = 0;
	if (type & (SAMPLE_WEIGHT | SAMPLE_WEIGHT_STRUCT)) {
		place_late(plan, &plan->weight, base, at,
			   type & SAMPLE_WEIGHT_STRUCT ? DT_COL_WEIGHT | DT_COL_WEIGHTS
						       : DT_COL_WEIGHT);
		at += 8;
	}
	if (type & SAMPLE_DATA_SRC) {
		place_late(plan, &plan->data_src, base, at, DT_COL_DATA_SRC);
		at += 8;
	}
	if (type & SAMPLE_TRANSACTION)
		at += 8;
	if (type & SAMPLE_REGS_INTR) {
		base = DT_PERF_TAIL;
		at = 0;
	}
	if (type & SAMPLE_PHYS_ADDR) {
		place_late(plan, &plan->phys, base, at, DT_COL_PHYS);
		at += 8;
	}
	if (type & SAMPLE_CGROUP) {
		place_late(plan, &plan->cgroup, base, at, DT_COL_CGROUP);
		at += 8;
	}
	if (type & SAMPLE_DATA_PAGE_SIZE)
		place_late(plan, &plan->page, base, at, DT_COL_PAGE);
}

void dt_perf_plan_init(struct dt_perf_plan *plan, const struct dt_perf_layout *layout)
{
	*plan = (struct dt_perf_plan){.layout = *layout, .min_size = RECORD_HEADER};
	plan->fixed = place_fixed_fields(plan);
	plan->has |= DT_COL_MISC;
	plan->has |= layout->sample_type & SAMPLE_RAW ? DT_COL_RAW : 0;
	plan->has |= layout->sample_type & SAMPLE_CALLCHAIN ? DT_COL_CHAIN : 0;
	place_late_fields(plan, plan->fixed);
	if (!layout->sample_id_all)
		return;
	for (size_t i = 0; i < NR(trailer_fields); i++)
		if (layout->sample_type & trailer_fields[i])
			plan->trailer += 8;
}

/* What is left of a record. */
struct rest {
	const unsigned char *at, *end;
	bool big;
};

static bool skip(struct rest *rest, uint64_t size)
{
	if (size > (uint64_t)(rest->end - rest->at))
		return false;
	rest->at += size;
	return true;
}

static bool take_u64(struct rest *rest, uint64_t *value)
{
	const unsigned char *at = rest->at;

	if (!skip(rest, 8))
		return false;
	*value = dt_perf_u64(at, rest->big);
	return true;
}

/* count entries of size bytes each. */
static bool skip_array(struct rest *rest, uint64_t count, uint64_t size)
{
	if (count > RECORD_MAX)
		return false;
	return skip(rest, count * size);
}

static bool skip_read(struct rest *rest, uint64_t format)
{
	uint64_t times = format & (READ_ENABLED | READ_RUNNING);
	uint64_t each = format & (READ_ID | READ_LOST);
	uint64_t count;

	if (!(format & READ_GROUP))
		return skip(rest, 8 + 8 * (uint64_t)__builtin_popcountll(times | each));
	return take_u64(rest, &count) && skip(rest, 8 * (uint64_t)__builtin_popcountll(times)) &&
	       skip_array(rest, count, 8 + 8 * (uint64_t)__builtin_popcountll(each));
}

static bool skip_chain(struct rest *rest, struct dt_perf_bases *bases)
{
	uint64_t count;

	if (!take_u64(rest, &count))
		return false;
	bases->chain = rest->at;
	if (!skip_array(rest, count, 8))
		return false;
	bases->nr_chain = (uint32_t)count;
	return true;
}

static bool skip_raw(struct rest *rest, struct dt_perf_bases *bases)
{
	const unsigned char *at = rest->at;

	if (!skip(rest, 4))
		return false;
	bases->raw_size = dt_perf_u32(at, rest->big);
	bases->raw = rest->at;
	return skip(rest, bases->raw_size);
}

static bool skip_branches(struct rest *rest, uint64_t branch_type)
{
	uint64_t count;

	if (!take_u64(rest, &count))
		return false;
	if (branch_type & BRANCH_HW_INDEX && !skip(rest, 8))
		return false;
	if (!skip_array(rest, count, 24))
		return false;
	return !(branch_type & BRANCH_COUNTERS) || skip_array(rest, count, 8);
}

static bool skip_registers(struct rest *rest, uint64_t mask)
{
	uint64_t abi;

	if (!take_u64(rest, &abi))
		return false;
	return !abi || skip(rest, 8 * (uint64_t)__builtin_popcountll(mask));
}

static bool skip_stack(struct rest *rest)
{
	uint64_t size;

	if (!take_u64(rest, &size))
		return false;
	/* behind the copied bytes: how many of them the stack really had */
	return !size || (skip_array(rest, size, 1) && skip(rest, 8));
}

static bool skip_to_middle(const struct dt_perf_layout *layout, struct rest *rest,
			   struct dt_perf_bases *bases)
{
	uint64_t type = layout->sample_type;

	if (type & SAMPLE_READ && !skip_read(rest, layout->read_format))
		return false;
	if (type & SAMPLE_CALLCHAIN && !skip_chain(rest, bases))
		return false;
	if (type & SAMPLE_RAW && !skip_raw(rest, bases))
		return false;
	if (type & SAMPLE_BRANCH_STACK && !skip_branches(rest, layout->branch_type))
		return false;
	if (type & SAMPLE_REGS_USER && !skip_registers(rest, layout->regs_user))
		return false;
	return !(type & SAMPLE_STACK_USER) || skip_stack(rest);
}

static bool skip_to_tail(const struct dt_perf_layout *layout, struct rest *rest)
{
	uint64_t type = layout->sample_type;
	uint64_t words = (type & (SAMPLE_WEIGHT | SAMPLE_WEIGHT_STRUCT) ? 1u : 0) +
			 (type & SAMPLE_DATA_SRC ? 1u : 0) + (type & SAMPLE_TRANSACTION ? 1u : 0);

	if (!skip(rest, 8 * words))
		return false;
	return !(type & SAMPLE_REGS_INTR) || skip_registers(rest, layout->regs_intr);
}

bool dt_perf_plan_locate(const struct dt_perf_plan *plan, const unsigned char *record, size_t size,
			 bool big, struct dt_perf_bases *bases)
{
	struct rest rest = {record, record + size, big};

	*bases = (struct dt_perf_bases){.at = {record, record, record}};
	if (!skip(&rest, plan->fixed) || !skip_to_middle(&plan->layout, &rest, bases))
		return false;
	bases->at[DT_PERF_MIDDLE] = rest.at;
	if (plan->need_middle > rest.end - rest.at)
		return false;
	if (!(plan->layout.sample_type & SAMPLE_REGS_INTR) && !plan->need_tail)
		return true;
	if (!skip_to_tail(&plan->layout, &rest))
		return false;
	bases->at[DT_PERF_TAIL] = rest.at;
	return plan->need_tail <= rest.end - rest.at;
}

void dt_perf_plan_trailer(const struct dt_perf_plan *plan, const unsigned char *record, size_t size,
			  bool big, struct dt_perf_trailer *trailer)
{
	const unsigned char *at = record + size - plan->trailer;

	*trailer = (struct dt_perf_trailer){.cpu = -1};
	if (!plan->trailer || size < (size_t)RECORD_HEADER + plan->trailer)
		return;
	for (size_t i = 0; i < NR(trailer_fields); i++) {
		uint64_t field = trailer_fields[i] & plan->layout.sample_type;

		if (!field)
			continue;
		if (field == SAMPLE_TIME)
			trailer->time = dt_perf_u64(at, big);
		else if (field & (SAMPLE_ID | SAMPLE_IDENTIFIER))
			trailer->id = dt_perf_u64(at, big);
		else if (field == SAMPLE_CPU)
			trailer->cpu = (int32_t)dt_perf_u32(at, big);
		at += 8;
	}
}
