/* SPDX-License-Identifier: GPL-2.0-only */
/* A tracefs instance of our own: ring buffers and settings that nobody else uses. */
#ifndef COLLECTOR_TRACE_INSTANCE_H
#define COLLECTOR_TRACE_INSTANCE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/roots.h"

struct tracefs_instance;

struct dt_trace_instance {
	struct tracefs_instance *handle; /* NULL: there is none */
	char name[64];
	char path[PATH_MAX]; /* its directory */
	int on_fd;	     /* tracing_on; -1: not open */
};

/* Can tracefs be used? 0, -ENOENT (it is not mounted), or -EACCES, with *error filled. */
int dt_tracefs_check(const struct dt_roots *roots, struct dt_error *error);

/* Make it, switched off. One of the same name is a leftover and goes. 0 or -errno with *error. */
int dt_trace_instance_make(struct dt_trace_instance *instance, const struct dt_roots *roots,
			   struct dt_error *error);

/* The clock by its name. -EINVAL with those that the kernel has. Empties the rings. */
int dt_trace_instance_clock(struct dt_trace_instance *instance, const char *clock,
			    struct dt_error *error);
/* The size of each CPU's ring. 0 or -errno with *error filled. */
int dt_trace_instance_buffer(struct dt_trace_instance *instance, uint64_t kb,
			     struct dt_error *error);
/* Options that a ring read through epoll needs, whatever the top instance has. */
void dt_trace_instance_options(struct dt_trace_instance *instance);

int dt_trace_instance_switch(struct dt_trace_instance *instance, bool on, struct dt_error *error);

/* Open a file of it. The descriptor or -errno. */
int dt_trace_instance_open(struct dt_trace_instance *instance, const char *file, int flags);

/* Remove it; its rings must be closed. Takes what make left half-built. 0 or -errno. */
int dt_trace_instance_destroy(struct dt_trace_instance *instance);

#endif
