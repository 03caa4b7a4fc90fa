/* SPDX-License-Identifier: GPL-2.0-only */
/* The option table of `damon-trace report`: the parser, the help and the defaults in one place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

/* Default resolution of JSON, CSV and pictures, whatever the terminal is. */
#define DEFAULT_TIME_CELLS    256
#define DEFAULT_ADDRESS_CELLS 256
#define MOST_CELLS	      8192
/* All cells of one map: 32 MiB of numerators and denominators. */
#define MOST_CELLS_ALL (2u << 20)
/* Memory for the cells of all maps together, and most maps. */
#define MAPS_BYTES (32u << 20)
#define MOST_MAPS  64

bool dt_report_wants_regions(const struct dt_report_options *options)
{
	const struct dt_view *view = &options->view;

	return (options->plot || options->csv) && (view->wss || view->regions);
}

bool dt_report_wants_heatmap(const struct dt_report_options *options)
{
	const struct dt_view *view = &options->view;

	if (options->heatmap || view->goals_asked || view->sections_asked || view->folded ||
	    dt_report_wants_regions(options))
		return options->heatmap;
	return options->plot || options->csv || (!view->wss && !view->regions && !view->schemes);
}

void dt_report_options_init(struct dt_report_options *options)
{
	*options = (struct dt_report_options){.command = "report"};
	options->view.time_cells = DEFAULT_TIME_CELLS;
	options->view.address_cells = DEFAULT_ADDRESS_CELLS;
	options->view.node = -1;
	options->view.addresses = options->addresses;
	options->view.streams = options->streams;
	options->view.nodes = options->nodes;
	options->view.pids = options->pids;
}

void dt_report_options_all_views(struct dt_report_options *options)
{
	options->heatmap = true;
	options->view.wss = true;
	options->view.regions = true;
	options->view.goals_asked = true;
	options->view.schemes = true;
	options->view.sample_facts = true;
	options->view.tiers = true;
	options->view.agreement = true;
	options->view.sparsity = true;
	options->view.cost = true;
	options->view.by = (1u << DT_NR_BY) - 1;
	options->view.latency_map = true;
}

int dt_report_choose(const char *text, const char *const *words, unsigned *index,
		     struct dt_error *error)
{
	const char *nearest = dt_nearest(text, words);
	char list[160] = "", hint[80];
	size_t length = 0;

	for (unsigned i = 0; words[i]; i++) {
		if (!strcmp(text, words[i])) {
			*index = i;
			return 0;
		}
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
					   i ? ", " : "", words[i]);
	}
	(void)snprintf(hint, sizeof(hint), "did you mean %s?", nearest ? nearest : words[0]);
	return dt_fail(error, EINVAL, nearest ? hint : NULL, "\"%s\" is none of: %s", text, list);
}

DT_OPTION_FLAG(set_heatmap, struct dt_report_options, heatmap);
DT_OPTION_FLAG(set_wss, struct dt_report_options, view.wss);
DT_OPTION_FLAG(set_regions, struct dt_report_options, view.regions);
DT_OPTION_FLAG(set_goals, struct dt_report_options, view.goals_asked);

/* "300", "300bp" or "3%": above 0, up to the whole, in bp. */
static int parse_share(const char *text, double *bp, struct dt_error *error)
{
	const size_t digits = strspn(text, "0123456789.");
	const char *unit = text + digits;
	char *end;

	*bp = strtod(text, &end);
	if (!digits || end != unit || (strcmp(unit, "%") && strcmp(unit, "bp") && *unit))
		return dt_fail(error, EINVAL, NULL,
			       "\"%s\" is no share: bp (1/10000), or percent: 300, 3%%", text);
	*bp *= *unit == '%' ? 100 : 1;
	if (!(*bp > 0 && *bp <= DT_GOAL_WHOLE))
		return dt_fail(error, EINVAL, NULL, "\"%s\": above 0, up to 10000 bp", text);
	return 0;
}

static int set_band(void *target, const char *text, struct dt_error *error)
{
	return parse_share(text, &((struct dt_report_options *)target)->view.band_bp, error);
}

static int set_drift_limit(void *target, const char *text, struct dt_error *error)
{
	return parse_share(text, &((struct dt_report_options *)target)->view.drift_limit, error);
}

static int set_window(void *target, const char *text, struct dt_error *error)
{
	struct dt_view *view = &((struct dt_report_options *)target)->view;

	if (dt_parse_duration(text, 1000000000ull, &view->window_ns, error))
		return -EINVAL;
	if (!view->window_ns)
		return dt_fail(error, EINVAL, NULL, "\"%s\": a window has a length", text);
	return 0;
}

DT_OPTION_FLAG(set_schemes, struct dt_report_options, view.schemes);

/* Views whose results are sections. */
#define SECTION_VIEW(function, flag)                                                \
	static int function(void *target, const char *text, struct dt_error *error) \
	{                                                                           \
		struct dt_view *view = &((struct dt_report_options *)target)->view; \
                                                                                    \
		(void)text;                                                         \
		(void)error;                                                        \
		view->flag = view->sections_asked = true;                           \
		return 0;                                                           \
	}                                                                           \
	struct dt_error /* takes the semicolon */

SECTION_VIEW(set_samples, sample_facts);
SECTION_VIEW(set_tiers, tiers);
SECTION_VIEW(set_agreement, agreement);
SECTION_VIEW(set_sparsity, sparsity);
SECTION_VIEW(set_cost, cost);

static int set_source(void *target, const char *text, struct dt_error *error)
{
	static const char *const words[] = {"damon", "samples", "both", NULL};
	struct dt_report_options *options = target;
	unsigned index;

	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	options->has_source = true;
	options->view.damon = index != 1;
	options->view.samples = index != 0;
	return 0;
}

static int set_resolution(void *target, const char *text, struct dt_error *error)
{
	struct dt_report_options *options = target;
	char time[32], address[32];
	uint64_t time_cells, address_cells;

	if (dt_split(text, 'x', time, address, sizeof(time), error) ||
	    dt_parse_number(time, &time_cells, error) ||
	    dt_parse_number(address, &address_cells, error))
		return dt_fail(error, EINVAL, NULL,
			       "\"%s\" is no resolution: time cells x address cells, like 200x64",
			       text);
	if (!time_cells || !address_cells || time_cells > MOST_CELLS ||
	    address_cells > MOST_CELLS || time_cells * address_cells > MOST_CELLS_ALL)
		return dt_fail(error, EINVAL, NULL, "\"%s\": 1 to %d cells each way, %u in all",
			       text, MOST_CELLS, MOST_CELLS_ALL);
	options->view.time_cells = (uint32_t)time_cells;
	options->view.address_cells = (uint32_t)address_cells;
	options->has_resolution = true;
	return 0;
}

/* One end of --time; an empty one is the recording's own. */
static int time_end(const char *text, bool *absolute, uint64_t *ns, struct dt_error *error)
{
	*absolute = text[0] == '@';
	if (!*text)
		return 0;
	return dt_parse_duration(text + *absolute, 1000000000ull, ns, error);
}

static int set_time(void *target, const char *text, struct dt_error *error)
{
	struct dt_view *view = &((struct dt_report_options *)target)->view;
	char from[40], to[40];
	bool from_absolute, to_absolute;

	view->has_time = true;
	view->from_ns = 0;
	view->to_ns = UINT64_MAX;
	if (dt_split(text, ',', from, to, sizeof(from), error) ||
	    time_end(from, &from_absolute, &view->from_ns, error) ||
	    time_end(to, &to_absolute, &view->to_ns, error))
		return -EINVAL;
	if (*from && *to && from_absolute != to_absolute)
		return dt_fail(error, EINVAL, NULL,
			       "\"%s\": both ends with @ (the recording's clock) or none (from the "
			       "first event)",
			       text);
	view->time_relative = !from_absolute && !to_absolute;
	if (view->from_ns >= view->to_ns)
		return dt_fail(error, EINVAL, NULL, "\"%s\": the end is not behind the start",
			       text);
	return 0;
}

/* "LO,HI" or "LO-HI" in bytes. */
static int parse_range(const char *text, char separator, struct dt_range *range,
		       struct dt_error *error)
{
	char low[40], high[40];

	if (dt_split(text, separator, low, high, sizeof(low), error) ||
	    dt_parse_bytes(low, &range->start, error) || dt_parse_bytes(high, &range->end, error))
		return -EINVAL;
	if (range->start >= range->end)
		return dt_fail(error, EINVAL, NULL, "\"%s\": the end is not above the start", text);
	return 0;
}

static int too_many(struct dt_error *error)
{
	return dt_fail(error, EINVAL, NULL, "given more than %d times", DT_REPEAT_MAX);
}

static int set_address(void *target, const char *text, struct dt_error *error)
{
	struct dt_report_options *options = target;
	struct dt_range *range = &options->addresses[options->view.nr_addresses];

	if (options->view.nr_addresses == DT_REPEAT_MAX)
		return too_many(error);
	if (parse_range(text, ',', range, error))
		return -EINVAL;
	options->view.nr_addresses++;
	return 0;
}

/* One "key=value" of --stream. */
static int stream_part(struct dt_stream_filter *filter, const char *text, struct dt_error *error)
{
	static const char *const words[] = {"kdamond", "context", "target", NULL};
	char key[32], value[40];
	unsigned index;
	uint64_t number;

	if (dt_split(text, '=', key, value, sizeof(key), error) ||
	    dt_report_choose(key, words, &index, error) || dt_parse_number(value, &number, error))
		return -EINVAL;
	if (index == 2) {
		filter->has_target = true;
		filter->target = number;
		return 0;
	}
	if (number > INT32_MAX)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is too large", value);
	if (index == 0) {
		filter->has_kdamond = true;
		filter->kdamond = (int32_t)number;
	} else {
		filter->has_context = true;
		filter->context = (uint32_t)number;
	}
	return 0;
}

/* Call part() for every piece of a list with commas. */
static int for_each_part(void *target, const char *text,
			 int (*part)(void *target, const char *text, struct dt_error *error),
			 struct dt_error *error)
{
	char piece[96];

	for (;;) {
		size_t length = strcspn(text, ",");

		if (!length || length >= sizeof(piece))
			return dt_fail(error, EINVAL, NULL, "\"%s\" is no list", text);
		memcpy(piece, text, length);
		piece[length] = '\0';
		if (part(target, piece, error))
			return -EINVAL;
		if (!text[length])
			return 0;
		text += length + 1;
	}
}

static int any_stream_part(void *target, const char *text, struct dt_error *error)
{
	return stream_part(target, text, error);
}

static int set_stream(void *target, const char *text, struct dt_error *error)
{
	struct dt_report_options *options = target;

	if (options->view.nr_streams == DT_REPEAT_MAX)
		return too_many(error);
	return for_each_part(&options->streams[options->view.nr_streams++], text, any_stream_part,
			     error);
}

static int set_intervals(void *target, const char *text, struct dt_error *error)
{
	struct dt_view *view = &((struct dt_report_options *)target)->view;
	char sample[40], aggregation[40];

	/* a bare number is in us, as in DAMON's sysfs */
	if (dt_split(text, ',', sample, aggregation, sizeof(sample), error) ||
	    dt_parse_duration(sample, 1000, &view->sample_ns, error) ||
	    dt_parse_duration(aggregation, 1000, &view->aggr_ns, error))
		return -EINVAL;
	if (!view->sample_ns || view->aggr_ns < view->sample_ns)
		return dt_fail(error, EINVAL, NULL,
			       "\"%s\": sampling interval, then aggregation interval, not shorter",
			       text);
	return 0;
}

/* "0=LO-HI"; HI is the last byte where it looks like one, as in /proc/iomem. */
static int add_node(void *target, const char *text, struct dt_error *error)
{
	struct dt_report_options *options = target;
	struct dt_node_range *node = &options->nodes[options->view.nr_nodes];
	char number[32], range_text[80];
	struct dt_range range;
	uint64_t value;

	if (options->view.nr_nodes == DT_REPEAT_MAX)
		return too_many(error);
	if (dt_split(text, '=', number, range_text, sizeof(number), error) ||
	    dt_parse_number(number, &value, error) || parse_range(range_text, '-', &range, error))
		return -EINVAL;
	if (value > INT32_MAX)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is no node", number);
	if ((range.end & 0xfff) == 0xfff && range.end != UINT64_MAX)
		range.end++;
	*node = (struct dt_node_range){
		.node = (int32_t)value, .start = range.start, .end = range.end};
	(void)snprintf(node->label, sizeof(node->label), "node %d", node->node);
	options->view.nr_nodes++;
	return 0;
}

static int set_nodes(void *target, const char *text, struct dt_error *error)
{
	return for_each_part(target, text, add_node, error);
}

static int set_iomem(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_report_options *)target)->iomem = text;
	return 0;
}

static int set_node(void *target, const char *text, struct dt_error *error)
{
	uint64_t value;

	if (dt_parse_number(text, &value, error))
		return -EINVAL;
	if (value > INT32_MAX)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is no node", text);
	((struct dt_report_options *)target)->view.node = (int32_t)value;
	return 0;
}

static int set_pid(void *target, const char *text, struct dt_error *error)
{
	struct dt_report_options *options = target;
	uint64_t value;

	if (options->view.nr_pids == DT_REPEAT_MAX)
		return too_many(error);
	if (dt_parse_number(text, &value, error))
		return -EINVAL;
	if (value > INT32_MAX)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is no process id", text);
	options->pids[options->view.nr_pids++] = (int32_t)value;
	return 0;
}

DT_OPTION_FLAG(set_phys, struct dt_report_options, view.phys);

static int set_weight(void *target, const char *text, struct dt_error *error)
{
	static const char *const words[] = {"count", "period", "latency", NULL};
	unsigned index;

	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	((struct dt_report_options *)target)->view.weight = (enum dt_weight)index;
	return 0;
}

static int set_scale(void *target, const char *text, struct dt_error *error)
{
	static const char *const words[] = {"linear", "log", NULL};
	unsigned index;

	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	((struct dt_report_options *)target)->style.scale = (enum dt_scale)index;
	return 0;
}

static int set_palette(void *target, const char *text, struct dt_error *error)
{
	static const char *const words[] = {"viridis", "cividis", "inferno", "gray", NULL};
	unsigned index;

	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	((struct dt_report_options *)target)->style.palette = (enum dt_palette)index;
	return 0;
}

static int set_color(void *target, const char *text, struct dt_error *error)
{
	static const char *const words[] = {"auto", "always",	 "never", "16",
					    "256",  "truecolor", NULL};
	unsigned index;

	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	((struct dt_report_options *)target)->color = (enum dt_color_choice)index;
	return 0;
}

DT_OPTION_FLAG(set_json, struct dt_report_options, json);
DT_OPTION_FLAG(set_csv, struct dt_report_options, csv);
DT_OPTION_FLAG(set_ascii, struct dt_report_options, ascii);

static int set_plot(void *target, const char *text, struct dt_error *error)
{
	static const char *const endings[] = {".png", ".svg", ".pdf", ".gp"};
	const char *dot = strrchr(text, '.');

	for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++)
		if (!strcmp(dot, endings[i])) {
			((struct dt_report_options *)target)->plot = text;
			return 0;
		}
	return dt_fail(error, EINVAL, NULL, "\"%s\" does not end in .png, .svg, .pdf or .gp", text);
}

static int set_output(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_report_options *)target)->output = strcmp(text, "-") != 0 ? text : NULL;
	return 0;
}

const struct dt_option dt_report_option_table[] = {
	{"heatmap", 0, NULL, "view: where and when memory was hot, time x address", set_heatmap},
	{"schemes", 0, NULL,
	 "view: what each scheme tried and applied, its effective quota, and where; with --heatmap "
	 "also marked in the map",
	 set_schemes},
	{"wss", 0, NULL, "view: the working set over time, bytes of the regions that were accessed",
	 set_wss},
	{"regions", 0, NULL,
	 "view: number, sizes, ages and access rates of the regions; the bandwidth and idle times "
	 "that DAMON_STAT would estimate",
	 set_regions},
	{"goals", 0, NULL, "view: did the quota goals converge, and if not, why", set_goals},
	{"samples", 0, NULL,
	 "view: what the memory samples are worth: rates, usable share, accesses, latency, losses, "
	 "and whether DAMON's own ring would hold them",
	 set_samples},
	{"tiers", 0, NULL,
	 "view: where the samples' data came from, by tier and node; with --goals the shares are "
	 "drawn over the goals",
	 set_tiers},
	{"agreement", 0, NULL,
	 "view: does DAMON see the heat where the samples are: scores beside what the samples' own "
	 "halves reach, regions that disagree, lag",
	 set_agreement},
	{"sparsity", 0, NULL,
	 "view: how many pages of each 2 MiB block were sampled; which blocks are mostly unused",
	 set_sparsity},
	{"cost", 0, NULL,
	 "view: what monitoring costs, by function of DAMON's and over time (of record --cost)",
	 set_cost},
	{"by", 0, "WHO",
	 "view: who accessed the memory: pid, comm, cgroup, mapping (that holds the address) or "
	 "symbol (of the code); repeatable",
	 dt_report_set_by},
	{"latency", 0, NULL, "view: how long the samples' accesses took, time x latency",
	 dt_report_set_latency},
	{"folded", 0, NULL,
	 "view: call chains (perf record -g) as folded stacks for flame graph tools; --weight "
	 "counts them by samples, accesses or cycles",
	 dt_report_set_folded},
	{"source", 0, "SOURCE",
	 "damon (regions), samples (memory samples) or both; default: what the input has",
	 set_source},
	{"resolution", 0, "TxA",
	 "at most that many time and address cells; default 256x256, in the terminal what fits",
	 set_resolution},
	{"time", 0, "FROM,TO",
	 "only this time, in seconds from the first event, or with @ on the recording's own clock: "
	 "5,10 or @33.2,@58.4; an empty end is the recording's",
	 set_time},
	{"address", 0, "LO,HI", "only these addresses (0x1000, 64M, 4G); repeatable", set_address},
	{"stream", 0, "KEY=N,...",
	 "only this stream of DAMON's: kdamond=PID, context=N, target=N, any of them; repeatable",
	 set_stream},
	{"intervals", 0, "SAMPLE,AGGR",
	 "DAMON's sampling and aggregation interval (5ms,100ms; bare numbers are us), for rates "
	 "instead of counts",
	 set_intervals},
	{"nodes", 0, "N=LO-HI,...", "the NUMA nodes' physical ranges, to be drawn", set_nodes},
	{"iomem", 0, "FILE", "a copy of the machine's /proc/iomem, instead of --nodes", set_iomem},
	{"node", 0, "N", "only this node's addresses (needs --nodes)", set_node},
	{"pid", 0, "PID", "only this process's samples; repeatable", set_pid},
	{"tier", 0, "TIER",
	 "--by, --latency, --folded: only samples served from there: l1, lfb, l2, l3, peer_cache, "
	 "local_dram, "
	 "remote_dram, cxl, pmem, io or unknown; repeatable",
	 dt_report_set_tier},
	{"phys", 0, NULL, "use the samples' physical addresses", set_phys},
	{"weight", 0, "WHAT",
	 "samples by count (default), period (estimated accesses) or latency (mean)", set_weight},
	{"band", 0, "BP",
	 "goals: so near to the target is at it (300, 3%); default: what one quota window moves, "
	 "200 to 500 bp",
	 set_band},
	{"window", 0, "TIME", "goals: means over this time; default 10 evaluations", set_window},
	{"drift-limit", 0, "BP", "goals: what is slower is no drift, bp an hour; default 50",
	 set_drift_limit},
	{"scale", 0, "SCALE", "colours by linear (default) or log scale", set_scale},
	{"palette", 0, "NAME", "viridis (default), cividis, inferno, gray", set_palette},
	{"json", 0, NULL, "everything as one JSON object", set_json},
	{"csv", 0, NULL,
	 "the cells (--goals: steps and evaluations; --wss, --regions: each number) as CSV, a row "
	 "each",
	 set_csv},
	{"plot", 0, "FILE", "a picture: .png, .svg, .pdf, or .gp for a gnuplot script", set_plot},
	{"ascii", 0, NULL, "a picture for plain-text mail: 72 columns, no escapes", set_ascii},
	{"output", 'o', "FILE", "write there instead of to stdout", set_output},
	{"color", 0, "WHEN", "auto (default), always, never, 16, 256, truecolor", set_color},
	{NULL, 0, NULL, NULL, NULL},
};

static int by_start(const void *a, const void *b)
{
	const struct dt_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

int dt_report_select_node(struct dt_report_options *options, struct dt_error *error)
{
	bool known = false;

	if (options->view.node < 0 || options->node_selected)
		return DT_EXIT_OK;
	if (options->view.nr_addresses) {
		(void)dt_fail(error, EINVAL, NULL, "--node and --address exclude each other");
		return DT_EXIT_USAGE;
	}
	for (size_t i = 0; i < options->view.nr_nodes; i++) {
		if (options->nodes[i].node != options->view.node)
			continue;
		known = true;
		options->addresses[options->view.nr_addresses++] =
			(struct dt_range){options->nodes[i].start, options->nodes[i].end};
	}
	options->node_selected = known;
	if (known)
		return DT_EXIT_OK;
	(void)dt_fail(error, EINVAL, "give the nodes' ranges with --nodes 0=LO-HI,1=LO-HI",
		      "--node %d: nothing says where that node's memory is", options->view.node);
	return DT_EXIT_USAGE;
}

/* How many maps of that size may be held at once; at least one. */
static uint32_t limit_maps(size_t bytes)
{
	const size_t maps = MAPS_BYTES / bytes;

	return maps > MOST_MAPS ? MOST_MAPS : maps ? (uint32_t)maps : 1;
}

/* Views asked for that a picture or a table of its own shows. */
static unsigned count_pictured(const struct dt_report_options *options)
{
	const struct dt_view *view = &options->view;
	/* the picture of goals has the shares of tiers in it */
	const bool in_goals =
		options->plot && view->goals_asked && view->tiers && !view->sample_facts;

	return (unsigned)options->heatmap + view->goals_asked +
	       (view->sections_asked && !in_goals) + dt_report_wants_regions(options);
}

int dt_report_options_settle(struct dt_report_options *options, struct dt_error *error)
{
	struct dt_view *view = &options->view;
	size_t bytes;
	int ret;

	if (options->iomem &&
	    dt_iomem_read(options->iomem, options->nodes, &view->nr_nodes, DT_REPEAT_MAX, error))
		return DT_EXIT_FAILED;
	/* without nodes given, the recording may have them */
	if (view->nr_nodes || view->nr_addresses) {
		ret = dt_report_select_node(options, error);
		if (ret)
			return ret;
	}
	if ((options->csv || options->plot) && count_pictured(options) > 1) {
		(void)dt_fail(
			error, EINVAL, NULL,
			"%s takes one view, and %u were asked for (--wss and --regions are one)",
			options->csv ? "--csv" : "--plot", count_pictured(options));
		return DT_EXIT_USAGE;
	}
	ret = dt_report_who_settle(options, error);
	if (ret)
		return ret;
	qsort(options->addresses, view->nr_addresses, sizeof(options->addresses[0]), by_start);
	for (size_t i = 1; i < view->nr_addresses; i++)
		if (options->addresses[i].start < options->addresses[i - 1].end) {
			(void)dt_fail(error, EINVAL, NULL, "--address: two ranges overlap");
			return DT_EXIT_USAGE;
		}
	/* regions need a denominator beside each value; samples only for a mean */
	bytes = (size_t)view->time_cells * view->address_cells * sizeof(double);
	view->max_stream_maps = limit_maps(bytes * 2);
	view->max_sample_maps = limit_maps(view->weight == DT_WEIGHT_LATENCY ? bytes * 2 : bytes);
	return DT_EXIT_OK;
}
