/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The form of PERF_SAMPLE_RAW with IBS: the capabilities, 32 bits, then registers of 64. They are
 * AMD's, so little-endian in every file.
 */
#ifndef SUPPORT_IBS_REGISTERS_H
#define SUPPORT_IBS_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DT_IBS_CAPS_ZEN4 (1u << 11) /* extended coding of the data source, misses of L3 */

static inline uint32_t dt_ibs_caps(const unsigned char *raw)
{
	return (uint32_t)raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 |
	       (uint32_t)raw[3] << 24;
}

static inline bool dt_ibs_has_register(size_t size, unsigned place)
{
	return size >= 4 + 8ul * (place + 1);
}

static inline uint64_t dt_ibs_register(const unsigned char *raw, unsigned place)
{
	const unsigned char *at = raw + 4 + 8ul * place;

	return dt_ibs_caps(at) | (uint64_t)dt_ibs_caps(at + 4) << 32;
}

#endif
