/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the cells, nodes and ticks of a grid lie: the same in every form of output. */
#ifndef RENDER_GEOMETRY_H
#define RENDER_GEOMETRY_H

#include "damon-trace/result.h"

/* floor(length x part / parts), without overflow; part <= parts, parts > 0. */
uint64_t dt_share(uint64_t length, uint64_t part, uint64_t parts);

/* Start of time cell i in ns; i = time_cells gives the end of the axis. */
uint64_t dt_time_edge(const struct dt_grid *grid, uint32_t i);

/* Start of address cell i of a segment; i = cells gives its end. */
uint64_t dt_address_edge(const struct dt_segment *segment, uint32_t i);

/* Cycles at a place of the axis of DT_SPACE_LATENCY. */
double dt_latency_edge(uint64_t place);

/* The range that holds the address, or the next above it before end; NULL when there is none. */
const struct dt_node_range *dt_node_of(const struct dt_grid *grid, uint64_t address, uint64_t end);

/*
 * The lowest address between start and end at which another node begins than the one below it, or
 * where nodes are not known another resource; UINT64_MAX when there is none. Holes within one node
 * are no boundary.
 */
uint64_t dt_node_boundary(const struct dt_grid *grid, uint64_t start, uint64_t end);

/* 1, 2 or 5 x 10^k: the smallest step with which an axis has no more than that many ticks. */
double dt_tick_step(double span, unsigned max_ticks);

/* Digits behind the point that ticks of this step need. */
int dt_tick_decimals(double step);

#endif
