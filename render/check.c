/* SPDX-License-Identifier: GPL-2.0-only */
/* See check.h: the list, and its form in words and as TAP. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render/check.h"
#include "support/utf8.h"

/* Facts that are shown of what holds. */
#define GOOD_FACTS 3

struct dt_check *dt_checks_add(struct dt_checks *checks, const char *subject, const char *source,
			       const char *text)
{
	struct dt_check *check;

	/* grows at powers of two */
	if (!(checks->nr & (checks->nr - 1))) {
		const size_t room = checks->nr ? checks->nr * 2 : 1;

		check = reallocarray(checks->checks, room, sizeof(*check));
		if (!check)
			return NULL;
		checks->checks = check;
	}
	check = &checks->checks[checks->nr];
	*check = (struct dt_check){.subject = subject, .source = source, .text = strdup(text)};
	if (!check->text)
		return NULL;
	checks->nr++;
	return check;
}

void dt_checks_free(struct dt_checks *checks)
{
	for (size_t i = 0; i < checks->nr; i++) {
		free(checks->checks[i].text);
		dt_judgement_clear(&checks->checks[i].judgement);
	}
	free(checks->checks);
	*checks = (struct dt_checks){0};
}

enum dt_outcome dt_checks_outcome(const struct dt_checks *checks)
{
	enum dt_outcome outcome = DT_OUTCOME_HOLDS;

	for (size_t i = 0; i < checks->nr; i++)
		if (checks->checks[i].judgement.outcome > outcome)
			outcome = checks->checks[i].judgement.outcome;
	return outcome;
}

/* ---- words ---- */

static const char *const words[] = {
	[DT_OUTCOME_HOLDS] = "holds",
	[DT_OUTCOME_UNKNOWN] = "unknown",
	[DT_OUTCOME_FAILS] = "FAILS",
	[DT_OUTCOME_WRONG] = "WRONG",
};

/* The facts of one outcome, a line each. */
static void write_facts(FILE *out, const struct dt_judgement *judgement, enum dt_outcome outcome,
			const char *lead)
{
	const uint64_t count = judgement->count[outcome];
	const uint64_t most = outcome == DT_OUTCOME_HOLDS ? GOOD_FACTS : DT_FACTS_KEPT;
	const uint64_t shown = count < most ? count : most;

	for (uint64_t i = 0; i < shown; i++) {
		const char *fact = judgement->fact[outcome][i];

		(void)fputs(lead, out);
		dt_utf8_print(out, fact ? fact : "(no memory for the words)");
		(void)fputc('\n', out);
	}
	if (count > shown)
		(void)fprintf(out, "%sand %" PRIu64 " more\n", lead, count - shown);
}

/* What led to the outcome: where it is bad, only what is bad. */
static void write_reasons(FILE *out, const struct dt_judgement *judgement, bool has_hint,
			  const char *lead)
{
	for (int outcome = DT_NR_OUTCOMES - 1; outcome >= 0; outcome--)
		if (outcome != DT_OUTCOME_HOLDS || judgement->outcome == DT_OUTCOME_HOLDS)
			write_facts(out, judgement, (enum dt_outcome)outcome, lead);
	if (has_hint && judgement->outcome != DT_OUTCOME_HOLDS && judgement->hint[0]) {
		(void)fprintf(out, "%shint: ", lead);
		dt_utf8_print(out, judgement->hint);
		(void)fputc('\n', out);
	}
}

static void write_check(FILE *out, const struct dt_check *check)
{
	(void)fprintf(out, "  %-8s ", words[check->judgement.outcome]);
	dt_utf8_print(out, check->text);
	if (check->source) {
		(void)fputs("  (", out);
		dt_utf8_print(out, check->source);
		(void)fputc(')', out);
	}
	(void)fputc('\n', out);
	/* one hint serves all figures: see write_sum */
	write_reasons(out, &check->judgement, !check->compared, "             ");
}

static void write_sum(FILE *out, const struct dt_checks *checks, bool compared)
{
	uint64_t count[DT_NR_OUTCOMES] = {0}, all = 0;
	const char *hint = "";

	for (size_t i = 0; i < checks->nr; i++) {
		if (checks->checks[i].compared != compared)
			continue;
		if (checks->checks[i].judgement.hint[0])
			hint = checks->checks[i].judgement.hint;
		count[checks->checks[i].judgement.outcome]++;
		all++;
	}
	if (!all)
		return;
	(void)fprintf(out, "%" PRIu64 " %s%s: %" PRIu64 " %s", all,
		      compared ? "figure" : "expectation", all == 1 ? "" : "s",
		      count[DT_OUTCOME_HOLDS],
		      compared			     ? "as in the baseline"
		      : count[DT_OUTCOME_HOLDS] == 1 ? "holds"
						     : "hold");
	if (count[DT_OUTCOME_FAILS])
		(void)fprintf(out, ", %" PRIu64 " %s", count[DT_OUTCOME_FAILS],
			      compared			     ? "not"
			      : count[DT_OUTCOME_FAILS] == 1 ? "fails"
							     : "fail");
	if (count[DT_OUTCOME_UNKNOWN])
		(void)fprintf(out, ", %" PRIu64 " cannot be told", count[DT_OUTCOME_UNKNOWN]);
	if (count[DT_OUTCOME_WRONG])
		(void)fprintf(out, ", %" PRIu64 " %s no sense", count[DT_OUTCOME_WRONG],
			      count[DT_OUTCOME_WRONG] == 1 ? "makes" : "make");
	(void)fputc('\n', out);
	if (compared && hint[0])
		(void)fprintf(out, "  hint: %s\n", hint);
}

void dt_check_words(FILE *out, const struct dt_checks *checks)
{
	const char *subject = NULL;

	for (size_t i = 0; i < checks->nr; i++) {
		const struct dt_check *check = &checks->checks[i];

		if (check->compared && check->judgement.outcome == DT_OUTCOME_HOLDS)
			continue;
		if (subject != check->subject) {
			dt_utf8_print(out, check->subject);
			(void)fputs(":\n", out);
		}
		subject = check->subject;
		write_check(out, check);
	}
	write_sum(out, checks, false);
	write_sum(out, checks, true);
}

/* ---- TAP ---- */

/* A '#' would begin a directive. */
static void write_description(FILE *out, const char *text)
{
	while (*text) {
		const size_t length = strcspn(text, "#\\");
		char *part = strndup(text, length);

		if (part)
			dt_utf8_print(out, part);
		free(part);
		text += length;
		if (*text)
			(void)fprintf(out, "\\%c", *text++);
	}
}

void dt_check_tap(FILE *out, const struct dt_checks *checks)
{
	(void)fprintf(out, "TAP version 13\n1..%zu\n", checks->nr);
	for (size_t i = 0; i < checks->nr; i++) {
		const struct dt_check *check = &checks->checks[i];
		const bool good = check->judgement.outcome == DT_OUTCOME_HOLDS;

		(void)fprintf(out, "%s %zu - ", good ? "ok" : "not ok", i + 1);
		write_description(out, check->subject);
		(void)fputs(": ", out);
		write_description(out, check->text);
		(void)fputc('\n', out);
		if (good)
			continue;
		if (check->judgement.outcome != DT_OUTCOME_FAILS)
			(void)fprintf(out, "# %s\n", words[check->judgement.outcome]);
		write_reasons(out, &check->judgement, true, "# ");
	}
}
