/* SPDX-License-Identifier: GPL-2.0-only */
/* trace-cmd report, the tracefs file, perf mem report -D, perf report -D. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/text_check.h"

#define HEAD	   "cpus=2\n"
#define WHO	   "       kdamond.0-121   [001]    12.000345: "
#define AT	   "time=12000345000 kdamond=121 "
#define REGION	   "target_id=0 nr_regions=2 4096-8192: 3 7"
#define REGION_ROW "target=0 nr=2 start=4096 end=8192 accesses=3 age=7 probes="

static const struct text_case traces[] = {
	{"the first print form of regions, of Linux 5.15: a pointer, no age",
	 HEAD WHO "damon_aggregated: target_id=18446612682070689408 nr_regions=2 4096-8192: 3\n",
	 "region " AT "event=0 target=18446612682070689408 nr=2 start=4096 end=8192 accesses=3 "
	 "age=4294967295 probes=\n",
	 0},
	{"regions with age", HEAD WHO "damon_aggregated:     " REGION "\n",
	 "region " AT "event=0 " REGION_ROW "\n", 0},
	{"regions with hits of probes",
	 HEAD WHO "damon_region_aggregated: " REGION " probe_hits=13 00\n" WHO
		  "damon_aggregated_v2: " REGION " probe_hits=0a\n" WHO
		  "damon_region_aggregated: " REGION " probe_hits=\n",
	 "region " AT "event=1 " REGION_ROW "1300\nregion " AT "event=1 " REGION_ROW
	 "0a\nregion " AT "event=1 " REGION_ROW "\n",
	 0},
	{"fields by name, as trace-cmd report -R prints them",
	 HEAD WHO "damon_aggregated: target_id=0 nr_regions=2 start=4096 end=8192 nr_accesses=3 "
		  "age=7\n",
	 "region " AT "event=0 " REGION_ROW "\n", 0},
	{"schemes",
	 HEAD WHO "damos_before_apply: ctx_idx=0 scheme_idx=1 target_idx=2 nr_regions=9 "
		  "4096-8192: 3 7\n" WHO "damos_esz: ctx_idx=0 scheme_idx=1 esz=536870912\n",
	 "apply " AT "context=0 scheme=1 target=2 nr=9 start=4096 end=8192 accesses=3 age=7\n"
	 "esz " AT "context=0 scheme=1 536870912\n",
	 0},
	{"statistics, and those of Linux 7.0, which prints one name twice",
	 HEAD WHO
	 "damos_stat_after_apply_interval: ctx_idx=0 scheme_idx=1 nr_tried=1 sz_tried=2 "
	 "nr_applied=3 sz_applied=4 sz_ops_filter_passed=5 qt_exceeds=6 nr_snapshots=7\n" WHO
	 "damos_stat_after_apply_interval: ctx_idx=0 scheme_idx=1 nr_tried=1 sz_tried=2 "
	 "nr_applied=3 sz_tried=4 sz_ops_filter_passed=5 qt_exceeds=6 nr_snapshots=7\n",
	 "stat " AT "context=0 scheme=1 1 2 3 4 5 6 7\nstat " AT
	 "context=0 scheme=1 1 2 3 4 5 6 7\n",
	 0},
	{"intervals and a full ring",
	 HEAD WHO "damon_monitor_intervals_tune: sample_us=5000\n" WHO
		  "damon_perf_ring_overflow: cpu=3\n",
	 "intervals " AT "5000\noverflow " AT "cpu=3\n", 0},
	{"the goal of the tracepoint",
	 HEAD WHO "damos_node_eligible_mem_bp: ctx_idx=0 scheme_idx=1 nid=1 target_value=3000 "
		  "current_value=2950\n",
	 "goal " AT "context=0 scheme=1 nid=1 3000 2950 metric=4294967295 "
	 "score=18446744073709551615\n",
	 0},
	{"two goals of a dynamic event, the scheme found by its address",
	 HEAD WHO "damos_node_eligible_mem_bp: (ffffffff84396da0 <- ffffffff843973a1) nid=0 "
		  "target_value=6000 current_value=218 metric=8 score=363 scheme=0xff00 nid1=1 "
		  "target_value1=4000 current_value1=9782 metric1=8 nid2=0 target_value2=1 "
		  "current_value2=2 metric2=3 goal=0xff10 goal1=0xff20 goal2=0xff99 goals=0xff99 "
		  "node=0xff77 scheme0=0xff55 scheme1=0xff77 scheme2=0xff66\n",
	 "goal " AT "context=0 scheme=1 nid=0 6000 218 metric=8 score=363\n"
	 "goal " AT "context=0 scheme=1 nid=1 4000 9782 metric=8 score=363\n",
	 0},
	{"one goal of a probe made by hand, with the names of functions",
	 HEAD WHO "damos_node_eligible_mem_bp: (damos_adjust+0x1/0x2 <- damos_quota_score) nid=-1 "
		  "target_value=6000 current_value=218 metric=8 score=363\n",
	 "goal " AT "context=4294967295 scheme=4294967295 nid=-1 6000 218 metric=8 score=363\n", 0},
	{"the tracefs file: flags, a header, what the ring lost before",
	 "# tracer: nop\n#\n# entries-in-buffer/entries-written: 2/11   #P:2\n#\n"
	 "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
	 "#              | |         |   |||||     |         |\n"
	 "       kdamond.0-121     [001] d..1.    12.000345: damon_aggregated: " REGION "\n"
	 "           <...>-99      [000] .....    12.000346: sched_waking: comm=a pid=1\n",
	 "loss time=12000345000 cpu=-1 what=0 9\nregion " AT "event=0 " REGION_ROW "\n", 0},
	{"lost events, in the words of tracefs and of trace-cmd",
	 HEAD "CPU:1 [LOST 5 EVENTS]\n" WHO "damon_aggregated: " REGION "\n"
	      "CPU:0 [7 EVENTS DROPPED]\nCPU:0 [EVENTS DROPPED]\n"
	      "CPU 1 is empty\n" WHO "damos_esz: ctx_idx=0 scheme_idx=1 esz=1\n",
	 "loss time=12000345000 cpu=1 what=0 5\nregion " AT "event=0 " REGION_ROW "\n"
	 "loss time=12000345000 cpu=0 what=0 7\nloss time=12000345000 cpu=0 what=0 0\n"
	 "esz " AT "context=0 scheme=1 1\n",
	 0},
	{"the latency format, record-tgid, nanoseconds, a name of two buffers",
	 HEAD "kdamond.-121     1d..1.    12.000345678: damon_aggregated: " REGION "\n"
	      "       kdamond.0-121   (  120) [001]    12.000345678: damon_aggregated: " REGION "\n"
	      "mine:       kdamond.0-121   [001]    12.000345678: damon_aggregated: " REGION "\n",
	 "region time=12000345678 kdamond=121 event=0 " REGION_ROW "\n"
	 "region time=12000345678 kdamond=121 event=0 " REGION_ROW "\n"
	 "region time=12000345678 kdamond=121 event=0 " REGION_ROW "\n",
	 0},
	{"an event that lacks what it needs",
	 HEAD WHO "damon_aggregated: target_id=0 nr_regions=2 4096-: 3 7\n" WHO
		  "damos_esz: ctx_idx=0 scheme_idx=99999999999999999999 esz=1\n" WHO
		  "damon_aggregated: " REGION "\n",
	 "region " AT "event=0 " REGION_ROW "\n", 2},
};

static const struct text_case mems[] = {
	{"the fault of perf's format: three digits too many",
	 "# PID, TID, IP, ADDR, LOCAL WEIGHT, DSRC, SYMBOL\n"
	 "  70    77 0x000055d0c0ffee10 0x0167f00deadb000    47 0x68100142 /bin/a b:main\n"
	 "70 77 0x55d0c0ffee10 0x7f00deadb000 47 0x68100142 /bin/a b:main\n"
	 "70 77 0xffffffff81000123 0x016ffff888800001000 47 0x68100142 [k]:x\n"
	 "70 77 0x55d0c0ffee10 0x0160 47 0x68100142 /bin/a:main\n"
	 "70 77 0x55d0c0ffee10 0x16a000 47 0x68100142 /bin/a:main\n",
	 "sample event=samples pid=70 tid=77 ip=0x55d0c0ffee10 addr=0x7f00deadb000 weight=0x2f "
	 "data_src=0x68100142\n"
	 "sample event=samples pid=70 tid=77 ip=0x55d0c0ffee10 addr=0x7f00deadb000 weight=0x2f "
	 "data_src=0x68100142\n"
	 "sample event=samples pid=70 tid=77 ip=0xffffffff81000123 addr=0xffff888800001000 "
	 "weight=0x2f data_src=0x68100142\n"
	 "sample event=samples pid=70 tid=77 ip=0x55d0c0ffee10 addr=0 weight=0x2f "
	 "data_src=0x68100142\n"
	 "sample event=samples pid=70 tid=77 ip=0x55d0c0ffee10 addr=0x16a000 weight=0x2f "
	 "data_src=0x68100142\n",
	 0},
	{"separated by commas, with physical addresses and page sizes",
	 "# PID, TID, IP, ADDR, PHYS ADDR, DATA PAGE SIZE, LOCAL WEIGHT, DSRC, SYMBOL\n"
	 "70,77,0x55d0c0ffee10,0x7f00deadb000,0x0000000123456000,2M,47,0x68100142,/a:b,c\n"
	 "70,77,0x55d0c0ffee10,0x7f00deadb000,0x0,N/A,47,0x68100142,\n",
	 "sample event=samples pid=70 tid=77 ip=0x55d0c0ffee10 addr=0x7f00deadb000 "
	 "phys=0x123456000 weight=0x2f data_src=0x68100142 page=0x200000\n"
	 "sample event=samples pid=70 tid=77 ip=0x55d0c0ffee10 addr=0x7f00deadb000 "
	 "phys=0 weight=0x2f data_src=0x68100142 page=0\n",
	 0},
	{"separated by tabs, and a line that is none",
	 " # PID, TID, IP, ADDR, LOCAL WEIGHT, DSRC, SYMBOL\n"
	 "70\t77\t0x10\t0x20\t47\t0x68100142\ta:b\n70\t77\t0x10\tnone\t47\t0x1\ta:b\n",
	 "sample event=samples pid=70 tid=77 ip=0x10 addr=0x20 weight=0x2f data_src=0x68100142\n",
	 1},
};

static const struct text_case dumps[] = {
	{"a sample with all that a dump has",
	 "0x120 [0x40]: event: 1\n"
	 ".\n. ... raw event: size 64 bytes\n.  0000:  01 00 00 00 01 00 40 00              .....\n"
	 "\n1 12000345678 0x120 [0x50]: PERF_RECORD_SAMPLE(IP, 0x4002): 70/77: 0x55d0c0ffee10 "
	 "period: 100 addr: 0x7f00deadb000\n"
	 "... weight: 47,0x3c,0x2\n . data_src: 0x68100142\n .. phys_addr: 0x123456000\n"
	 " .. data page size: 4K\n ... thread: some name:77\n ...... dso: /bin/a\n\n"
	 "1 12000345700 0x170 [0x50]: PERF_RECORD_SAMPLE(IP, 0x1): 70/70: 0xffffffff81000123 "
	 "period: 100 addr: 0\n"
	 " ... thread: main:70\n",
	 "sample event=samples time=12000345678 pid=70 tid=77 cpu=1 ip=0x55d0c0ffee10 "
	 "addr=0x7f00deadb000 phys=0x123456000 period=0x64 weight=0x2f data_src=0x68100142 "
	 "page=0x1000 weight2=60 weight3=2\n"
	 "sample event=samples time=12000345700 pid=70 tid=70 cpu=1 ip=0xffffffff81000123 addr=0 "
	 "period=0x64\n",
	 0},
	{"times without CPUs, losses, throttling, a record that is damaged",
	 "12000345678 0x16fa0 [0x58]: PERF_RECORD_SAMPLE(IP, 0x4002): 70/77: 0x10 period: 15 addr: "
	 "0x20\n"
	 "12000345679 0x16fc0 [0x30]: PERF_RECORD_LOST: id:12: lost:117\n"
	 "12000345680 0x16fe0 [0x30]: PERF_RECORD_THROTTLE\n"
	 "12000345690 0x16ff0 [0x58]: PERF_RECORD_SAMPLE(IP, 0x4002): 70: none\n",
	 "sample event=samples time=12000345678 pid=70 tid=77 ip=0x10 addr=0x20 period=0xf\n"
	 "loss time=12000345679 cpu=-1 what=1 117\nloss time=12000345680 cpu=-1 what=2 0\n",
	 1},
};

static void test_traces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++)
		text_check(&traces[i], "trace text");
}

static void test_mems(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mems) / sizeof(mems[0]); i++)
		text_check(&mems[i], "perf mem report text");
}

static void test_dumps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++)
		text_check(&dumps[i], "perf report -D text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traces),
		cmocka_unit_test(test_mems),
		cmocka_unit_test(test_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
