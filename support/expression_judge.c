/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judging a report by an expectation. A path with "[]" in it, and a selector, stand for every
 * element of an array: the expectation is judged once for each combination of elements, and two
 * paths through one array always mean the same element of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/expression_private.h"

/* Combinations of elements beyond this are a mistake: all cells by all cells of a heatmap. */
#define INSTANCES_MAX (16u << 20)

static const char *const label_keys[] = {"nid", "scheme", "target",    "source",
					 "pid", "cause",  "target_bp", NULL};

char *dt_run_where(const struct dt_run *run, char *buffer, size_t size)
{
	size_t length = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < run->nr_bindings && length < size; i++) {
		const struct dt_binding *binding = &run->bindings[i];
		char identity[160];

		length += (size_t)snprintf(
			buffer + length, size - length, "%s%s[%zu]%s",
			i && binding->key ? ", " : "", binding->key ? binding->key : "",
			binding->index,
			dt_json_identity(binding->element, label_keys, identity, sizeof(identity)));
	}
	if (length && length < size)
		(void)snprintf(buffer + length, size - length, ": ");
	return buffer;
}

/* ---- the places that the expectation names ---- */

static void find_count_keys(struct dt_run *run, struct dt_spot *spot)
{
	const struct dt_filters *filters = spot->node->filters;

	for (size_t i = 0; i < filters->nr; i++)
		(void)dt_expression_find_in(&run->document->names, &spot->place,
					    &filters->filters[i].key, &spot->keys[i]);
}

/* Why there is no such object: the report itself may say so. */
static void hint_absent(struct dt_run *run, const struct dt_object *object)
{
	const json_t *notes = json_object_get(run->document->root, "notes");
	char *hint = run->judgement->hint;
	size_t i;
	json_t *note;

	(void)snprintf(hint, sizeof(run->judgement->hint), "%s", object->absent);
	json_array_foreach(notes, i, note) if (json_is_string(note) &&
					       strstr(json_string_value(note), object->word))
	{
		(void)snprintf(hint, sizeof(run->judgement->hint), "%s", json_string_value(note));
		return;
	}
}

/* An object of the report stands for itself, an array for its elements. */
static bool has_elements(const json_t *array)
{
	return json_is_object(array) || json_array_size(array);
}

static void judge_absent(struct dt_run *run, const char *text, const char *similar)
{
	const struct dt_object *object = run->expression->object;
	const json_t *array = object ? json_object_get(run->document->root, object->array) : NULL;

	if (object && !has_elements(array)) {
		dt_judge(run->judgement, DT_OUTCOME_UNKNOWN, "the report has no %s", object->array);
		hint_absent(run, object);
		return;
	}
	dt_judge(run->judgement, DT_OUTCOME_UNKNOWN, "the report has no %s", text);
	if (*similar)
		(void)snprintf(run->judgement->hint, sizeof(run->judgement->hint), "there is %s",
			       similar);
}

/* Find one place. false: the judgement is made, and there is nothing to look at. */
static bool find_place(struct dt_run *run, struct dt_spot *spot, const struct dt_path *given)
{
	const struct dt_expression *expression = run->expression;
	const bool may_be_word = spot->node && spot->node == expression->right && expression->word;
	char candidates[512] = "";
	char *text;

	switch (dt_expression_find(&run->document->names, expression->object, given,
				   spot->filter != NULL, &spot->place, candidates,
				   sizeof(candidates))) {
	case DT_FOUND_ONE:
		if (spot->node && spot->node->kind == DT_NODE_COUNT)
			find_count_keys(run, spot);
		return true;
	case DT_FOUND_NONE:
		spot->missing = true;
		if (may_be_word)
			return true;
		text = dt_path_text(given);
		judge_absent(run, text ? text : "such figure", candidates);
		free(text);
		return false;
	default:
		if (may_be_word) {
			spot->missing = true;
			return true;
		}
		text = dt_path_text(given);
		dt_judge(run->judgement, DT_OUTCOME_WRONG, "%s is ambiguous: %s",
			 text ? text : "a name", candidates);
		(void)snprintf(run->judgement->hint, sizeof(run->judgement->hint),
			       "give more of its path%s%s",
			       expression->object ? "" : ", or select an object: goal: ",
			       expression->object ? ""
			       : text		  ? text
						  : "FIGURE");
		free(text);
		return false;
	}
}

/* The selected object itself, so that there is one instance for each of them. */
static bool add_object(struct dt_run *run)
{
	const struct dt_object *object = run->expression->object;
	const json_t *array = json_object_get(run->document->root, object->array);
	struct dt_spot *spot = &run->spots[run->nr_spots++];

	if (!has_elements(array)) {
		judge_absent(run, object->array, "");
		return false;
	}
	spot->place.parts = calloc(2, sizeof(spot->place.parts[0]));
	if (!spot->place.parts) {
		spot->missing = true;
		return true;
	}
	spot->place.nr = json_is_object(array) ? 1 : 2;
	spot->place.parts[0] = (struct dt_path_part){.kind = DT_PATH_KEY, .key = object->array};
	spot->place.parts[1] = (struct dt_path_part){.kind = DT_PATH_ALL};
	return true;
}

/* Filters come before figures: what they rule out is not looked at. */
static bool find_places(struct dt_run *run)
{
	const struct dt_expression *expression = run->expression;

	if (expression->object && !add_object(run))
		return false;
	for (size_t i = 0; i < expression->filters.nr; i++) {
		struct dt_spot *spot = &run->spots[run->nr_spots++];

		spot->filter = &expression->filters.filters[i];
		if (!find_place(run, spot, &spot->filter->key))
			return false;
	}
	for (size_t i = 0; i < expression->nr_nodes; i++) {
		const struct dt_node *node = &expression->nodes[i];
		struct dt_spot *spot;

		if (node->kind != DT_NODE_FIGURE && node->kind != DT_NODE_COUNT)
			continue;
		spot = &run->spots[run->nr_spots++];
		spot->node = node;
		if (!find_place(run, spot, &node->path))
			return false;
	}
	return true;
}

/* ---- the instances ---- */

static json_t *bound_element(const struct dt_run *run, const json_t *array)
{
	for (size_t i = 0; i < run->nr_bindings; i++)
		if (run->bindings[i].array == array)
			return run->bindings[i].element;
	return NULL;
}

static json_t *element_at(const json_t *array, long index)
{
	const size_t nr = json_array_size(array);

	if (index < 0)
		return nr >= (size_t)-index ? json_array_get(array, nr - (size_t)-index) : NULL;
	return json_array_get(array, (size_t)index);
}

/*
 * Go to a place. What lies behind a null is null too. *unbound: an array on the way of which no
 * element was chosen yet; *key is its name.
 */
static json_t *go(const struct dt_run *run, const struct dt_path *place, json_t **unbound,
		  const char **key)
{
	json_t *value = run->document->root;

	*unbound = NULL;
	for (size_t i = 0; value && i < place->nr; i++) {
		const struct dt_path_part *part = &place->parts[i];

		if (json_is_null(value))
			break;
		if (part->kind == DT_PATH_KEY) {
			value = json_object_get(value, part->key);
			continue;
		}
		if (part->kind == DT_PATH_INDEX || !json_is_array(value)) {
			value = element_at(value, part->index);
			continue;
		}
		if (!bound_element(run, value)) {
			*unbound = value;
			*key = i ? place->parts[i - 1].key : NULL;
			return NULL;
		}
		value = bound_element(run, value);
	}
	return value;
}

static int visit(struct dt_run *run);

/* The instances with each element of an array. */
/* NOLINTNEXTLINE(misc-no-recursion): bounded by DT_BINDINGS_MAX */
static int bind_each(struct dt_run *run, json_t *array, const char *key, bool is_figure)
{
	struct dt_binding *binding = &run->bindings[run->nr_bindings];
	char where[512];
	size_t i;
	json_t *element;
	int ret = 0;

	if (!json_array_size(array) && is_figure) {
		dt_judge(run->judgement, DT_OUTCOME_UNKNOWN, "%s%s is empty",
			 dt_run_where(run, where, sizeof(where)), key ? key : "an array");
		return 0;
	}
	if (run->nr_bindings == DT_BINDINGS_MAX)
		return -E2BIG;
	run->nr_bindings++;
	json_array_foreach(array, i, element)
	{
		*binding = (struct dt_binding){array, key, i, element};
		ret = visit(run);
		if (ret)
			break;
	}
	run->nr_bindings--;
	return ret;
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by DT_BINDINGS_MAX */
static int visit(struct dt_run *run)
{
	for (size_t i = 0; i < run->nr_spots; i++) {
		struct dt_spot *spot = &run->spots[i];
		const struct dt_path *place = &spot->place;
		const char *key = NULL;
		json_t *unbound;

		if (spot->missing)
			continue;
		spot->value = go(run, place, &unbound, &key);
		if (unbound)
			return bind_each(run, unbound, key, spot->node != NULL);
		if (spot->filter &&
		    !dt_filter_matches(run->expression, spot->filter,
				       place->parts[place->nr - 1].kind == DT_PATH_KEY
					       ? place->parts[place->nr - 1].key
					       : "",
				       spot->value))
			return 0;
	}
	if (++run->instances > INSTANCES_MAX)
		return -E2BIG;
	dt_expression_compare(run);
	return 0;
}

/* What there is in place of what was selected. */
static void judge_no_match(struct dt_run *run)
{
	const struct dt_object *object = run->expression->object;
	const json_t *array = json_object_get(run->document->root, object->array);
	char *hint = run->judgement->hint;
	size_t length, i;
	json_t *element;

	dt_judge(run->judgement, DT_OUTCOME_UNKNOWN, "no %s matches \"%.*s\"", object->word,
		 (int)run->expression->selector_length - 1, run->expression->text);
	/* what filters rule out of an object are rows of its tables */
	if (json_is_object(array))
		return;
	length = (size_t)snprintf(hint, sizeof(run->judgement->hint), "there is");
	json_array_foreach(array, i, element)
	{
		const json_t *inner =
			object->inner ? json_object_get(element, object->inner) : NULL;
		char identity[160];

		if (length >= sizeof(run->judgement->hint))
			return;
		length += (size_t)snprintf(
			hint + length, sizeof(run->judgement->hint) - length, "%s %s%s",
			i ? "," : "", object->word,
			dt_json_identity(element, label_keys, identity, sizeof(identity)));
		for (size_t j = 0; j < json_array_size(inner); j++) {
			if (length >= sizeof(run->judgement->hint))
				return;
			length += (size_t)snprintf(
				hint + length, sizeof(run->judgement->hint) - length, "%s%s",
				j ? "," : "",
				dt_json_identity(json_array_get(inner, j), label_keys, identity,
						 sizeof(identity)));
		}
	}
}

static bool has_facts(const struct dt_judgement *judgement)
{
	for (size_t i = 0; i < DT_NR_OUTCOMES; i++)
		if (judgement->count[i])
			return true;
	return false;
}

int dt_expression_judge(const struct dt_expression *expression, const struct dt_document *document,
			struct dt_judgement *judgement)
{
	struct dt_run run = {
		.expression = expression, .document = document, .judgement = judgement};
	int ret = 0;

	*judgement = (struct dt_judgement){0};
	run.spots = calloc(expression->nr_nodes + DT_FILTERS_MAX + 1, sizeof(run.spots[0]));
	if (!run.spots)
		return -ENOMEM;
	if (find_places(&run))
		ret = visit(&run);
	if (ret == -E2BIG) {
		dt_judge(judgement, DT_OUTCOME_WRONG, "more than %u combinations of elements",
			 INSTANCES_MAX);
		ret = 0;
	}
	if (!has_facts(judgement) && expression->object)
		judge_no_match(&run);
	else if (!has_facts(judgement))
		dt_judge(judgement, DT_OUTCOME_UNKNOWN, "the report has nothing of the kind");
	for (size_t i = 0; i < run.nr_spots; i++) {
		free(run.spots[i].place.parts);
		for (size_t j = 0; j < DT_FILTERS_MAX; j++)
			free(run.spots[i].keys[j].parts);
	}
	free(run.spots);
	return ret;
}
