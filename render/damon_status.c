/* SPDX-License-Identifier: GPL-2.0-only */
/* See damon_status.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/render.h"
#include "render/damon_status.h"
#include "support/utf8.h"

#define WIDTH 80
/* Where what is told of a thing begins, by its depth. */
#define NAME_WIDTH 11

/* ---- lines ---- */

struct page {
	FILE *out;
	const struct dt_damon_status *status;
	bool unknown_goals;
	char line[2048]; /* what is told of the thing at hand */
	size_t used;
};

static void say(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct page *page, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (page->used < sizeof(page->line)) {
		const int length = vsnprintf(page->line + page->used,
					     sizeof(page->line) - page->used, format, arguments);

		page->used += length > 0 ? (size_t)length : 0;
	}
	va_end(arguments);
}

/* "    name       what was said", its words under each other. */
static void end_line(struct page *page, int depth, const char *name)
{
	const int column = depth + NAME_WIDTH + 1;
	const char *text = page->line;
	int at = column;

	(void)fprintf(page->out, "%*s%-*s ", depth, "", NAME_WIDTH, name);
	while (*text) {
		const int length = (int)strcspn(text, " ");
		char word[512];

		if (at > column && at + 1 + length >= WIDTH) {
			(void)fprintf(page->out, "\n%*s", column, "");
			at = column;
		} else if (at > column) {
			(void)fputc(' ', page->out);
			at++;
		}
		(void)snprintf(word, sizeof(word), "%.*s", length, text);
		dt_utf8_print(page->out, word);
		at += length;
		text += length;
		text += strspn(text, " ");
	}
	(void)fputc('\n', page->out);
	page->used = 0;
	page->line[0] = '\0';
}

static const char *duration(char buffer[32], uint64_t us)
{
	if (us >= 1000000 && us % 100000 == 0)
		(void)snprintf(buffer, 32, "%.10g s", (double)us / 1e6);
	else if (us >= 1000 && us % 100 == 0)
		(void)snprintf(buffer, 32, "%.10g ms", (double)us / 1e3);
	else
		(void)snprintf(buffer, 32, "%" PRIu64 " us", us);
	return buffer;
}

static const char *bytes(char buffer[32], uint64_t number)
{
	return dt_text_bytes(buffer, 32, (double)number);
}

/* ---- a scheme ---- */

/* "4 KiB to 2 MiB", "1 or more", "any". most: what stands for no upper limit, or more. */
static void say_limits(struct page *page, const struct dt_damon_node *scheme, const char *name,
		       uint64_t most, bool size)
{
	uint64_t low = 0, high = 0;
	char from[32], to[32];

	(void)dt_damon_node_u64(scheme, &low, "access_pattern/%s/min", name);
	(void)dt_damon_node_u64(scheme, &high, "access_pattern/%s/max", name);
	(void)snprintf(from, sizeof(from), "%" PRIu64, low);
	(void)snprintf(to, sizeof(to), "%" PRIu64, high);
	if (size) {
		(void)bytes(from, low);
		(void)bytes(to, high);
	}
	if (high >= most && !low)
		say(page, "any");
	else if (high >= most)
		say(page, "%s or more", from);
	else if (low == high)
		say(page, "%s", from);
	else
		say(page, "%s to %s", from, to);
}

static void tell_pattern(struct page *page, const struct dt_damon_node *scheme, uint64_t samples)
{
	say(page, "size ");
	say_limits(page, scheme, "sz", INT64_MAX, true);
	say(page, "; accesses ");
	say_limits(page, scheme, "nr_accesses", UINT32_MAX, false);
	if (samples)
		say(page, " of %" PRIu64, samples);
	say(page, "; age ");
	say_limits(page, scheme, "age", UINT32_MAX, false);
	say(page, " aggregations");
	end_line(page, 6, "pattern");
}

static void tell_quota(struct page *page, const struct dt_damon_node *scheme)
{
	uint64_t ms = 0, limit = 0, window = 0, effective = 0;
	const char *tuner = dt_damon_node_text(scheme, "quotas/goal_tuner");
	const struct dt_damon_node *goals = dt_damon_node_find(scheme, "quotas/goals/0");
	char text[32];

	(void)dt_damon_node_u64(scheme, &ms, "quotas/ms");
	(void)dt_damon_node_u64(scheme, &limit, "quotas/bytes");
	(void)dt_damon_node_u64(scheme, &window, "quotas/reset_interval_ms");
	if (!ms && !limit && !goals) {
		say(page, "none");
		end_line(page, 6, "quota");
		return;
	}
	if (limit)
		say(page, "%s", bytes(text, limit));
	if (ms)
		say(page, "%s%s of time", limit ? ", " : "", duration(text, ms * 1000));
	if (!ms && !limit)
		say(page, "no limit but the goals'");
	if (window)
		say(page, " in each %s", duration(text, window * 1000));
	if (dt_damon_node_u64(scheme, &effective, "quotas/effective_bytes"))
		say(page, "; in effect %s", bytes(text, effective));
	if (goals && tuner)
		say(page, "; tuner %s", tuner);
	end_line(page, 6, "quota");
}

/* What the kernel evaluates is what the last commit gave it, and may be another. */
static void say_traced(struct page *page, const struct dt_damon_node *goal, bool share)
{
	const struct dt_goal_value *heard = dt_goal_values_of(page->status->heard, goal);

	if (!heard || !heard->known)
		return;
	if (heard->latest.target_value != heard->target && share)
		say(page, " (the kernel has a target of %.10g %%)",
		    (double)heard->latest.target_value / 100);
	else if (heard->latest.target_value != heard->target)
		say(page, " (the kernel has a target of %" PRIu64 ")", heard->latest.target_value);
	if (heard->nid >= 0 && heard->latest.nid != heard->nid)
		say(page, " (the kernel looks at node %d)", (int)heard->latest.nid);
}

static void tell_goal(struct page *page, const struct dt_damon_node *goal)
{
	const char *metric = dt_damon_node_text(goal, "target_metric");
	const size_t length = metric ? strlen(metric) : 0;
	const bool share = length > 3 && !strcmp(metric + length - 3, "_bp");
	uint64_t target = 0, now;
	const char *nid = dt_damon_node_text(goal, "nid");
	char name[32];

	(void)dt_damon_node_u64(goal, &target, "target_value");
	say(page, "%s", metric ? metric : "user_input");
	if (metric && nid && !strncmp(metric, "node_", 5))
		say(page, " of node %s", nid);
	if (share)
		say(page, ": target %.10g %%, now ", (double)target / 100);
	else
		say(page, ": target %" PRIu64 ", now ", target);
	if (!dt_damon_goal_now(page->status, goal, &now)) {
		say(page, "?%s", dt_goal_is_in_files(metric) ? "" : " (*)");
		page->unknown_goals |= !dt_goal_is_in_files(metric);
	} else if (share) {
		say(page, "%.10g %%", (double)now / 100);
	} else {
		say(page, "%" PRIu64, now);
	}
	say_traced(page, goal, share);
	(void)snprintf(name, sizeof(name), "goal %.20s", goal->name);
	end_line(page, 6, name);
}

static void say_filter(struct page *page, const struct dt_damon_node *filter, bool first)
{
	const char *type = dt_damon_node_text(filter, "type");
	const char *matching = dt_damon_node_text(filter, "matching");
	const char *allow = dt_damon_node_text(filter, "allow");
	const char *memcg = dt_damon_node_text(filter, "memcg_path");
	uint64_t start = 0, end = 0;

	say(page, "%s%s %s%s", first ? "" : "; ", allow && *allow == 'Y' ? "allow" : "reject",
	    matching && *matching == 'Y' ? "" : "all but ", type ? type : "?");
	if (type && !strcmp(type, "addr") && dt_damon_node_u64(filter, &start, "addr_start") &&
	    dt_damon_node_u64(filter, &end, "addr_end"))
		say(page, " 0x%" PRIx64 "-0x%" PRIx64, start, end);
	if (type && !strcmp(type, "memcg") && memcg)
		say(page, " %s", memcg);
	if (type && !strcmp(type, "target"))
		say(page, " %s", dt_damon_node_text(filter, "damon_target_idx"));
}

static void tell_filters(struct page *page, const struct dt_damon_node *scheme)
{
	static const char *const folders[] = {"core_filters", "ops_filters", "filters"};
	bool any = false;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const struct dt_damon_node *folder = dt_damon_node_find(scheme, folders[i]);

		for (size_t k = 0; folder && k < folder->nr; k++)
			if (!folder->children[k].file) {
				say_filter(page, &folder->children[k], !any);
				any = true;
			}
	}
	if (any)
		end_line(page, 6, "filters");
}

static void tell_stats(struct page *page, const struct dt_damon_node *scheme)
{
	uint64_t tried = 0, tried_bytes = 0, applied = 0, applied_bytes = 0, exceeds = 0;
	char first[32], second[32];

	if (!dt_damon_node_u64(scheme, &tried, "stats/nr_tried"))
		return;
	(void)dt_damon_node_u64(scheme, &tried_bytes, "stats/sz_tried");
	(void)dt_damon_node_u64(scheme, &applied, "stats/nr_applied");
	(void)dt_damon_node_u64(scheme, &applied_bytes, "stats/sz_applied");
	(void)dt_damon_node_u64(scheme, &exceeds, "stats/qt_exceeds");
	say(page,
	    "tried %" PRIu64 " regions, %s; applied to %" PRIu64 ", %s; quota too small %" PRIu64
	    " times",
	    tried, bytes(first, tried_bytes), applied, bytes(second, applied_bytes), exceeds);
	end_line(page, 6, "done");
}

static void say_dests(struct page *page, const struct dt_damon_node *scheme)
{
	const struct dt_damon_node *dests = dt_damon_node_find(scheme, "dests");
	bool any = false;

	for (size_t i = 0; dests && i < dests->nr; i++)
		if (!dests->children[i].file) {
			say(page, "%s node %s (weight %s)", any ? "," : " to",
			    dt_damon_node_text(&dests->children[i], "id"),
			    dt_damon_node_text(&dests->children[i], "weight"));
			any = true;
		}
	if (!any && dt_damon_node_text(scheme, "target_nid"))
		say(page, " to node %s", dt_damon_node_text(scheme, "target_nid"));
}

static void tell_scheme(struct page *page, const struct dt_damon_node *scheme, uint64_t samples)
{
	const struct dt_damon_node *goals = dt_damon_node_find(scheme, "quotas/goals");
	const char *action = dt_damon_node_text(scheme, "action");
	uint64_t interval = 0;
	char name[32], text[32];

	say(page, "%s", action ? action : "?");
	if (action && !strncmp(action, "migrate_", 8))
		say_dests(page, scheme);
	if (dt_damon_node_u64(scheme, &interval, "apply_interval_us") && interval)
		say(page, ", each %s", duration(text, interval));
	else
		say(page, ", each aggregation");
	(void)snprintf(name, sizeof(name), "scheme %.20s", scheme->name);
	end_line(page, 4, name);
	tell_pattern(page, scheme, samples);
	tell_filters(page, scheme);
	tell_quota(page, scheme);
	for (size_t i = 0; goals && i < goals->nr; i++)
		if (!goals->children[i].file)
			tell_goal(page, &goals->children[i]);
	tell_stats(page, scheme);
}

/* ---- a context ---- */

static void tell_intervals(struct page *page, const struct dt_damon_node *context,
			   uint64_t *samples)
{
	uint64_t sample = 0, aggr = 0, update = 0, aggrs = 0;
	char text[32];

	(void)dt_damon_node_u64(context, &sample, "monitoring_attrs/intervals/sample_us");
	(void)dt_damon_node_u64(context, &aggr, "monitoring_attrs/intervals/aggr_us");
	(void)dt_damon_node_u64(context, &update, "monitoring_attrs/intervals/update_us");
	(void)dt_damon_node_u64(context, &aggrs, "monitoring_attrs/intervals/intervals_goal/aggrs");
	*samples = sample ? aggr / sample : 0;
	say(page, "sample %s,", duration(text, sample));
	say(page, " aggregate %s,", duration(text, aggr));
	say(page, " update %s", duration(text, update));
	if (aggrs)
		say(page, "; tuned by the kernel, as of its last update here");
	end_line(page, 4, "intervals");
}

static void tell_target(struct page *page, const struct dt_damon_node *target)
{
	const struct dt_damon_node *regions = dt_damon_node_find(target, "regions");
	uint64_t pid = 0, total = 0, start, end;
	size_t nr = 0;
	char name[32], text[32];

	for (size_t i = 0; regions && i < regions->nr; i++)
		if (!regions->children[i].file &&
		    dt_damon_node_u64(&regions->children[i], &start, "start") &&
		    dt_damon_node_u64(&regions->children[i], &end, "end") && end > start) {
			total += end - start;
			nr++;
		}
	if (dt_damon_node_u64(target, &pid, "pid_target") && pid)
		say(page, "process %" PRIu64 ", ", pid);
	if (nr)
		say(page, "%zu address range%s, %s", nr, nr == 1 ? "" : "s", bytes(text, total));
	else
		say(page, "%s", pid ? "all of its memory" : "no address ranges");
	(void)snprintf(name, sizeof(name), "target %.20s", target->name);
	end_line(page, 4, name);
}

static void each_directory(struct page *page, const struct dt_damon_node *folder,
			   void (*tell)(struct page *, const struct dt_damon_node *))
{
	for (size_t i = 0; folder && i < folder->nr; i++)
		if (!folder->children[i].file)
			tell(page, &folder->children[i]);
}

static void tell_context(struct page *page, const struct dt_damon_node *context)
{
	const struct dt_damon_node *schemes = dt_damon_node_find(context, "schemes");
	const char *operations = dt_damon_node_text(context, "operations");
	const char *pause = dt_damon_node_text(context, "pause");
	uint64_t low = 0, high = 0, samples;
	char name[32];

	say(page, "%s, %s%s", operations ? operations : "?",
	    dt_sampling_is_used(context) ? "hardware samples" : "accessed bit",
	    pause && *pause == 'Y' ? ", paused" : "");
	(void)snprintf(name, sizeof(name), "context %.20s", context->name);
	end_line(page, 2, name);
	tell_intervals(page, context, &samples);
	(void)dt_damon_node_u64(context, &low, "monitoring_attrs/nr_regions/min");
	(void)dt_damon_node_u64(context, &high, "monitoring_attrs/nr_regions/max");
	say(page, "%" PRIu64 " to %" PRIu64, low, high);
	end_line(page, 4, "regions");
	each_directory(page, dt_damon_node_find(context, "targets"), tell_target);
	for (size_t i = 0; schemes && i < schemes->nr; i++)
		if (!schemes->children[i].file)
			tell_scheme(page, &schemes->children[i], samples);
}

/* ---- all ---- */

static void tell_kdamond(struct page *page, const struct dt_damon_node *kdamond)
{
	const char *state = dt_damon_node_text(kdamond, "state");
	const bool on = state && !strcmp(state, "on");
	uint64_t refresh = 0;
	char text[32];

	(void)fprintf(page->out, "kdamond %s: %s", kdamond->name, state ? state : "?");
	if (on)
		(void)fprintf(page->out, ", pid %s", dt_damon_node_text(kdamond, "pid"));
	if (on && dt_damon_is_ours(page->status, kdamond))
		(void)fputs(", started by damon-trace setup", page->out);
	(void)fputc('\n', page->out);
	if (on && dt_damon_node_u64(kdamond, &refresh, "refresh_ms") && refresh)
		say(page, "the kernel renews them each %s", duration(text, refresh * 1000));
	else if (on && dt_damon_is_ours(page->status, kdamond))
		say(page, "as of the last update; --update asks for a newer one");
	else if (on)
		say(page, "as of the last update by who started it");
	if (on)
		end_line(page, 2, "figures");
	each_directory(page, dt_damon_node_find(kdamond, "contexts"), tell_context);
}

static void tell_modules(const struct page *page)
{
	const struct dt_damon_node *modules = page->status->modules;

	for (size_t i = 0; modules && i < modules->nr; i++) {
		const char *enabled = dt_damon_node_text(&modules->children[i], "enabled");

		if (enabled && (*enabled == 'Y' || *enabled == '1'))
			(void)fprintf(
				page->out,
				"The kernel's own %s runs, and may keep others out (EBUSY).\n",
				modules->children[i].name);
	}
}

/* "(*) Why the value is missing: what to do", folded. */
static void tell_unheard(struct page *page)
{
	const struct dt_damon_status *status = page->status;

	say(page, "only the goal's events tell this value: %s",
	    status->unheard ? status->unheard : "nobody listened to them");
	if (status->remedy)
		say(page, " (%s)", status->remedy);
	end_line(page, 0, "(*)");
}

void dt_damon_status_text(FILE *out, const struct dt_damon_status *status)
{
	struct page page = {.out = out, .status = status};
	size_t nr = 0;

	for (size_t i = 0; status->tree && i < status->tree->nr; i++)
		if (!status->tree->children[i].file) {
			tell_kdamond(&page, &status->tree->children[i]);
			nr++;
		}
	if (!nr)
		(void)fputs("no kdamonds\n", out);
	tell_modules(&page);
	if (page.unknown_goals)
		tell_unheard(&page);
}
