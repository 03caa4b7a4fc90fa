/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers of the perf.data format and of perf_event_open(2) that the reader needs, under names
 * of our own: the system's headers lag behind the files that other machines write.
 */
#ifndef READERS_PERF_FORMAT_H
#define READERS_PERF_FORMAT_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* enum perf_type_id */
enum {
	PERF_TYPE_HW = 0,
	PERF_TYPE_SW = 1,
	PERF_TYPE_TRACE = 2,
	PERF_TYPE_CACHE = 3,
	PERF_TYPE_RAWEVENT = 4,
	PERF_TYPE_BREAK = 5,
};

/* enum perf_event_sample_format */
#define SAMPLE_IP	      (1ull << 0)
#define SAMPLE_TID	      (1ull << 1)
#define SAMPLE_TIME	      (1ull << 2)
#define SAMPLE_ADDR	      (1ull << 3)
#define SAMPLE_READ	      (1ull << 4)
#define SAMPLE_CALLCHAIN      (1ull << 5)
#define SAMPLE_ID	      (1ull << 6)
#define SAMPLE_CPU	      (1ull << 7)
#define SAMPLE_PERIOD	      (1ull << 8)
#define SAMPLE_STREAM_ID      (1ull << 9)
#define SAMPLE_RAW	      (1ull << 10)
#define SAMPLE_BRANCH_STACK   (1ull << 11)
#define SAMPLE_REGS_USER      (1ull << 12)
#define SAMPLE_STACK_USER     (1ull << 13)
#define SAMPLE_WEIGHT	      (1ull << 14)
#define SAMPLE_DATA_SRC	      (1ull << 15)
#define SAMPLE_IDENTIFIER     (1ull << 16)
#define SAMPLE_TRANSACTION    (1ull << 17)
#define SAMPLE_REGS_INTR      (1ull << 18)
#define SAMPLE_PHYS_ADDR      (1ull << 19)
#define SAMPLE_AUX	      (1ull << 20)
#define SAMPLE_CGROUP	      (1ull << 21)
#define SAMPLE_DATA_PAGE_SIZE (1ull << 22)
#define SAMPLE_CODE_PAGE_SIZE (1ull << 23)
#define SAMPLE_WEIGHT_STRUCT  (1ull << 24)

/* enum perf_event_read_format */
#define READ_ENABLED (1ull << 0)
#define READ_RUNNING (1ull << 1)
#define READ_ID	     (1ull << 2)
#define READ_GROUP   (1ull << 3)
#define READ_LOST    (1ull << 4)

/* enum perf_branch_sample_type: what else a branch stack holds */
#define BRANCH_HW_INDEX (1ull << 17)
#define BRANCH_COUNTERS (1ull << 19)

/* Bits of perf_event_attr's flags word, counted as on little-endian machines */
#define ATTR_FREQ	   (1ull << 10)
#define ATTR_PRECISE_SHIFT 15 /* two bits */
#define ATTR_SAMPLE_ID_ALL (1ull << 18)
#define ATTR_USE_CLOCKID   (1ull << 25)

/* Offsets in perf_event_attr; a shorter attr lacks what lies behind its size */
#define ATTR_SIZE_MIN	    64
#define ATTR_AT_TYPE	    0
#define ATTR_AT_SIZE	    4
#define ATTR_AT_CONFIG	    8
#define ATTR_AT_PERIOD	    16
#define ATTR_AT_SAMPLE_TYPE 24
#define ATTR_AT_READ_FORMAT 32
#define ATTR_AT_FLAGS	    40
#define ATTR_AT_CONFIG1	    56
#define ATTR_AT_CONFIG2	    64
#define ATTR_AT_BRANCH_TYPE 72
#define ATTR_AT_REGS_USER   80
#define ATTR_AT_CLOCKID	    92
#define ATTR_AT_REGS_INTR   96

/* struct perf_event_header */
#define RECORD_HEADER 8
#define RECORD_MAX    65536

/* Records of the kernel */
enum {
	RECORD_MMAP = 1,
	RECORD_LOST = 2,
	RECORD_COMM = 3,
	RECORD_EXIT = 4,
	RECORD_THROTTLE = 5,
	RECORD_FORK = 7,
	RECORD_SAMPLE = 9,
	RECORD_MMAP2 = 10,
	RECORD_LOST_SAMPLES = 13,
	RECORD_NAMESPACES = 16,
	RECORD_KSYMBOL = 17,
	RECORD_BPF_EVENT = 18,
	RECORD_CGROUP = 19,
	RECORD_TEXT_POKE = 20,
};
/* Dropped by a BPF filter on purpose, not lost */
#define MISC_LOST_SAMPLES_BPF (1u << 15)

/* PERF_RECORD_MMAP and MMAP2 */
#define MISC_MMAP_DATA	   (1u << 13)
#define MISC_MMAP_BUILD_ID (1u << 14)
#define MMAP_AT_NAME	   40
/* u8 size, 3 bytes, 20 bytes, in place of the inode */
#define MMAP2_AT_BUILD_ID 40
#define MMAP2_AT_PROT	  64
#define MMAP2_AT_NAME	  72
#define MMAP_PROT_EXEC	  4u

/* Records of the perf tool */
enum {
	RECORD_OF_TOOL = 64, /* and all above */
	RECORD_ATTR = 64,
	RECORD_TRACING_DATA = 66,
	RECORD_BUILD_ID = 67,
	RECORD_FINISHED_ROUND = 68,
	RECORD_AUXTRACE = 71,
	RECORD_EVENT_UPDATE = 78,
	RECORD_FEATURE = 80,
	RECORD_COMPRESSED = 81,
	RECORD_COMPRESSED2 = 83,
};
#define EVENT_UPDATE_NAME 2

/* Header features */
enum {
	FEATURE_TRACING_DATA = 1,
	FEATURE_BUILD_ID = 2,
	FEATURE_HOSTNAME = 3,
	FEATURE_OSRELEASE = 4,
	FEATURE_VERSION = 5,
	FEATURE_ARCH = 6,
	FEATURE_NRCPUS = 7,
	FEATURE_CPUDESC = 8,
	FEATURE_CPUID = 9,
	FEATURE_CMDLINE = 11,
	FEATURE_EVENT_DESC = 12,
	FEATURE_PMU_MAPPINGS = 16,
	FEATURE_AUXTRACE = 18,
	FEATURE_SAMPLE_TIME = 21,
	FEATURE_CLOCKID = 23,
	FEATURE_DIR_FORMAT = 24,
	FEATURE_COMPRESSED = 27,
	FEATURE_CLOCK_DATA = 29,
	FEATURES = 256,
};

/* struct perf_file_header and the header of a pipe */
#define FILE_HEADER_SIZE     104
#define FILE_HEADER_SIZE_OLD 72 /* without features */
#define PIPE_HEADER_SIZE     16

/* The words of a file, in its byte order. */
static inline uint16_t dt_perf_u16(const unsigned char *at, bool big)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return big ? be16toh(value) : le16toh(value);
}

static inline uint32_t dt_perf_u32(const unsigned char *at, bool big)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return big ? be32toh(value) : le32toh(value);
}

static inline uint64_t dt_perf_u64(const unsigned char *at, bool big)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return big ? be64toh(value) : le64toh(value);
}

/* struct perf_event_header, decoded. */
struct dt_perf_record {
	uint32_t type;
	uint16_t misc;
	uint16_t size;
};

static inline struct dt_perf_record dt_perf_record_at(const unsigned char *at, bool big)
{
	return (struct dt_perf_record){dt_perf_u32(at, big), dt_perf_u16(at + 4, big),
				       dt_perf_u16(at + 6, big)};
}

#endif
