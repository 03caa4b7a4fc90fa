/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzz target of the expectation language and of the comparison with a baseline: an arbitrary
 * expectation is held against an arbitrary report, and the report against a fixed one.
 *
 * Input: the expectation up to a newline, then JSON; without a newline, a built-in report.
 */
#include <stdlib.h>
#include <string.h>

#include "support/expression.h"
#include "support/json_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char builtin[] =
	"{\"losses\":{\"events\":0},\"events\":{\"page-faults\":7},\"goals\":[{\"nid\":0,"
	"\"stream\":{\"scheme\":1},\"steps\":[{\"target_bp\":6000,\"settling_s\":7.5,\"cycle\":"
	"null,"
	"\"verdict\":\"REACHED\",\"steady\":{\"mean_bp\":5900,\"ci95_bp\":[5850,5950]},"
	"\"causes\":[{\"cause\":\"FIGHT\"}]},{\"target_bp\":8000,\"settling_s\":null,\"causes\":[]}"
	"]}],"
	"\"snapshots\":[{\"stream\":{\"target\":\"0xffff888000000000\"},\"complete\":3}],"
	"\"heatmaps\":[{\"cells\":[[1,null],[0.5,2]],\"segments\":[{\"start\":\"0x0\"}]}],"
	"\"notes\":[]}";

/* A fact is words, and there is one for what the outcome is. */
static void check_judgement(const struct dt_judgement *judgement)
{
	if (!judgement->count[judgement->outcome] || !judgement->fact[judgement->outcome][0])
		abort();
	for (int outcome = judgement->outcome + 1; outcome < DT_NR_OUTCOMES; outcome++)
		if (judgement->count[outcome])
			abort();
}

static void judge(const char *text, const struct dt_document *document)
{
	struct dt_expression *expression;
	struct dt_judgement judgement;
	struct dt_error error = {0};
	size_t at = SIZE_MAX;

	if (dt_expression_parse(&expression, text, &at, &error)) {
		if (expression || at > strlen(text) || !error.message[0])
			abort();
		return;
	}
	if (!expression)
		return;
	if (!dt_expression_judge(expression, document, &judgement))
		check_judgement(&judgement);
	dt_judgement_clear(&judgement);
	dt_expression_free(expression);
}

static int count(void *context, const char *path, enum dt_outcome outcome, const char *fact,
		 const char *hint)
{
	(void)hint;
	if (!*path || !*fact || outcome >= DT_OUTCOME_WRONG)
		abort();
	*(size_t *)context += outcome != DT_OUTCOME_HOLDS;
	return 0;
}

/* A report is as itself, whatever is in it; against another one anything may come out. */
static void compare(json_t *root, json_t *other)
{
	size_t differences = 0;
	struct dt_comparison comparison = {
		.baseline = root, .current = root, .found = count, .context = &differences};

	if (dt_json_compare(&comparison) || differences)
		abort();
	comparison.current = other;
	(void)dt_json_compare(&comparison);
	comparison.current = root;
	comparison.baseline = other;
	(void)dt_json_compare(&comparison);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *json;
	struct dt_document document = {0};
	json_t *other = json_loadb(builtin, sizeof(builtin) - 1, 0, NULL);

	if (!text || !other)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	json = strchr(text, '\n');
	if (json)
		*json++ = '\0';
	document.root = json ? json_loads(json, 0, NULL) : json_incref(other);
	if (json_is_object(document.root) && !dt_names_read(&document.names, document.root)) {
		judge(text, &document);
		compare(document.root, other);
	}
	dt_names_free(&document.names);
	json_decref(document.root);
	json_decref(other);
	free(text);
	return 0;
}
