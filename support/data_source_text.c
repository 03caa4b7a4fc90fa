/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data_src as the words of perf script. The names and their order are those of perf 6.1 (its
 * util/mem-events.c), numbers that came later have the names of later perfs; region, which no perf
 * prints, and bits without meaning follow as fields of the same form when they are not 0.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "damon-trace/data_source.h"
#include "support/data_source_text.h"

const char *const dt_mem_op_names[] = {"N/A", "LOAD", "STORE", "PFETCH", "EXEC", NULL};
const char *const dt_mem_lvl_names[] = {
	"N/A",
	"hit",
	"miss",
	"L1",
	"LFB/MAB",
	"L2",
	"L3",
	"Local RAM",
	"Remote RAM (1 hop)",
	"Remote RAM (2 hops)",
	"Remote Cache (1 hop)",
	"Remote Cache (2 hops)",
	"I/O",
	"Uncached",
	NULL,
};
const char *const dt_mem_snoop_names[] = {"N/A", "None", "Hit", "Miss", "HitM", NULL};
const char *const dt_mem_snoopx_names[] = {"Fwd", "Peer", NULL};
const char *const dt_mem_tlb_names[] = {"N/A", "hit", "miss", "L1", "L2", "Walker", "Fault", NULL};
const char *const dt_mem_num_names[16] = {
	[DT_NUM_L1] = "L1",
	[DT_NUM_L2] = "L2",
	[DT_NUM_L3] = "L3",
	[DT_NUM_L4] = "L4",
	[DT_NUM_L2_MHB] = "L2 MHB",
	[DT_NUM_MSC] = "Memory-side Cache",
	[DT_NUM_L0] = "L0",
	[DT_NUM_UNC] = "Uncached",
	[DT_NUM_CXL] = "CXL",
	[DT_NUM_IO] = "I/O",
	[DT_NUM_ANY_CACHE] = "Any cache",
	[DT_NUM_LFB] = "LFB/MAB",
	[DT_NUM_RAM] = "RAM",
	[DT_NUM_PMEM] = "PMEM",
	[DT_NUM_NA] = "N/A",
};
const char *const dt_mem_hops_names[8] = {
	[1] = "core, same node",
	[2] = "node, same socket",
	[3] = "socket, same board",
	[4] = "board",
};
const char *const dt_mem_region_names[32] = {
	[DT_REGION_L_SHARE] = "local shared cache",
	[DT_REGION_L_NON_SHARE] = "local non-shared cache",
	[DT_REGION_O_IO] = "other I/O",
	[DT_REGION_O_SHARE] = "other shared cache",
	[DT_REGION_O_NON_SHARE] = "other non-shared cache",
	[DT_REGION_MMIO] = "MMIO",
	[DT_REGION_MEM0] = "memory 0",
	[DT_REGION_MEM0 + 1] = "memory 1",
	[DT_REGION_MEM0 + 2] = "memory 2",
	[DT_REGION_MEM0 + 3] = "memory 3",
	[DT_REGION_MEM0 + 4] = "memory 4",
	[DT_REGION_MEM0 + 5] = "memory 5",
	[DT_REGION_MEM0 + 6] = "memory 6",
	[DT_REGION_MEM7] = "memory 7",
};

/* A text that grows in the room of its caller; what does not fit is cut. */
struct text {
	char *at;
	size_t size, used;
	unsigned words; /* of the current field */
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->at + text->used, text->size - text->used, format, arguments);
	va_end(arguments);
	if (length > 0)
		text->used += (size_t)length;
	if (text->used >= text->size)
		text->used = text->size - 1;
}

static void add_field(struct text *text, const char *name)
{
	add(text, "|%s ", name);
	text->words = 0;
}

static void add_word(struct text *text, const char *word)
{
	add(text, "%s%s", text->words++ ? " or " : "", word);
}

/* Bits without a name do not occur: the lists are as long as their fields. */
static void add_bits(struct text *text, uint64_t bits, const char *const *names)
{
	for (unsigned i = 0; names[i]; i++)
		if (bits >> i & 1)
			add_word(text, names[i]);
}

static void add_hit_miss(struct text *text, uint64_t bits)
{
	if (bits & DT_MEM_HIT)
		add(text, " hit");
	if (bits & DT_MEM_MISS)
		add(text, " miss");
}

/* Of several operations perf names the first. */
static void add_op(struct text *text, uint64_t op)
{
	add_field(text, "OP");
	for (unsigned i = 0; dt_mem_op_names[i]; i++) {
		if (op >> i & 1) {
			add(text, "%s", dt_mem_op_names[i]);
			return;
		}
	}
	add(text, "No");
}

/* Where hops tell the way, the old levels are not printed. */
static void add_lvl(struct text *text, uint64_t data_src)
{
	uint64_t lvl = dt_mem_get(data_src, DT_MEM_LVL);
	uint64_t hops = dt_mem_get(data_src, DT_MEM_HOPS);
	uint64_t number = dt_mem_get(data_src, DT_MEM_LVL_NUM);
	bool remote = dt_mem_get(data_src, DT_MEM_REMOTE);

	add_field(text, "LVL");
	if (remote)
		add(text, "Remote ");
	if (dt_mem_hops_names[hops])
		add(text, "%s ", dt_mem_hops_names[hops]);
	else if (hops)
		add(text, "hops %" PRIu64 " ", hops);
	if (!hops)
		add_bits(text, lvl & ~(uint64_t)(DT_MEM_HIT | DT_MEM_MISS), dt_mem_lvl_names);
	if (number)
		add_word(text, dt_mem_num_names[number]);
	if (!text->words && !remote && !hops)
		add(text, "N/A");
	add_hit_miss(text, lvl);
}

static void add_snoop(struct text *text, uint64_t data_src)
{
	add_field(text, "SNP");
	add_bits(text, dt_mem_get(data_src, DT_MEM_SNOOP), dt_mem_snoop_names);
	add_bits(text, dt_mem_get(data_src, DT_MEM_SNOOPX), dt_mem_snoopx_names);
	if (!text->words)
		add(text, "N/A");
}

static void add_tlb(struct text *text, uint64_t tlb)
{
	add_field(text, "TLB");
	add_bits(text, tlb & ~(uint64_t)(DT_MEM_HIT | DT_MEM_MISS), dt_mem_tlb_names);
	if (!text->words)
		add(text, "N/A");
	add_hit_miss(text, tlb);
}

static void add_lock(struct text *text, uint64_t lock)
{
	add_field(text, "LCK");
	add(text, "%s", lock & 1 ? "N/A" : lock & 2 ? "Yes" : "No");
}

/* perf puts a space before each of these. */
static void add_blocked(struct text *text, uint64_t blocked)
{
	add_field(text, "BLK");
	if (!blocked || blocked & 1) {
		add(text, " N/A");
		return;
	}
	if (blocked & 2)
		add(text, " Data");
	if (blocked & 4)
		add(text, " Addr");
}

static void add_later(struct text *text, uint64_t data_src)
{
	uint64_t region = dt_mem_get(data_src, DT_MEM_REGION);
	uint64_t reserved = dt_mem_get(data_src, DT_MEM_RESERVED);

	if (region) {
		add_field(text, "RGN");
		if (dt_mem_region_names[region])
			add(text, "%s", dt_mem_region_names[region]);
		else
			add(text, "%" PRIu64, region);
	}
	if (reserved)
		add(text, "|RSV 0x%" PRIx64, reserved);
}

char *dt_data_src_text(char *buffer, size_t size, uint64_t data_src)
{
	struct text text = {.at = buffer, .size = size};

	buffer[0] = '\0';
	add_op(&text, dt_mem_get(data_src, DT_MEM_OP));
	add_lvl(&text, data_src);
	add_snoop(&text, data_src);
	add_tlb(&text, dt_mem_get(data_src, DT_MEM_TLB));
	add_lock(&text, dt_mem_get(data_src, DT_MEM_LOCK));
	add_blocked(&text, dt_mem_get(data_src, DT_MEM_BLK));
	add_later(&text, data_src);
	return buffer;
}
