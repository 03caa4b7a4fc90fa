/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bits of perf's data_src word, for those who read it and those who write it as text. Its own
 * list and not <linux/perf_event.h>: the header of the machine that builds may be older than the
 * machine that recorded.
 */
#ifndef SUPPORT_DATA_SOURCE_BITS_H
#define SUPPORT_DATA_SOURCE_BITS_H

#include <stdint.h>

/* A field of the word: bits shift..shift+width. */
struct dt_mem_field {
	uint8_t shift, width;
};

#define DT_MEM_OP      ((struct dt_mem_field){0, 5})
#define DT_MEM_LVL     ((struct dt_mem_field){5, 14})
#define DT_MEM_SNOOP   ((struct dt_mem_field){19, 5})
#define DT_MEM_LOCK    ((struct dt_mem_field){24, 2})
#define DT_MEM_TLB     ((struct dt_mem_field){26, 7})
#define DT_MEM_LVL_NUM ((struct dt_mem_field){33, 4})
#define DT_MEM_REMOTE  ((struct dt_mem_field){37, 1})
#define DT_MEM_SNOOPX  ((struct dt_mem_field){38, 2})
#define DT_MEM_BLK     ((struct dt_mem_field){40, 3})
#define DT_MEM_HOPS    ((struct dt_mem_field){43, 3})
#define DT_MEM_REGION  ((struct dt_mem_field){46, 5})

static inline uint64_t dt_mem_get(uint64_t data_src, struct dt_mem_field field)
{
	return data_src >> field.shift & ((1ull << field.width) - 1);
}

static inline uint64_t dt_mem_bits(struct dt_mem_field field, uint64_t value)
{
	return (value & ((1ull << field.width) - 1)) << field.shift;
}

enum {
	DT_OP_NA = 1,
	DT_OP_LOAD = 2,
	DT_OP_STORE = 4,
	DT_OP_PREFETCH = 8,
	DT_OP_EXEC = 16,
};

enum {
	DT_LVL_NA = 1,
	DT_LVL_HIT = 2,
	DT_LVL_MISS = 4,
	DT_LVL_L1 = 8,
	DT_LVL_LFB = 0x10,
	DT_LVL_L2 = 0x20,
	DT_LVL_L3 = 0x40,
	DT_LVL_LOC_RAM = 0x80,
	DT_LVL_REM_RAM1 = 0x100,
	DT_LVL_REM_RAM2 = 0x200,
	DT_LVL_REM_CCE1 = 0x400,
	DT_LVL_REM_CCE2 = 0x800,
	DT_LVL_IO = 0x1000,
	DT_LVL_UNC = 0x2000,
};

enum {
	DT_TLB_BIT_NA = 1,
	DT_TLB_BIT_HIT = 2,
	DT_TLB_BIT_MISS = 4,
	DT_TLB_BIT_L1 = 8,
	DT_TLB_BIT_L2 = 0x10,
	DT_TLB_BIT_WALKER = 0x20,
	DT_TLB_BIT_OS = 0x40,
};

enum {
	DT_NUM_L1 = 1,
	DT_NUM_L2,
	DT_NUM_L3,
	DT_NUM_L4,
	DT_NUM_L2_MHB, /* the buffer of L2's misses */
	DT_NUM_MSC,    /* memory-side cache */
	DT_NUM_L0,     /* 2026 */
	DT_NUM_UNC,
	DT_NUM_CXL,
	DT_NUM_IO,
	DT_NUM_ANY_CACHE,
	DT_NUM_LFB,
	DT_NUM_RAM,
	DT_NUM_PMEM,
	DT_NUM_NA,
};

/* Of region (2026): whose cache, which input/output or which range of memory answered. */
enum {
	DT_REGION_L_SHARE = 2,
	DT_REGION_L_NON_SHARE,
	DT_REGION_O_IO,
	DT_REGION_O_SHARE,
	DT_REGION_O_NON_SHARE,
	DT_REGION_MMIO,
	DT_REGION_MEM0,
	DT_REGION_MEM7 = DT_REGION_MEM0 + 7,
};

/* hops 1 is another core of the same node; from here on it is another node. */
#define DT_HOPS_OTHER_NODE 2

#endif
