/* SPDX-License-Identifier: GPL-2.0-only */
/* See perf_log.h: where the dumps of a log begin and end, and what became of them. */
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

struct parser {
	struct dt_perf_log *log;
	struct dt_log_dump *dump; /* scratch: none yet, or one that is left out */
	struct dt_log_dump scratch;
	bool inside;	   /* fields of the dump are being read */
	char opening[160]; /* the name that perf said last */
	uint64_t line;
};

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
	else if (parser->inside && *line && !dt_perf_log_field(parser->dump, line))
		end_fields(parser, false);
	return 0;
}

/* What only the whole dump tells. */
static void settle(struct dt_log_dump *dump)
{
	struct dt_hw_event *event = &dump->event;
	const char *slash = strchr(event->name, '/');

	dump->sampled = event->period != 0;
	if (dump->by_frequency) {
		event->freq = event->period;
		event->period = 0;
	}
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
