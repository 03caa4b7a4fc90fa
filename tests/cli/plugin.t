#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The plugin as trace-cmd and perf load it. What they print of every form of the events is held
# against texts written by hand; what scripts parse, against what they print without it.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

plugins=$TEST_BUILD/plugins
plugin=$plugins/plugin_damon.so
gen=$TEST_BUILD/tests/tools
export HOME=$TMP/nobody
unset TRACEEVENT_PLUGIN_DIR DAMON_TRACE_PLUGIN

# ---- the file

same "alone in its directory" plugin_damon.so "$(ls -A "$plugins")"
# What perf 6.1 exports to plugins; libtraceevent has more, and so have other versions.
perf_6_1="tep_find_any_field tep_find_field tep_find_function tep_find_function_address
	tep_get_field_raw tep_get_field_val tep_get_long_size tep_is_file_bigendian
	tep_is_local_bigendian tep_plugin_add_options tep_plugin_remove_options tep_print_func_field
	tep_print_num_field tep_read_number tep_read_number_field tep_register_comm
	tep_register_event_handler tep_register_print_function tep_unregister_event_handler
	tep_unregister_print_function trace_seq_printf trace_seq_putc trace_seq_puts
	trace_seq_terminate"
# Those of the C library have a version behind an @.
nm -D --undefined-only "$plugin" | awk '$1 == "U" && !/@/ { print $2 }' | sort >"$TMP/needed"
# shellcheck disable=SC2086 # a list
printf '%s\n' $perf_6_1 | sort >"$TMP/exported"
if [ -s "$TMP/needed" ]; then
	same "no symbol but those that perf 6.1 exports" "" \
		"$(comm -23 "$TMP/needed" "$TMP/exported")"
else
	fail "no symbol but those that perf 6.1 exports" "nm shows no symbol at all"
fi
if ! have_peer perf; then
	skip_peer "this perf exports them" perf
elif nm -D --defined-only "$(command -v perf)" 2>/dev/null | grep -q ' tep_'; then
	nm -D --defined-only "$(command -v perf)" | awk '{ print $3 }' | sort >"$TMP/exported"
	same "this perf exports them" "" "$(comm -23 "$TMP/needed" "$TMP/exported")"
else
	skip "this perf exports them" "it has no libtraceevent of its own"
fi
same "nothing is exported but the loader and the unloader" \
	"tep_plugin_loader tep_plugin_unloader" \
	"$(nm -D --defined-only "$plugin" | awk '{ print $3 }' | sort | paste -sd ' ')"
same "the C library alone is linked" libc.so.6 \
	"$(readelf -d "$plugin" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | paste -sd ' ')"

# ---- where it is installed

# installs ARGUMENTS: the line of make that installs the plugin, without installing it.
installs() {
	make -n "$@" BUILD="$TEST_BUILD" 2>&1 | grep 'install .*plugin_damon' | awk '{ print $NF }'
}

same "make install-user: below ~/.local" "/d/home/me/.local/lib/traceevent/plugins/plugin_damon.so" \
	"$(installs install-user DESTDIR=/d HOME=/home/me)"
same "make install: a prefix of one's own" "/d/opt/x/lib/traceevent/plugins/plugin_damon.so" \
	"$(installs install DESTDIR=/d prefix=/opt/x)"
same "make install: plugindir" "/d/elsewhere/plugin_damon.so" \
	"$(installs install DESTDIR=/d plugindir=/elsewhere)"

if ! have_peer trace-cmd; then
	skip_peer "trace-cmd" trace-cmd
	done_testing
	exit
fi
system=$(trace-cmd list -P 2>/dev/null | sed -n 's/^ *\(.*\)\/plugin_sched_switch\.so$/\1/p')
if [ -n "$system" ]; then
	for prefix in /usr /usr/local; do
		same "make install, prefix $prefix: where libtraceevent looks" \
			"/d$system/plugin_damon.so" "$(installs install DESTDIR=/d prefix=$prefix)"
	done
else
	skip "make install: where libtraceevent looks" "its own plugins are not installed"
fi

# ---- trace-cmd

# with WORD...: run a program that finds the plugin
with() {
	TRACEEVENT_PLUGIN_DIR=$plugins "$@" 2>&1
}

# first EVENT: what is printed of the first such event, blanks around it gone
first() {
	sed -n "s/^.* $1: *//p" | sed 's/ *$//;q'
}

# prints NAME EXPECTED FILE EVENT OPTION...
prints() {
	local name=$1 expected=$2 file=$3 event=$4

	shift 4
	same "$name" "$expected" "$(with trace-cmd report "$@" "$file" | first "$event")"
}

same "the options are listed" "human raw unit intervals sectors" "$(with trace-cmd list -O |
	awk '$1 == "plugin:" { plugin = $2 } $1 == "option:" && plugin == "damon" { print $2 }' |
	paste -sd ' ')"

steps=$FIXTURES/temporal-steps-7.3.dat
prints "statistics" "ctx 0 scheme 0: tried 24.0 MiB in 3 regions, applied 8.0 MiB in 1 region \
(33.3 %), passed filters 8.0 MiB, quota exceeded 2 times, 0 snapshots" \
	"$steps" damos_stat_after_apply_interval
prints "goal, dynamic event of one recorder" \
	"node 0: 6.7 % of eligible, target 60.0 %, score 11.2 %" "$steps" damos_node_eligible_mem_bp
prints "quota" "ctx 0 scheme 0: quota 0 B" "$steps" damos_esz
prints "regions: the kernel's text" "target_id=0 nr_regions=72 1048576-36823040: 0 3" \
	"$steps" damon_aggregated
prints "regions by option" "target 0 region 34.1 MiB @0x100000 0 accesses age 3 (72 regions)" \
	"$steps" damon_aggregated -O damon:human
prints "scheme regions" "ctx_idx=0 scheme_idx=0 target_idx=0 nr_regions=79 \
1098907648-1107234816: 14 0" "$steps" damos_before_apply
prints "scheme regions by option: rates, unit, sectors" "ctx 0 scheme 0 target 0 region \
8132.000 KiB @0x41800000 in cxl 70 % age 0 (79 regions)" "$steps" damos_before_apply \
	-O damon:intervals=20ms,400ms -O damon:unit=K -O damon:sectors=dram=0-0x3fffffff,cxl=1G-2G
prints "sectors of one size" "target 0 region 34.1 MiB @0x100000 in sectors 0-2 0 accesses age 3 \
(72 regions)" "$steps" damon_aggregated -O damon:sectors=16M
prints "raw" "ctx_idx=0 scheme_idx=0 esz=0" "$steps" damos_esz -O damon:raw
prints "without plugins" "ctx_idx=0 scheme_idx=0 esz=0" "$steps" damos_esz -N
prints "an option that is not understood is left out" "ctx 0 scheme 0: quota 0 B" \
	"$steps" damos_esz -O damon:unit=Q
same "and said" "1" "$(with trace-cmd report -O damon:unit=Q "$steps" |
	grep -c 'plugin_damon: option unit does not understand "Q"')"

prints "goal, dynamic event with the lists" \
	"ctx 0 scheme 0: node 0: 2.2 % of eligible, target 60.0 %, score 3.6 %" \
	"$FIXTURES/pull-push-temporal-lab/trace.dat" damos_node_eligible_mem_bp
prints "probes: the kernel's text" "target_id=0 nr_regions=50 4096-42954752: 0 1 probe_hits=00" \
	"$FIXTURES/probes-lab/trace.dat" damon_region_aggregated
prints "probes by option" \
	"target 0 region 41.0 MiB @0x1000 0 accesses age 1 probes 0 (50 regions)" \
	"$FIXTURES/probes-lab/trace.dat" damon_region_aggregated -O damon:human

# generated FORM OPTIONS: $TMP/FORM.dat
generated() {
	local form=$1

	shift
	"$gen/gen_trace" --snapshots 3 --truth "$TMP/$form.truth" "$@" "$TMP/$form.dat"
}

generated old --layout no-age
generated native --schemes --goals native
generated probe --schemes --goals probe
generated probes --scenario probes
generated v2 --layout v2 --scenario probes
generated big --endian big --schemes --goals native
generated v7 --version 7 --compression zstd --schemes --goals native
generated rest --snapshots 4 --overflow 40 --tune 2:2500
prints "Linux 5.15: no age" "target 0 region 9.0 MiB @0x40000000 18 accesses (31 regions)" \
	"$TMP/old.dat" damon_aggregated -O damon:human
native="ctx 0 scheme 0: node 0: 10.0 % of eligible, target 60.0 %"
prints "goal, tracepoint" "$native" "$TMP/native.dat" damos_node_eligible_mem_bp
prints "goal, tracepoint, big endian" "$native" "$TMP/big.dat" damos_node_eligible_mem_bp
prints "goal, tracepoint, version 7" "$native" "$TMP/v7.dat" damos_node_eligible_mem_bp
prints "goal, dynamic event beside the tracepoint's format" \
	"node 0: 10.0 % of eligible, target 60.0 %, score 16.7 %" \
	"$TMP/probe.dat" damos_node_eligible_mem_bp
prints "probe hits" "target 0 region 9.0 MiB @0x40000000 90 % age 0 probes 90 % 45 % (31 regions)" \
	"$TMP/probes.dat" damon_region_aggregated -O damon:intervals=5ms,100ms
prints "probe hits under their old name" \
	"target 0 region 9.0 MiB @0x40000000 18 accesses age 0 probes 18 9 (31 regions)" \
	"$TMP/v2.dat" damon_aggregated_v2 -O damon:human
prints "intervals: the kernel's text" "sample_us=2500" "$TMP/rest.dat" damon_monitor_intervals_tune
prints "intervals by option" "sampling every 2.5 ms" "$TMP/rest.dat" \
	damon_monitor_intervals_tune -O damon:human
prints "overflow" "DAMON's sample ring of CPU 0 was full: 1 sample lost" "$TMP/rest.dat" \
	damon_perf_ring_overflow

# parsed: the lines whose text scripts parse
parsed() {
	grep -E ' (damon_aggregated|damon_region_aggregated|damos_before_apply|damon_monitor_intervals_tune): '
}

for file in "$FIXTURES"/*.dat "$FIXTURES"/*-lab/trace.dat "$TMP"/{old,native,probes,rest}.dat; do
	trace-cmd report -N "$file" 2>/dev/null >"$TMP/without"
	with trace-cmd report "$file" >"$TMP/with"
	name="what scripts parse is the kernel's: $(basename "$(dirname "$file")")/${file##*/}"
	if parsed <"$TMP/without" | cmp -s - <(parsed <"$TMP/with"); then
		pass "$name"
	else
		fail "$name" "$(diff <(parsed <"$TMP/without") <(parsed <"$TMP/with") | head -4)"
	fi
	same "as many lines: ${file##*/}" "$(wc -l <"$TMP/without")" "$(wc -l <"$TMP/with")"
	with trace-cmd report -O damon:raw "$file" >"$TMP/raw"
	if grep -v '^trace-cmd:\|^cpus' "$TMP/without" | grep ' damo' |
		cmp -s - <(grep ' damo' "$TMP/raw"); then
		pass "raw is what there is without it: ${file##*/}"
	else
		fail "raw is what there is without it: ${file##*/}"
	fi
done

# ---- in company

same "loaded together with the distribution's own" "1" \
	"$(with trace-cmd list -P | grep -c plugin_damon.so)"
mkdir -p "$HOME/.local/lib/traceevent/plugins"
cp "$plugin" "$HOME/.local/lib/traceevent/plugins"
same "loaded from ~/.local" "$native" "$(trace-cmd report "$TMP/native.dat" 2>&1 |
	first damos_node_eligible_mem_bp)"
same "loaded twice" "$native" "$(with trace-cmd report "$TMP/native.dat" |
	first damos_node_eligible_mem_bp)"
same "options from the environment" "ctx 0 scheme 0: quota 65536.000 KiB" \
	"$(DAMON_TRACE_PLUGIN='human unit=K' with trace-cmd report "$TMP/native.dat" | first damos_esz)"
same "an option that there is not, from the environment" \
	'plugin_damon: DAMON_TRACE_PLUGIN: there is no option "unti=K"' \
	"$(DAMON_TRACE_PLUGIN=unti=K trace-cmd report "$TMP/native.dat" 2>&1 | grep plugin_damon)"

if command -v valgrind >/dev/null; then
	TRACEEVENT_PLUGIN_DIR=$plugins valgrind --leak-check=full --keep-debuginfo=yes \
		--log-file="$TMP/valgrind" trace-cmd report -O damon:human \
		-O damon:sectors=a=0-1G,b=1G-4G "$TMP/native.dat" >"$TMP/with" 2>&1
	same "valgrind: it ran" "1" "$(grep -c 'ERROR SUMMARY' "$TMP/valgrind")"
	same "valgrind: human form" "ctx 0 scheme 0: quota 64.0 MiB" "$(first damos_esz <"$TMP/with")"
	same "valgrind: nothing of the plugin" "" "$(grep plugin_damon "$TMP/valgrind")"
else
	skip "valgrind" "valgrind is not installed"
fi

# ---- perf, which takes the options from the environment

if ! have_peer perf; then
	skip_peer "perf script" perf
	done_testing
	exit
fi

# script FILE EVENT [WORDS]: of the first such event, with the plugin from ~/.local
script() {
	DAMON_TRACE_PLUGIN=${3:-} perf script -i "$1" 2>&1 | first "[a-z_0-9]*:$2"
}

pipe=$FIXTURES/perf/damon_pipe.data
same "perf script: the kernel's text" "target_id=0 nr_regions=1445 4294967296-4302983168: 0 24" \
	"$(script "$pipe" damon_aggregated)"
same "perf script: human" \
	"target 0 region 7.6 MiB @0x100000000 0 accesses age 24 (1445 regions)" \
	"$(script "$pipe" damon_aggregated human)"
for goals in native probe; do
	"$gen/gen_perf" -n 100 --identifier --damon 3 --goals $goals --truth "$TMP/perf.truth" \
		-o "$TMP/$goals.data"
	# goal TIME NID TARGET CURRENT, in bp
	expected=$(awk '$1 == "goal" {
		printf "node %d: %.1f %% of eligible, target %.1f %%\n", $3, int($5 / 10 + 0.5) / 10,
			int($4 / 10 + 0.5) / 10
		exit
	}' "$TMP/perf.truth")
	same "perf script: goal, $goals" "$expected" "$(script "$TMP/$goals.data" \
		damos_node_eligible_mem_bp | sed 's/^ctx 0 scheme [0-9]*: //; s/, score .*//')"
	same "perf script: goal, $goals, raw" "1" "$(script "$TMP/$goals.data" \
		damos_node_eligible_mem_bp raw | grep -c 'nid=[0-9]* target_value=[0-9]*')"
done
TRACEEVENT_PLUGIN_DIR=$plugins HOME=$TMP/empty DAMON_TRACE_PLUGIN=unit=B \
	perf script -i "$TMP/native.data" >"$TMP/script" 2>&1
same "perf script: TRACEEVENT_PLUGIN_DIR" "1" "$(grep -c -m 1 'of eligible, target' "$TMP/script")"
if [ -n "$system" ]; then
	mkdir "$TMP/together"
	ln -s "$system"/*.so "$plugin" "$TMP/together" 2>/dev/null
	same "perf script: together with the distribution's own" "1" \
		"$(TRACEEVENT_PLUGIN_DIR=$TMP/together HOME=$TMP/empty \
			perf script -i "$TMP/native.data" 2>/dev/null |
			grep -c -m 1 'of eligible, target')"
else
	skip "perf script: together with the distribution's own" "they are not installed"
fi

# ---- doctor

check "doctor: found" "doctor" "$("$DAMON_TRACE" doctor >/dev/null; echo $?)" \
	"out:ok +trace-cmd +prints DAMON's events" "out:ok +perf +perf script"

done_testing
