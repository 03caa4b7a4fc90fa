/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands between the slashes of pmu/term=value,.../: words, fields of the PMU, its named
 * events, and how often to sample. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/event_name.h"

/* One term, as text. */
struct term {
	const char *at; /* in the parser's text, for the column */
	char key[64];
	char value[128];
	bool has_value;
};

/* The words of perf_event_attr that terms fill. */
static uint64_t word_of(const struct perf_event_attr *attr, unsigned word)
{
	return word == 0 ? attr->config : word == 1 ? attr->config1 : attr->config2;
}

static void set_word(struct perf_event_attr *attr, unsigned word, uint64_t value)
{
	if (word == 0)
		attr->config = value;
	else if (word == 1)
		attr->config1 = value;
	else
		attr->config2 = value;
}

/* Decimal or 0x and hexadecimal, all of it. */
static bool read_number(const char *text, uint64_t *value)
{
	const bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
	char *end;

	if (strspn(text, hex ? "0123456789abcdefABCDEFxX" : "0123456789") != strlen(text) || !*text)
		return false;
	errno = 0;
	*value = strtoull(text, &end, hex ? 16 : 10);
	return !errno && !*end && end > text;
}

static int term_number(const struct dt_event_parser *parser, const struct term *term,
		       uint64_t *value)
{
	*value = 1;
	if (!term->has_value || read_number(term->value, value))
		return 0;
	return dt_event_fail(parser, term->at, EINVAL, "numbers are decimal, or 0x and hexadecimal",
			     "\"%s\" is not a number", term->value);
}

/* Take the next term of [*at, end). */
static int next_term(const struct dt_event_parser *parser, const char **at, const char *end,
		     struct term *term)
{
	const char *stop = memchr(*at, ',', (size_t)(end - *at)), *equals;
	size_t length;

	if (!stop)
		stop = end;
	equals = memchr(*at, '=', (size_t)(stop - *at));
	length = (size_t)((equals ? equals : stop) - *at);
	*term = (struct term){.at = *at, .has_value = equals};
	if (!length || length >= sizeof(term->key) ||
	    (equals && (size_t)(stop - equals) > sizeof(term->value)))
		return dt_event_fail(parser, *at, EINVAL, NULL, "a term is %s here",
				     length ? "too long" : "missing");
	memcpy(term->key, *at, length);
	if (equals)
		memcpy(term->value, equals + 1, (size_t)(stop - equals - 1));
	*at = stop < end ? stop + 1 : end;
	if (stop < end && *at == end)
		return dt_event_fail(parser, stop, EINVAL, NULL, "nothing follows the comma");
	return 0;
}

static int set_field(const struct dt_event_parser *parser, const struct term *term,
		     const struct dt_pmu_field *field, struct dt_sampled_event *event)
{
	struct perf_event_attr *attr = &event->attr.attr;
	uint64_t value, word;
	int ret;

	ret = term_number(parser, term, &value);
	if (ret)
		return ret;
	/* it came with Linux 6.3; the headers that libperf was built with may not have it */
	if (field->word == 3)
		return dt_event_fail(parser, term->at, EINVAL, NULL,
				     "%s belongs to config3, which is not supported", term->key);
	word = word_of(attr, field->word);
	if (dt_pmu_deposit(field, value, &word))
		return dt_event_fail(parser, term->at, EINVAL, NULL,
				     "%s has %d bits, too few for %s", term->key,
				     __builtin_popcountll(field->mask), term->value);
	set_word(attr, field->word, word);
	return 0;
}

/* Terms of every PMU. 1: it was one. */
static int set_common(const struct dt_event_parser *parser, const struct term *term,
		      struct dt_sampled_event *event)
{
	static const char *const words[] = {"config", "config1", "config2", "config3"};
	struct perf_event_attr *attr = &event->attr.attr;
	const bool freq = !strcmp(term->key, "freq");
	uint64_t value;
	int ret;

	for (unsigned i = 0; i < DT_PMU_WORDS; i++)
		if (!strcmp(term->key, words[i])) {
			const struct dt_pmu_field whole = {i, UINT64_MAX};

			ret = set_field(parser, term, &whole, event);
			return ret ? ret : 1;
		}
	if (!strcmp(term->key, "name") && term->has_value) {
		(void)snprintf(event->name, sizeof(event->name), "%s", term->value);
		return 1;
	}
	if (!freq && strcmp(term->key, "period") != 0)
		return 0;
	ret = term_number(parser, term, &value);
	if (ret)
		return ret;
	if (!term->has_value || !value)
		return dt_event_fail(parser, term->at, EINVAL, NULL, "%s needs a number above 0",
				     term->key);
	attr->freq = freq;
	attr->sample_freq = value; /* in a union with the period */
	event->has_rate = true;
	return 1;
}

static int unknown_term(const struct dt_event_parser *parser, const struct dt_pmu *pmu,
			const struct term *term)
{
	static const char *const common[] = {"config", "config1", "config2",
					     "period", "freq",	  "name"};
	struct dt_nearest nearest;
	char hint[384];

	dt_nearest_begin(&nearest, term->key, strlen(term->key));
	dt_pmu_offer_terms(pmu, &nearest);
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		dt_nearest_offer(&nearest, common[i]);
	(void)dt_nearest_text(&nearest, hint, sizeof(hint));
	if (!nearest.nr)
		(void)snprintf(hint, sizeof(hint),
			       "its terms are the files in %s/format and events", pmu->path);
	return dt_event_fail(parser, term->at, EINVAL, hint,
			     "%s has neither field nor event \"%s\"", pmu->name, term->key);
}

/* One written term; those of events/ have been there before. */
static int set_term(const struct dt_event_parser *parser, const struct dt_pmu *pmu,
		    const struct term *term, struct dt_sampled_event *event)
{
	struct dt_pmu_field field;
	char ignored[256];
	int ret = set_common(parser, term, event);

	if (ret)
		return ret < 0 ? ret : 0;
	ret = dt_pmu_field(pmu, term->key, &field);
	if (!ret)
		return set_field(parser, term, &field, event);
	if (ret == -EINVAL)
		return dt_event_fail(parser, term->at, EINVAL, NULL,
				     "cannot read what %s/format/%s says", pmu->path, term->key);
	if (!term->has_value && !dt_pmu_event(pmu, term->key, ignored, sizeof(ignored)))
		return 0;
	return unknown_term(parser, pmu, term);
}

/* The terms that a named event stands for. */
static int set_named(const struct dt_event_parser *parser, const struct dt_pmu *pmu,
		     const struct term *name, struct dt_sampled_event *event)
{
	struct dt_pmu_field field;
	char terms[256];
	const char *at = terms;
	struct term term;
	int ret = 0;

	if (name->has_value || !dt_pmu_field(pmu, name->key, &field) ||
	    dt_pmu_event(pmu, name->key, terms, sizeof(terms)))
		return 0;
	event->aux = event->aux || !strcmp(name->key, "mem-loads-aux");
	while (!ret && *at) {
		ret = next_term(parser, &at, terms + strlen(terms), &term);
		/* a column of the written text */
		term.at = name->at;
		if (!ret)
			ret = set_term(parser, pmu, &term, event);
	}
	return ret;
}

int dt_event_terms(const struct dt_event_parser *parser, const struct dt_pmu *pmu,
		   struct dt_sampled_event *event, const char *begin, const char *end)
{
	struct term term;
	int ret = 0;

	/* what is written overrides what a named event brings, wherever it stands */
	for (int named = 1; named >= 0; named--)
		for (const char *at = begin; !ret && at < end;) {
			ret = next_term(parser, &at, end, &term);
			if (!ret && named)
				ret = set_named(parser, pmu, &term, event);
			else if (!ret)
				ret = set_term(parser, pmu, &term, event);
		}
	return ret;
}
