/* SPDX-License-Identifier: GPL-2.0-only */
/* See perf_log.h: the dumps, line by line. Fields that are 0 are not printed by perf, so in a dump
 * whose end was seen what is absent is 0. */
#include <ctype.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_log.h"

static const char title[] = "perf_event_attr:";
static const char open_title[] = "sys_perf_event_open:";
static const char refused_title[] = "sys_perf_event_open failed, error ";

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

struct parser {
	struct dt_perf_log *log;
	struct dt_log_dump *dump; /* scratch: none yet, or one that is left out */
	struct dt_log_dump scratch;
	bool inside;	   /* fields of the dump are being read */
	char opening[160]; /* the name that perf said last */
	uint64_t line;
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
		/* which of the two it is, the flag freq says later */
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
	bool freq = false;
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{"freq", &freq},
		{"pinned", &event->pinned},
		{"exclude_user", &event->exclude_user},
		{"exclude_kernel", &event->exclude_kernel},
		{"exclude_hv", &event->exclude_hv},
		{"exclude_idle", &event->exclude_idle},
		{"exclude_host", &event->exclude_host},
		{"exclude_guest", &event->exclude_guest},
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
		if (freq) {
			event->freq = event->period;
			event->period = 0;
		}
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

/* ---- lines ---- */

/* Room for the next dump; those beyond the limit share one that nobody sees. NULL: no memory. */
static struct dt_log_dump *add_dump(struct parser *parser)
{
	struct dt_perf_log *log = parser->log;

	if (!log->dumps)
		log->dumps = calloc(DT_LOG_DUMPS_MAX, sizeof(*log->dumps));
	if (!log->dumps)
		return NULL;
	if (log->nr < DT_LOG_DUMPS_MAX)
		return &log->dumps[log->nr++];
	log->left_out++;
	return &parser->scratch;
}

/* perf says the name once, then tries the event until the kernel takes it. */
static int begin_dump(struct parser *parser)
{
	const struct dt_log_dump *before = parser->dump;
	struct dt_log_dump *dump;

	if (before->outcome == DT_LOG_REFUSED && !parser->opening[0])
		(void)snprintf(parser->opening, sizeof(parser->opening), "%s", before->event.name);
	dump = add_dump(parser);
	if (!dump)
		return -ENOMEM;
	*dump = (struct dt_log_dump){.line = parser->line, .event.has_precise = true};
	(void)snprintf(dump->event.name, sizeof(dump->event.name), "%s", parser->opening);
	parser->opening[0] = '\0';
	parser->dump = dump;
	parser->inside = true;
	return 0;
}

static void end_fields(struct parser *parser, bool whole)
{
	if (parser->inside)
		parser->dump->whole = whole;
	parser->inside = false;
}

/* "sys_perf_event_open: pid -1  cpu 0  group_fd -1  flags 0x8 = 5" */
static void read_open(struct parser *parser, const char *line)
{
	struct dt_log_dump *dump = parser->dump;
	const char *group = strstr(line, "group_fd "), *equals = strrchr(line, '=');
	long fd;

	end_fields(parser, true);
	if (group && strtol(group + strlen("group_fd "), NULL, 10) >= 0)
		dump->event.grouped = true;
	if (!equals)
		return;
	fd = strtol(equals + 1, NULL, 10);
	dump->outcome = fd < 0 ? DT_LOG_REFUSED : DT_LOG_OPENED;
	dump->code = fd < 0 && fd > -4096 ? (int)-fd : 0;
}

static void read_refusal(struct parser *parser, const char *line)
{
	const long code = strtol(line + strlen(refused_title), NULL, 10);

	parser->dump->outcome = DT_LOG_REFUSED;
	parser->dump->code = code < 0 && code > -4096 ? (int)-code : 0;
}

/* A thread that has ended meanwhile: perf goes on with the others. */
static void forgive(struct parser *parser)
{
	if (parser->dump->outcome == DT_LOG_REFUSED)
		parser->dump->outcome = DT_LOG_OPENED;
}

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

static void read_field(struct parser *parser, char *line)
{
	char *value, *key;

	if (is_broken_off(line))
		return;
	key = split_field(line, &value);
	if (key)
		set_field(parser->dump, key, value);
	else
		end_fields(parser, false);
}

static int read_line(struct parser *parser, char *line)
{
	size_t length;

	/* quoted once or more in a mail, and indented by perf test */
	line += strspn(line, "> \t");
	length = strlen(line);
	while (length && isspace((unsigned char)line[length - 1]))
		line[--length] = '\0';
	if (!strcmp(line, title)) {
		end_fields(parser, false);
		return begin_dump(parser);
	}
	if (begins(line, "Opening: "))
		(void)snprintf(parser->opening, sizeof(parser->opening), "%s",
			       line + strlen("Opening: "));
	else if (begins(line, open_title))
		read_open(parser, line);
	else if (begins(line, refused_title))
		read_refusal(parser, line);
	else if (strstr(line, "Ignored open failure"))
		forgive(parser);
	else if (begins(line, "-----"))
		end_fields(parser, true);
	else if (parser->inside && *line)
		read_field(parser, line);
	return 0;
}

/* What only the whole dump tells. */
static void settle(struct dt_log_dump *dump)
{
	struct dt_hw_event *event = &dump->event;
	const char *slash = strchr(event->name, '/');

	dump->sampled = event->freq || event->period;
	if (strstr(event->name, "mem-loads-aux"))
		event->aux = true;
	/* older ones print the type's number alone */
	if (event->type >= PERF_TYPE_RAW && !event->pmu[0] && slash && slash > event->name)
		(void)snprintf(event->pmu, sizeof(event->pmu), "%.*s", (int)(slash - event->name),
			       event->name);
	if (!dump->whole && !dump->problem[0])
		(void)snprintf(dump->problem, sizeof(dump->problem),
			       "the log does not have all of it");
}

int dt_perf_log_parse(struct dt_perf_log *log, char *text, size_t length, struct dt_error *error)
{
	struct parser *parser = calloc(1, sizeof(*parser));
	char *at = text, *end;
	int ret = 0;

	*log = (struct dt_perf_log){0};
	if (!parser)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	parser->log = log;
	parser->dump = &parser->scratch;
	end = text + dt_mail_decode(text, length, &log->base64);
	while (!ret && at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));

		parser->line++;
		if (!newline)
			newline = end;
		*newline = '\0';
		ret = read_line(parser, at);
		at = newline + 1;
	}
	end_fields(parser, false);
	for (size_t i = 0; log->dumps && i < log->nr; i++)
		settle(&log->dumps[i]);
	free(parser);
	if (ret)
		return dt_fail(error, -ret, NULL, "out of memory");
	if (!log->nr)
		return dt_fail(error, EINVAL,
			       log->base64 ? "a part of it is encoded in base64: save the mail's "
					     "text from the mail program"
					   : "record it with: perf mem record -vv -- true 2> FILE",
			       "there is no perf_event_attr in it");
	return 0;
}

void dt_perf_log_free(struct dt_perf_log *log)
{
	free(log->dumps);
	*log = (struct dt_perf_log){0};
}
