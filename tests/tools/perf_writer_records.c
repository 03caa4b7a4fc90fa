/* SPDX-License-Identifier: GPL-2.0-only */
/* Records in the layout of perf_event_open(2), field by field. */
#include <string.h>

#include "tests/tools/perf_writer_private.h"

enum { TYPE_LOST = 2, TYPE_THROTTLE = 5, TYPE_SAMPLE = 9, TYPE_LOST_SAMPLES = 13 };
#define TYPE_AUXTRACE 71
#define MISC_USER     2
#define FORMAT_GROUP  (1ull << 3)

static uint64_t id_of(const struct pw_attr *attr, const struct perf_truth *truth)
{
	return attr->first_id + truth->cpu;
}

/* The counters run, as perf prints only samples between which they moved. */
static void put_read(struct pw *pw, const struct pw_attr *attr, const struct perf_truth *truth)
{
	uint64_t format = pw->options->read_format;
	unsigned members = format & FORMAT_GROUP ? 2 : 1;

	if (format & FORMAT_GROUP)
		perf_put_u64(&pw->record, members);
	else
		perf_put_u64(&pw->record, truth->time);
	if (format & 1)
		perf_put_u64(&pw->record, truth->time);
	if (format & 2)
		perf_put_u64(&pw->record, truth->time);
	for (unsigned i = 0; i < members; i++) {
		if (format & FORMAT_GROUP)
			perf_put_u64(&pw->record, truth->time + i);
		if (format & 4)
			perf_put_u64(&pw->record, id_of(attr, truth));
		if (format & 16)
			perf_put_u64(&pw->record, 0);
	}
}

static void put_callchain(struct pw *pw, const struct perf_truth *truth)
{
	unsigned depth = 1 + truth->time % 7;

	perf_put_u64(&pw->record, depth);
	for (unsigned i = 0; i < depth; i++)
		perf_put_u64(&pw->record, truth->ip + 16 * i);
}

/* The registers of an IBS op sample; their values are made up but for the addresses. */
static void put_ibs(struct pw *pw, const struct perf_truth *truth)
{
	perf_put_u32(&pw->record, 4 + 7 * 8);
	perf_put_u32(&pw->record, 0x3ff); /* caps */
	perf_put_u64(&pw->record, 3ull << 17);
	perf_put_u64(&pw->record, truth->ip);
	perf_put_u64(&pw->record, 0);
	perf_put_u64(&pw->record, 3);
	perf_put_u64(&pw->record, 1 | 3ull << 17);
	perf_put_u64(&pw->record, truth->addr);
	perf_put_u64(&pw->record, truth->phys);
}

static void put_branches(struct pw *pw, const struct perf_truth *truth)
{
	unsigned branches = truth->time % 5;

	perf_put_u64(&pw->record, branches);
	perf_put_u64(&pw->record, 0); /* hardware index */
	for (unsigned i = 0; i < branches; i++) {
		perf_put_u64(&pw->record, truth->ip);
		perf_put_u64(&pw->record, truth->ip + 64);
		perf_put_u64(&pw->record, 0);
	}
}

static void put_registers(struct pw *pw, const struct perf_truth *truth, uint64_t mask)
{
	uint64_t abi = truth->time % 4 ? 2 : 0; /* kernel threads have none */

	perf_put_u64(&pw->record, abi);
	for (; abi && mask; mask &= mask - 1)
		perf_put_u64(&pw->record, truth->time ^ mask);
}

static void put_stack(struct pw *pw, const struct perf_truth *truth)
{
	unsigned char stack[PW_STACK_BYTES];
	bool some = truth->time % 3;

	perf_put_u64(&pw->record, some ? sizeof(stack) : 0);
	if (!some)
		return;
	memset(stack, 0x5a, sizeof(stack));
	perf_put_bytes(&pw->record, stack, sizeof(stack));
	perf_put_u64(&pw->record, sizeof(stack));
}

/* common_type, common_flags, common_preempt_count, common_pid */
static void put_common(struct pw *pw, uint16_t id)
{
	perf_put_u16(&pw->record, id);
	perf_put_u16(&pw->record, 0);
	perf_put_u32(&pw->record, PW_KDAMOND);
}

static void put_region(struct pw *pw, const struct perf_truth *truth)
{
	perf_put_u32(&pw->record, 52);
	put_common(pw, PW_ID_AGGREGATED);
	perf_put_u64(&pw->record, 0);
	perf_put_u32(&pw->record, pw->options->regions);
	perf_put_u32(&pw->record, 0);
	perf_put_u64(&pw->record, truth->start);
	perf_put_u64(&pw->record, truth->end);
	perf_put_u32(&pw->record, truth->accesses);
	perf_put_u32(&pw->record, truth->age);
	perf_put_u32(&pw->record, 0);
}

static void put_goal(struct pw *pw, const struct perf_truth *truth)
{
	bool probe = pw->options->goals == PW_GOALS_PROBE;

	perf_put_u32(&pw->record, probe ? 60 : 44);
	put_common(pw, PW_ID_GOAL);
	if (probe) {
		perf_put_u64(&pw->record, 0xffffffff81000000ull);
		perf_put_u64(&pw->record, 0xffffffff81000040ull);
		perf_put_u32(&pw->record, 8); /* node_eligible_mem_bp */
		perf_put_u32(&pw->record, truth->nid);
	} else {
		perf_put_u64(&pw->record, 0); /* context and scheme */
		perf_put_u32(&pw->record, truth->nid);
		perf_put_u32(&pw->record, 0);
	}
	perf_put_u64(&pw->record, truth->target);
	perf_put_u64(&pw->record, truth->current);
	if (probe)
		perf_put_u64(&pw->record, truth->current * 10000 / truth->target);
	perf_put_u32(&pw->record, 0);
}

static void put_raw(struct pw *pw, const struct perf_truth *truth)
{
	if (truth->kind == PT_REGION)
		put_region(pw, truth);
	else if (truth->kind == PT_GOAL)
		put_goal(pw, truth);
	else
		put_ibs(pw, truth);
}

static void put_front(struct pw *pw, const struct pw_attr *attr, const struct perf_truth *truth)
{
	uint64_t type = attr->sample_type;

	if (type & PW_IDENTIFIER)
		perf_put_u64(&pw->record, id_of(attr, truth));
	if (type & PW_IP)
		perf_put_u64(&pw->record, truth->ip);
	if (type & PW_TID) {
		perf_put_u32(&pw->record, truth->pid);
		perf_put_u32(&pw->record, truth->tid);
	}
	if (type & PW_TIME)
		perf_put_u64(&pw->record, truth->time);
	if (type & PW_ADDR)
		perf_put_u64(&pw->record, truth->addr);
	if (type & PW_ID)
		perf_put_u64(&pw->record, id_of(attr, truth));
	if (type & PW_STREAM_ID)
		perf_put_u64(&pw->record, id_of(attr, truth));
	if (type & PW_CPU) {
		perf_put_u32(&pw->record, truth->cpu);
		perf_put_u32(&pw->record, 0);
	}
	if (type & PW_PERIOD)
		perf_put_u64(&pw->record, truth->period);
}

static void put_middle(struct pw *pw, const struct pw_attr *attr, const struct perf_truth *truth)
{
	uint64_t type = attr->sample_type;

	if (type & PW_READ)
		put_read(pw, attr, truth);
	if (type & PW_CALLCHAIN)
		put_callchain(pw, truth);
	if (type & PW_RAW)
		put_raw(pw, truth);
	if (type & PW_BRANCH_STACK)
		put_branches(pw, truth);
	if (type & PW_REGS_USER)
		put_registers(pw, truth, PW_REGS_USER_MASK);
	if (type & PW_STACK_USER)
		put_stack(pw, truth);
}

static void put_back(struct pw *pw, const struct pw_attr *attr, const struct perf_truth *truth)
{
	uint64_t type = attr->sample_type;

	if (type & PW_WEIGHT)
		perf_put_u64(&pw->record, truth->weight);
	if (type & PW_WEIGHT_STRUCT) /* var2 and var3 in the upper half */
		perf_put_u64(&pw->record, truth->weight | 0x00070011ull << 32);
	if (type & PW_DATA_SRC)
		perf_put_u64(&pw->record, truth->data_src);
	if (type & PW_TRANSACTION)
		perf_put_u64(&pw->record, 0);
	if (type & PW_REGS_INTR)
		put_registers(pw, truth, PW_REGS_INTR_MASK);
	if (type & PW_PHYS_ADDR)
		perf_put_u64(&pw->record, truth->phys);
	if (type & PW_CGROUP)
		perf_put_u64(&pw->record, 1);
	if (type & PW_DATA_PAGE_SIZE)
		perf_put_u64(&pw->record, 4096);
	if (type & PW_CODE_PAGE_SIZE)
		perf_put_u64(&pw->record, 4096);
}

/* What follows in records that are no samples (sample_id_all). time 0: the recorder's own. */
static void put_trailer(struct pw *pw, const struct pw_attr *attr, uint64_t time, uint32_t cpu)
{
	uint64_t type = attr->sample_type;

	if (type & PW_TID)
		perf_put_u64(&pw->record, 0);
	if (type & PW_TIME)
		perf_put_u64(&pw->record, time);
	if (type & PW_ID)
		perf_put_u64(&pw->record, attr->first_id + cpu);
	if (type & PW_STREAM_ID)
		perf_put_u64(&pw->record, attr->first_id + cpu);
	if (type & PW_CPU) {
		perf_put_u32(&pw->record, cpu);
		perf_put_u32(&pw->record, 0);
	}
	if (type & PW_IDENTIFIER)
		perf_put_u64(&pw->record, attr->first_id + cpu);
}

static void write_loss(struct pw *pw, const struct pw_attr *attr, const struct perf_truth *truth)
{
	switch (truth->kind) {
	case PT_LOST:
		perf_begin(&pw->record, TYPE_LOST, 0);
		perf_put_u64(&pw->record, id_of(attr, truth));
		perf_put_u64(&pw->record, truth->count);
		break;
	case PT_DROPPED:
		perf_begin(&pw->record, TYPE_LOST_SAMPLES, 0);
		perf_put_u64(&pw->record, truth->count);
		break;
	default:
		perf_begin(&pw->record, TYPE_THROTTLE, 0);
		perf_put_u64(&pw->record, truth->time);
		perf_put_u64(&pw->record, id_of(attr, truth));
		perf_put_u64(&pw->record, id_of(attr, truth));
		break;
	}
	put_trailer(pw, attr, truth->time, truth->cpu);
}

static const struct pw_attr *attr_of(const struct pw *pw, const struct perf_truth *truth)
{
	if (truth->kind == PT_REGION)
		return &pw->attrs[0];
	if (truth->kind == PT_GOAL)
		return &pw->attrs[1];
	return &pw->attrs[pw->first_event + truth->event];
}

static void write_record(struct pw *pw)
{
	perf_end(&pw->record);
	perf_out_record(pw->out, pw->record.bytes, pw->record.used);
}

void pw_write_truth(struct pw *pw, const struct perf_truth *truth)
{
	const struct pw_attr *attr = attr_of(pw, truth);

	if (truth->kind == PT_LOST || truth->kind == PT_DROPPED || truth->kind == PT_THROTTLE) {
		write_loss(pw, attr, truth);
	} else {
		perf_begin(&pw->record, TYPE_SAMPLE, MISC_USER);
		put_front(pw, attr, truth);
		put_middle(pw, attr, truth);
		put_back(pw, attr, truth);
	}
	write_record(pw);
}

/* perf writes these when it ends: no time, and the sum of all that an event lost. */
void pw_write_lost_total(struct pw *pw, uint64_t count)
{
	perf_begin(&pw->record, TYPE_LOST_SAMPLES, 0);
	perf_put_u64(&pw->record, count);
	put_trailer(pw, &pw->attrs[pw->first_event], 0, 0);
	write_record(pw);
}

/* u64 size, offset, reference; u32 index, thread, CPU, reserved; then size bytes outside. */
void pw_write_auxtrace(struct pw *pw)
{
	unsigned char payload[256];

	memset(payload, 9, sizeof(payload));
	perf_begin(&pw->record, TYPE_AUXTRACE, 0);
	perf_put_u64(&pw->record, sizeof(payload));
	perf_put_u64(&pw->record, 0);
	perf_put_u64(&pw->record, 0);
	perf_put_u64(&pw->record, 0);
	perf_put_u64(&pw->record, 0);
	perf_end(&pw->record);
	perf_out_seal(pw->out);
	perf_out_bytes(pw->out, pw->record.bytes, pw->record.used);
	perf_out_bytes(pw->out, payload, sizeof(payload));
}

/* A record without content; perf never compresses these. */
void pw_write_bare(struct pw *pw, uint32_t type)
{
	perf_begin(&pw->record, type, 0);
	perf_end(&pw->record);
	perf_out_seal(pw->out);
	perf_out_bytes(pw->out, pw->record.bytes, pw->record.used);
}
