/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of a perf_event_attr as perf prints it. Fields that are 0 are not printed, so in a dump
 * whose end was seen what is absent is 0. */
#include <ctype.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_log.h"

/* Fields of an attr that say nothing about which accesses are sampled. */
static const char *const others[] = {
	"size",
	"sample_type",
	"read_format",
	"disabled",
	"inherit",
	"exclusive",
	"mmap",
	"comm",
	"inherit_stat",
	"enable_on_exec",
	"task",
	"watermark",
	"mmap_data",
	"sample_id_all",
	"exclude_callchain_kernel",
	"exclude_callchain_user",
	"mmap2",
	"comm_exec",
	"use_clockid",
	"context_switch",
	"write_backward",
	"namespaces",
	"ksymbol",
	"bpf_event",
	"aux_output",
	"cgroup",
	"text_poke",
	"build_id",
	"inherit_thread",
	"remove_on_exec",
	"sigtrap",
	"defer_callchain",
	"defer_output",
	"wakeup_events",
	"wakeup_watermark",
	"bp_type",
	"branch_sample_type",
	"sample_regs_user",
	"sample_stack_user",
	"clockid",
	"sample_regs_intr",
	"aux_watermark",
	"sample_max_stack",
	"aux_sample_size",
	"aux_start_paused",
	"aux_pause",
	"aux_resume",
	"sig_data",
};

/* ---- values ---- */

/* Decimal, or 0x and hexadecimal; what follows is left at *rest. */
static bool read_number(const char *text, uint64_t *value, const char **rest)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10);
	*rest = end;
	return !errno && end > text;
}

static void set_problem(struct dt_log_dump *dump, const char *key, const char *value)
{
	if (!dump->problem[0])
		(void)snprintf(dump->problem, sizeof(dump->problem),
			       "its %s is not understood: \"%.80s\"", key, value);
}

/* A number, then nothing, or a name in parentheses, which is copied. */
static bool named_number(const char *text, uint64_t *value, char *name, size_t size)
{
	const char *rest;
	size_t length;

	if (!read_number(text, value, &rest))
		return false;
	name[0] = '\0';
	rest += strspn(rest, " \t");
	if (!*rest)
		return true;
	length = strlen(rest);
	if (rest[0] != '(' || rest[length - 1] != ')')
		return false;
	(void)snprintf(name, size, "%.*s", (int)(length - 2), rest + 1);
	return true;
}

static void set_type(struct dt_log_dump *dump, const char *value)
{
	struct dt_hw_event *event = &dump->event;
	char name[sizeof(event->pmu)];
	uint64_t type;

	if (!named_number(value, &type, name, sizeof(name)) || type > UINT32_MAX) {
		set_problem(dump, "type", value);
		return;
	}
	event->type = (uint32_t)type;
	/* perf also names the kernel's own kinds, which are no PMUs: PERF_TYPE_RAW, software */
	if (type >= PERF_TYPE_RAW && strncmp(name, "PERF_TYPE_", 10) != 0)
		(void)snprintf(event->pmu, sizeof(event->pmu), "%s", name);
}

/* ---- the fields of a dump ---- */

static void set_config(struct dt_log_dump *dump, const char *key, const char *value,
		       uint64_t *config)
{
	char name[128];

	if (!named_number(value, config, name, sizeof(name)))
		set_problem(dump, key, value);
	else if (!strcmp(name, "mem-loads-aux"))
		dump->event.aux = true;
}

static bool set_word(struct dt_log_dump *dump, const char *key, const char *value)
{
	struct dt_hw_event *event = &dump->event;
	const struct {
		const char *name;
		uint64_t *word;
	} words[] = {
		{"config", &event->config},
		{"config1", &event->config1},
		{"config2", &event->config2},
		{"config3", &event->config3},
		/* which of the two it is, the flag freq says */
		{"sample_freq", &event->period},
		{"sample_period", &event->period},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(key, words[i].name)) {
			set_config(dump, key, value, words[i].word);
			return true;
		}
	return false;
}

static bool set_flag(struct dt_log_dump *dump, const char *key, const char *value)
{
	struct dt_hw_event *event = &dump->event;
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{"freq", &dump->by_frequency},		{"pinned", &event->pinned},
		{"exclude_user", &event->exclude_user}, {"exclude_kernel", &event->exclude_kernel},
		{"exclude_hv", &event->exclude_hv},	{"exclude_idle", &event->exclude_idle},
		{"exclude_host", &event->exclude_host}, {"exclude_guest", &event->exclude_guest},
	};
	const char *rest;
	uint64_t number;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(key, flags[i].name) != 0)
			continue;
		if (!read_number(value, &number, &rest) || *rest || number > 1)
			set_problem(dump, key, value);
		else
			*flags[i].flag = number;
		return true;
	}
	return false;
}

static bool is_other(const char *key)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(key, others[i]))
			return true;
	return false;
}

static void note_unknown(struct dt_log_dump *dump, const char *key)
{
	const size_t length = strlen(dump->unknown);

	if (length + strlen(key) + 3 < sizeof(dump->unknown))
		(void)snprintf(dump->unknown + length, sizeof(dump->unknown) - length, "%s%s",
			       length ? ", " : "", key);
}

static void set_precise(struct dt_log_dump *dump, const char *value)
{
	const char *rest;
	uint64_t precise;

	if (!read_number(value, &precise, &rest) || *rest || precise > 3)
		set_problem(dump, "precise_ip", value);
	else
		dump->event.precise = (unsigned)precise;
}

static void set_field(struct dt_log_dump *dump, const char *key, const char *value)
{
	if (!strcmp(key, "type"))
		set_type(dump, value);
	else if (!strcmp(key, "precise_ip"))
		set_precise(dump, value);
	else if (!set_word(dump, key, value) && !set_flag(dump, key, value) && !is_other(key))
		note_unknown(dump, key);
}

/* "key value" or "{ key, key } value", whatever the spaces. The last key is taken: it is the one
 * that perf's events use. Cuts the line into key and *value; NULL: it is not of this form. */
static char *split_field(char *line, char **value)
{
	char *key = line, *end;

	if (*key == '{') {
		end = strchr(key, '}');
		if (!end)
			return NULL;
		*value = end + 1;
		while (end > key + 1 && isspace((unsigned char)end[-1]))
			end--;
		*end = '\0';
		while (end > key + 1 && !isspace((unsigned char)end[-1]) && end[-1] != ',')
			end--;
		key = end;
	} else {
		end = key + strcspn(key, " \t");
		*value = *end ? end + 1 : end;
		*end = '\0';
	}
	*value += strspn(*value, " \t");
	if (!*key || strspn(key, "abcdefghijklmnopqrstuvwxyz_0123456789") != strlen(key))
		return NULL;
	return key;
}

/* Does a line, as sent by mail, go on with the flags of the one before? "IP|TID|TIME" */
static bool is_broken_off(const char *line)
{
	return strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789|") == strlen(line);
}

bool dt_perf_log_field(struct dt_log_dump *dump, char *line)
{
	char *value, *key;

	if (is_broken_off(line))
		return true;
	key = split_field(line, &value);
	if (key)
		set_field(dump, key, value);
	return key;
}
