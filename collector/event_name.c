/* SPDX-License-Identifier: GPL-2.0-only */
/* See event_name.h: names, groups, lists and modifiers. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/event_name.h"

/* PMUs that one plain name, such as mem-loads, may belong to. */
#define SHARED_MAX 16

static const char no_counters[] = "a virtual machine often has no hardware counters; page-faults "
				  "works everywhere";

int dt_event_fail(const struct dt_event_parser *parser, const char *at, int code, const char *hint,
		  const char *format, ...)
{
	char what[384];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	return dt_fail(parser->error, code, hint, "event \"%s\", column %zu: %s", parser->text,
		       (size_t)(at - parser->text) + 1, what);
}

static struct dt_sampled_event *add_event(const struct dt_event_parser *parser, unsigned group)
{
	struct dt_sampled_event *event;

	if (parser->events->nr == DT_SAMPLED_MAX)
		return NULL;
	event = &parser->events->list[parser->events->nr++];
	*event = (struct dt_sampled_event){.group = group, .max_precise = -1};
	return event;
}

static int too_many(const struct dt_event_parser *parser)
{
	return dt_event_fail(parser, parser->at, E2BIG, NULL, "more than %d events",
			     DT_SAMPLED_MAX);
}

/* The text that was parsed is the name, unless a term gave one. */
static void name_event(struct dt_sampled_event *event, const char *begin, const char *end)
{
	if (!event->name[0])
		(void)snprintf(event->name, sizeof(event->name), "%.*s", (int)(end - begin), begin);
}

/* ---- modifiers ---- */

struct modifiers {
	bool user, kernel, hypervisor, guest, host;
	int precise;
	bool most_precise, pinned, no_idle;
};

/* Letters up to the end of the event. */
static int read_modifiers(struct dt_event_parser *parser, struct modifiers *modifiers)
{
	for (; isalpha((unsigned char)*parser->at); parser->at++) {
		switch (*parser->at) {
		case 'u':
			modifiers->user = true;
			break;
		case 'k':
			modifiers->kernel = true;
			break;
		case 'h':
			modifiers->hypervisor = true;
			break;
		case 'G':
			modifiers->guest = true;
			break;
		case 'H':
			modifiers->host = true;
			break;
		case 'p':
			modifiers->precise++;
			break;
		case 'P':
			modifiers->most_precise = true;
			break;
		case 'D':
			modifiers->pinned = true;
			break;
		case 'I':
			modifiers->no_idle = true;
			break;
		case 'S':
			return dt_event_fail(parser, parser->at, EINVAL,
					     "leave S out: every event of the group is sampled",
					     "reading a group's counts with each sample (S) is "
					     "not supported");
		default:
			return dt_event_fail(parser, parser->at, EINVAL,
					     "modifiers are u k h H G I p pp ppp P D",
					     "there is no modifier %c", *parser->at);
		}
	}
	if (modifiers->precise > 3)
		return dt_event_fail(parser, parser->at - 1, EINVAL, NULL,
				     "ppp is the highest precise level");
	return 0;
}

static void apply_modifiers(struct dt_sampled_event *event, const struct modifiers *modifiers,
			    const char *begin, const char *end)
{
	struct perf_event_attr *attr = &event->attr.attr;
	const size_t length = strlen(event->name);

	if (modifiers->user || modifiers->kernel || modifiers->hypervisor) {
		attr->exclude_user = !modifiers->user;
		attr->exclude_kernel = !modifiers->kernel;
		attr->exclude_hv = !modifiers->hypervisor;
		event->has_excludes = true;
	}
	if (modifiers->guest != modifiers->host) {
		attr->exclude_guest = modifiers->host;
		attr->exclude_host = modifiers->guest;
	}
	if (modifiers->precise)
		attr->precise_ip = (unsigned)modifiers->precise & 3;
	if (modifiers->most_precise)
		event->most_precise = true;
	if (modifiers->pinned)
		attr->pinned = 1;
	if (modifiers->no_idle)
		attr->exclude_idle = 1;
	if (end > begin)
		(void)snprintf(event->name + length, sizeof(event->name) - length, "%s%.*s",
			       length && event->name[length - 1] == '/' ? "" : ":",
			       (int)(end - begin), begin);
}

/* Modifiers at the place of the parser, for the events from first on. */
static int take_modifiers(struct dt_event_parser *parser, size_t first)
{
	const char *begin = parser->at;
	struct modifiers modifiers = {0};
	int ret = read_modifiers(parser, &modifiers);

	for (size_t i = first; !ret && i < parser->events->nr; i++)
		apply_modifiers(&parser->events->list[i], &modifiers, begin, parser->at);
	return ret;
}

/* ---- one event ---- */

static int no_pmu(const struct dt_event_parser *parser, const char *at, const char *name)
{
	static const char *const hardware[] = {"cpu",	    "cpu_core", "cpu_atom",
					       "ibs_fetch", "ibs_op",	"arm_spe_0"};
	struct dt_nearest nearest;
	char hint[256];

	dt_nearest_begin(&nearest, name, strlen(name));
	dt_pmu_offer(parser->roots, &nearest);
	(void)dt_nearest_text(&nearest, hint, sizeof(hint));
	for (size_t i = 0; i < sizeof(hardware) / sizeof(hardware[0]); i++)
		if (!strcmp(name, hardware[i]))
			return dt_event_fail(parser, at, ENODEV, nearest.nr ? hint : no_counters,
					     "this machine has no PMU %s", name);
	if (!nearest.nr)
		(void)snprintf(hint, sizeof(hint),
			       "the PMUs of this machine are in %s/bus/event_source/devices",
			       parser->roots->sysfs);
	return dt_event_fail(parser, at, EINVAL, hint, "there is no PMU \"%s\"", name);
}

/* Rules that a PMU has whatever the terms are. */
static int check_rules(const struct dt_event_parser *parser, const struct dt_pmu *pmu,
		       struct dt_sampled_event *event, const char *at)
{
	struct perf_event_attr *attr = &event->attr.attr;

	event->ibs = !strncmp(pmu->name, "ibs_", 4);
	if (event->ibs && event->has_rate && !attr->freq && attr->sample_period % 16)
		return dt_event_fail(parser, at, EINVAL, NULL,
				     "IBS counts in steps of 16: period=%llu would do",
				     (unsigned long long)(attr->sample_period + 15) / 16 * 16);
	return 0;
}

static int add_of_pmu(struct dt_event_parser *parser, const char *name, unsigned group,
		      const char *at, const char *begin, const char *end)
{
	struct dt_sampled_event *event;
	struct dt_pmu pmu;
	int ret;

	ret = dt_pmu_open(&pmu, parser->roots, name);
	if (ret == -ENOENT)
		return no_pmu(parser, at, name);
	if (ret)
		return dt_event_fail(parser, at, EINVAL, NULL, "cannot read the type of PMU %s",
				     name);
	event = add_event(parser, group);
	if (!event)
		return too_many(parser);
	(void)snprintf(event->pmu, sizeof(event->pmu), "%s", pmu.name);
	(void)snprintf(event->cpus, sizeof(event->cpus), "%s", pmu.cpus);
	event->max_precise = pmu.max_precise;
	event->attr.attr.type = pmu.type;
	event->software = pmu.type == PERF_TYPE_SOFTWARE;
	ret = dt_event_terms(parser, &pmu, event, begin, end);
	return ret ? ret : check_rules(parser, &pmu, event, at);
}

/* pmu/terms/ at the place of the parser. */
static int take_pmu_event(struct dt_event_parser *parser, size_t length, unsigned group)
{
	const char *begin = parser->at, *terms = begin + length + 1;
	const char *end = strchr(terms, '/');
	char name[64];
	int ret;

	if (!length || length >= sizeof(name))
		return dt_event_fail(parser, begin, EINVAL, NULL,
				     "a name of a PMU stands before the slash");
	(void)snprintf(name, sizeof(name), "%.*s", (int)length, begin);
	if (!end)
		return dt_event_fail(parser, begin + strlen(begin), EINVAL,
				     "an event of a PMU is written pmu/terms/",
				     "the closing slash is missing");
	ret = add_of_pmu(parser, name, group, begin, terms, end);
	if (ret)
		return ret;
	parser->at = end + 1;
	name_event(&parser->events->list[parser->events->nr - 1], begin, parser->at);
	return take_modifiers(parser, parser->events->nr - 1);
}

static int unknown_event(const struct dt_event_parser *parser, const char *name)
{
	char pmus[SHARED_MAX][64], hint[256];
	struct dt_nearest nearest;
	struct dt_pmu pmu;
	size_t nr;

	if (!strncmp(name, "ibs_", 4))
		return dt_event_fail(parser, parser->at, EINVAL,
				     "an event of a PMU is written ibs_op//",
				     "there is no event \"%s\"", name);
	if (!strcmp(name, "mem-loads") || !strcmp(name, "mem-stores"))
		return dt_event_fail(parser, parser->at, ENODEV, no_counters,
				     "no PMU of this machine has %s", name);
	dt_nearest_begin(&nearest, name, strlen(name));
	dt_event_offer_generic(&nearest);
	nr = dt_pmu_list(parser->roots, NULL, pmus, SHARED_MAX);
	for (size_t i = 0; i < nr; i++)
		if (!strncmp(pmus[i], "cpu", 3) && !dt_pmu_open(&pmu, parser->roots, pmus[i]))
			dt_pmu_offer_terms(&pmu, &nearest);
	(void)dt_nearest_text(&nearest, hint, sizeof(hint));
	return dt_event_fail(parser, parser->at, EINVAL,
			     nearest.nr ? hint : "'perf list' shows the names of this machine",
			     "there is no event \"%s\"", name);
}

/* A name that PMUs have in events/: one event for each of them. */
static int take_shared(struct dt_event_parser *parser, const char *name, unsigned group)
{
	char pmus[SHARED_MAX][64];
	const size_t length = strlen(name);
	size_t nr = dt_pmu_list(parser->roots, name, pmus, SHARED_MAX);
	int ret = 0;

	if (!nr)
		return unknown_event(parser, name);
	for (size_t i = 0; !ret && i < nr; i++) {
		ret = add_of_pmu(parser, pmus[i], group, parser->at, parser->at,
				 parser->at + length);
		if (!ret)
			(void)snprintf(parser->events->list[parser->events->nr - 1].name,
				       sizeof(parser->events->list[0].name), "%s/%s/", pmus[i],
				       name);
	}
	return ret;
}

/* r20d1: the config word itself, of the core PMU. */
static bool is_raw(const char *name, uint64_t *config)
{
	const size_t length = strlen(name);

	if (name[0] != 'r' || length < 2 || length > 17 ||
	    strspn(name + 1, "0123456789abcdefABCDEF") != length - 1)
		return false;
	*config = strtoull(name + 1, NULL, 16);
	return true;
}

/* name or name:modifiers at the place of the parser. */
static int take_plain_event(struct dt_event_parser *parser, size_t length, unsigned group)
{
	const char *begin = parser->at;
	const size_t first = parser->events->nr;
	struct dt_sampled_event *event;
	uint64_t config;
	char name[64];
	int ret = 0;

	if (!length || length >= sizeof(name))
		return dt_event_fail(parser, begin, EINVAL, NULL, "the name of an event is %s here",
				     length ? "too long" : "missing");
	(void)snprintf(name, sizeof(name), "%.*s", (int)length, begin);
	event = add_event(parser, group);
	if (!event)
		return too_many(parser);
	if (is_raw(name, &config)) {
		event->attr.attr.type = PERF_TYPE_RAW;
		event->attr.attr.config = config;
	} else if (!dt_event_generic(begin, length, event)) {
		parser->events->nr--;
		ret = take_shared(parser, name, group);
	}
	if (ret)
		return ret;
	parser->at = begin + length;
	name_event(&parser->events->list[first], begin, parser->at);
	if (*parser->at != ':')
		return 0;
	parser->at++;
	if (!isalpha((unsigned char)*parser->at))
		return dt_event_fail(parser, parser->at, EINVAL, NULL,
				     "modifiers follow the colon");
	return take_modifiers(parser, first);
}

static int take_event(struct dt_event_parser *parser, unsigned group)
{
	const size_t length = strcspn(parser->at, "/:,{}");

	if (parser->at[length] == '/')
		return take_pmu_event(parser, length, group);
	return take_plain_event(parser, length, group);
}

/* {event,event}:modifiers */
static int take_group(struct dt_event_parser *parser)
{
	const size_t first = parser->events->nr;
	const unsigned group = ++parser->events->groups;
	int ret;

	do {
		parser->at++;
		ret = take_event(parser, group);
	} while (!ret && *parser->at == ',');
	if (ret)
		return ret;
	if (*parser->at != '}')
		return dt_event_fail(parser, parser->at, EINVAL, NULL,
				     "a comma or a closing brace is expected");
	parser->at++;
	if (*parser->at != ':')
		return 0;
	parser->at++;
	return take_modifiers(parser, first);
}

/* exclude_user and its like are bits of a filter in the kernel here, not of the hardware. */
static int finish_ibs(const struct dt_event_parser *parser, struct dt_sampled_event *event)
{
	struct perf_event_attr *attr = &event->attr.attr;
	struct dt_pmu_field field;
	struct dt_pmu pmu;
	uint64_t word;
	int ret;

	if (!event->has_excludes)
		return 0;
	if (dt_pmu_open(&pmu, parser->roots, event->pmu) || dt_pmu_field(&pmu, "swfilt", &field) ||
	    field.word != 2)
		return dt_event_fail(parser, parser->text, EINVAL,
				     "leave the modifiers u, k and h out",
				     "IBS does not tell user and kernel apart on this kernel (it "
				     "has no term swfilt)");
	word = attr->config2;
	ret = dt_pmu_deposit(&field, 1, &word);
	attr->config2 = word;
	return ret;
}

int dt_sampled_parse(struct dt_sampled_events *events, const struct dt_roots *roots,
		     const char *text, struct dt_error *error)
{
	struct dt_event_parser parser = {
		.roots = roots, .text = text, .at = text, .events = events, .error = error};
	const size_t before = events->nr;
	const unsigned groups = events->groups;
	int ret;

	for (;;) {
		ret = *parser.at == '{' ? take_group(&parser) : take_event(&parser, 0);
		if (ret || *parser.at != ',')
			break;
		parser.at++;
	}
	if (!ret && *parser.at)
		ret = dt_event_fail(&parser, parser.at, EINVAL, NULL, "\"%c\" is not expected here",
				    *parser.at);
	for (size_t i = before; !ret && i < events->nr; i++)
		if (events->list[i].ibs)
			ret = finish_ibs(&parser, &events->list[i]);
	if (ret) {
		events->nr = before;
		events->groups = groups;
	}
	return ret;
}
