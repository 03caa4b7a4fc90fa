/* SPDX-License-Identifier: GPL-2.0-only */
/* See samples_truth.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "tests/tools/samples_truth.h"

struct struth {
	const char *path;
	json_t *root, *list;
};

static json_t *new_of(json_t *parent, const char *key)
{
	json_t *object = json_object();

	(void)json_object_set_new(parent, key, object);
	return object;
}

struct struth *struth_open(const char *path, const struct sw_config *config, bool list)
{
	static const char *const groups[] = {"tiers", "accesses", "tlb",     "nodes",
					     "cpus",  "pids",	  "cgroups", "pages"};
	struct struth *truth = calloc(1, sizeof(*truth));

	if (!truth)
		return NULL;
	truth->path = path;
	truth->root = json_object();
	(void)json_object_set_new(truth->root, "label", json_string(config->label));
	(void)json_object_set_new(truth->root, "cpuid", json_string(config->machine.cpuid));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		(void)new_of(truth->root, groups[i]);
	if (list) {
		truth->list = json_array();
		(void)json_object_set_new(truth->root, "list", truth->list);
	}
	return truth;
}

static void add(json_t *object, const char *key, uint64_t amount)
{
	json_int_t now = json_integer_value(json_object_get(object, key));

	(void)json_object_set_new(object, key, json_integer(now + (json_int_t)amount));
}

/* Samples, what they stand for, and their latencies. */
static void count_in(const struct struth *truth, const char *group, const char *key,
		     const struct sw_sample *sample)
{
	json_t *groups = json_object_get(truth->root, group);
	json_t *object = json_object_get(groups, key);

	if (!object)
		object = new_of(groups, key);
	add(object, "samples", 1);
	add(object, "accesses", sample->period);
	add(object, "latency", sample->weight);
}

static void count_number(const struct struth *truth, const char *group, int64_t number,
			 const struct sw_sample *sample)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "%" PRId64, number);
	count_in(truth, group, key, sample);
}

static void put(json_t *object, const char *key, uint64_t value)
{
	(void)json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *sample_json(const struct sworld_truth *truth)
{
	const struct sw_sample *sample = &truth->sample;
	json_t *object = json_object();

	put(object, "time", sample->time);
	put(object, "event", sample->event);
	put(object, "misc", sample->misc);
	put(object, "ip", sample->ip);
	put(object, "addr", sample->addr);
	put(object, "phys", sample->phys);
	put(object, "pid", sample->pid);
	put(object, "tid", sample->tid);
	put(object, "cpu", sample->cpu);
	put(object, "period", sample->period);
	put(object, "weight", sample->weight);
	put(object, "weight2", sample->weight2);
	put(object, "weight3", sample->weight3);
	put(object, "data_src", sample->data_src);
	put(object, "cgroup", sample->cgroup);
	put(object, "page_size", sample->page_size);
	(void)json_object_set_new(object, "tier", json_string(truth->tier));
	(void)json_object_set_new(object, "access", json_string(truth->access));
	(void)json_object_set_new(object, "tlb", json_string(truth->tlb));
	(void)json_object_set_new(object, "node", json_integer(truth->node));
	return object;
}

void struth_sample(void *context, const struct sworld_truth *truth)
{
	const struct sw_sample *sample = &truth->sample;
	struct struth *to = context;

	if (!to->path)
		return;
	add(to->root, "samples", 1);
	add(to->root, "address_zero", !sample->addr);
	add(to->root, "phys_zero", !sample->phys);
	add(to->root, "kernel", (sample->misc & 7) == 1);
	add(to->root, "disagree", truth->disagrees);
	count_in(to, "tiers", truth->tier, sample);
	count_in(to, "accesses", truth->access, sample);
	count_in(to, "tlb", truth->tlb, sample);
	count_number(to, "nodes", truth->node, sample);
	count_number(to, "cpus", sample->cpu, sample);
	count_number(to, "pids", sample->pid, sample);
	count_number(to, "cgroups", (int64_t)sample->cgroup, sample);
	count_number(to, "pages", (int64_t)sample->page_size, sample);
	if (to->list)
		(void)json_array_append_new(to->list, sample_json(truth));
}

void struth_lost(void *context, uint64_t time, uint32_t cpu, uint64_t count)
{
	struct struth *to = context;

	(void)time;
	(void)cpu;
	add(to->root, "lost", count);
}

void struth_throttle(void *context, uint64_t time, uint32_t cpu, bool throttled)
{
	struct struth *to = context;

	(void)time;
	(void)cpu;
	add(to->root, throttled ? "throttles" : "unthrottles", 1);
}

int struth_close(struct struth *truth)
{
	int ret = 0;

	if (truth->path && json_dump_file(truth->root, truth->path, JSON_INDENT(1)))
		ret = -1;
	json_decref(truth->root);
	free(truth);
	return ret;
}
