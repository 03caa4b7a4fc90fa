/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of perf for the bits of data_src, shared by those who write and who read them. */
#ifndef SUPPORT_DATA_SOURCE_TEXT_H
#define SUPPORT_DATA_SOURCE_TEXT_H

#include "support/data_source_bits.h"

/* By bit; NULL ends a list, as bits without a name do. hit and miss stand behind the others. */
extern const char *const dt_mem_op_names[];
extern const char *const dt_mem_lvl_names[];
extern const char *const dt_mem_snoop_names[];
extern const char *const dt_mem_snoopx_names[];
extern const char *const dt_mem_tlb_names[];
/* By value; all of the 16 numbers but 0 have a name. */
extern const char *const dt_mem_num_names[16];
/* By value; NULL: none. */
extern const char *const dt_mem_hops_names[8];
extern const char *const dt_mem_region_names[32];

/* lvl and dtlb have their bits of hit and miss at the same place. */
#define DT_MEM_HIT  2u
#define DT_MEM_MISS 4u

/* Bits that no kernel has given a meaning. */
#define DT_MEM_RESERVED ((struct dt_mem_field){51, 13})

#endif
