/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks as JUnit's XML, as CI systems read it. What cannot be told is an error, not skipped: a
 * skipped test passes.
 */
#include <stdlib.h>
#include <string.h>

#include "render/check.h"
#include "support/utf8.h"

/* XML has no way to write most control characters, and no invalid UTF-8. */
static void write_text(FILE *out, const char *text)
{
	while (*text) {
		const size_t length = dt_utf8_sequence(text);

		if (!length || (dt_utf8_control(text, length) && *text != '\n'))
			(void)fputc('?', out);
		else if (*text == '&')
			(void)fputs("&amp;", out);
		else if (*text == '<')
			(void)fputs("&lt;", out);
		else if (*text == '>')
			(void)fputs("&gt;", out);
		else if (*text == '"')
			(void)fputs("&quot;", out);
		else
			(void)fwrite(text, 1, length, out);
		text += length ? length : 1;
	}
}

static void write_attribute(FILE *out, const char *name, const char *text)
{
	(void)fprintf(out, " %s=\"", name);
	write_text(out, text);
	(void)fputc('"', out);
}

static const char *first_fact(const struct dt_judgement *judgement)
{
	const char *fact = judgement->fact[judgement->outcome][0];

	return fact ? fact : "";
}

static void write_reason(FILE *out, const struct dt_judgement *judgement)
{
	static const char *const types[] = {
		[DT_OUTCOME_UNKNOWN] = "unknown",
		[DT_OUTCOME_FAILS] = "fails",
		[DT_OUTCOME_WRONG] = "wrong",
	};
	const char *element = judgement->outcome == DT_OUTCOME_FAILS ? "failure" : "error";

	(void)fprintf(out, "<%s type=\"%s\"", element, types[judgement->outcome]);
	write_attribute(out, "message", first_fact(judgement));
	(void)fputc('>', out);
	for (int outcome = DT_NR_OUTCOMES - 1; outcome > DT_OUTCOME_HOLDS; outcome--)
		for (size_t i = 0; i < DT_FACTS_KEPT; i++) {
			if (!judgement->fact[outcome][i])
				break;
			write_text(out, judgement->fact[outcome][i]);
			(void)fputc('\n', out);
		}
	if (judgement->hint[0]) {
		(void)fputs("hint: ", out);
		write_text(out, judgement->hint);
		(void)fputc('\n', out);
	}
	(void)fprintf(out, "</%s>", element);
}

static void write_case(FILE *out, const struct dt_check *check)
{
	(void)fputs("    <testcase", out);
	write_attribute(out, "classname", check->source ? check->source : "check");
	write_attribute(out, "name", check->text);
	(void)fputc('>', out);
	if (check->judgement.outcome != DT_OUTCOME_HOLDS)
		write_reason(out, &check->judgement);
	(void)fputs("</testcase>\n", out);
}

/* All checks of one subject. Returns the place behind them. */
static size_t write_suite(FILE *out, const struct dt_checks *checks, size_t first)
{
	size_t end = first, failures = 0, errors = 0;

	for (; end < checks->nr && checks->checks[end].subject == checks->checks[first].subject;
	     end++) {
		const enum dt_outcome outcome = checks->checks[end].judgement.outcome;

		failures += outcome == DT_OUTCOME_FAILS;
		errors += outcome == DT_OUTCOME_UNKNOWN || outcome == DT_OUTCOME_WRONG;
	}
	(void)fputs("  <testsuite", out);
	write_attribute(out, "name", checks->checks[first].subject);
	(void)fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\">\n",
		      end - first, failures, errors);
	for (size_t i = first; i < end; i++)
		write_case(out, &checks->checks[i]);
	(void)fputs("  </testsuite>\n", out);
	return end;
}

void dt_check_junit(FILE *out, const struct dt_checks *checks)
{
	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
	for (size_t i = 0; i < checks->nr;)
		i = write_suite(out, checks, i);
	(void)fputs("</testsuites>\n", out);
}
