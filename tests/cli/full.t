#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Files that cannot be written, or not to their end: the error names the remedy, what stood there
# stays, and nothing half-written is left, whether the disk is full or a signal comes.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

world t --schemes --goals native --kdamonds 2 --snapshots 60 --regions 100
world p --schemes --kdamonds 2 --snapshots 600 --regions 10
"$TOOLS/gen_perf" -n 20000 --identifier --damon 20 -o "$TMP/s.data" || fail "gen_perf"
recording=$FIXTURES/vaddr-window-lab
mkdir "$TMP/place"

# place DIRECTORY: its files and the old one's content
place() {
	(cd "$1" && for file in *; do
		[ -e "$file" ] && echo "$file $([ -f "$file" ] && head -c 20 "$file" | tr -d '\0')"
	done)
}

# ---- a full disk
full=$TMP/disk
mkdir "$full"
# keeps "name" FILE "arguments": an error that says what to do, and the place as it was
keeps() {
	local name=$1 file=$2 arguments=$3 before

	rm -rf "${full:?}"/*
	[ "$file" = - ] || echo old >"$full/$file"
	before=$(place "$full")
	run "$arguments"
	if [ "$STATUS" != 1 ] || ! grep -q "No space left" "$ERR" || ! grep -q "hint: .*space" "$ERR"; then
		report_run "full disk: $name" "$arguments" "expected exit status 1, the reason and the remedy"
	else
		same "full disk: $name" "$before" "$(place "$full")"
	fi
}
if [ "$(id -u)" != 0 ] || ! mount -t tmpfs -o size=64k tmpfs "$full" 2>"$ERR"; then
	skip "full disk" "needs a tmpfs of its own: root"
else
	trap 'umount "$full"; rm -rf "$TMP"' EXIT
	keeps "slice of trace.dat" out "slice -o '$full/out' '$TMP/t.dat'"
	keeps "slice of perf.data" out "slice -o '$full/out' '$TMP/s.data'"
	keeps "slice of a recording" - "slice -o '$full/out' '$recording'"
	for format in csv jsonl damo; do
		keeps "export to $format" out \
			"export --to $format --what regions -o '$full/out' '$TMP/t.dat'"
	done
	keeps "export to damo, in zlib" out.zz \
		"export --to damo --what regions -o '$full/out.zz' '$TMP/s.data' '$TMP/t.dat'"
	keeps "export to perfetto" out "export --to perfetto -o '$full/out' '$TMP/p.dat'"
	keeps "export to openmetrics" out "export --to openmetrics -o '$full/out' '$TMP/t.dat'"
	keeps "export of several tables" out.regions.csv "export --to csv -o '$full/out.csv' '$TMP/t.dat'"
	keeps "report --json" out "report --json --resolution 256x256 -o '$full/out' '$TMP/t.dat'"
	keeps "report --csv" out "report --heatmap --csv --resolution 256x256 -o '$full/out' '$TMP/t.dat'"
	keeps "report --plot" out.gp \
		"report --heatmap --resolution 256x256 --plot '$full/out.gp' '$TMP/t.dat'"
	sed 's/testhost/machineB/g' "$TMP/t.dat" >"$TMP/b.dat"
	keeps "report of two machines" out \
		"report --json --resolution 256x256 -o '$full/out' '$TMP/t.dat' '$TMP/b.dat'"
	umount "$full"
	trap 'rm -rf "$TMP"' EXIT
fi

# ---- signals
"$TOOLS/gen_trace" --snapshots 0 --size 96M --regions 1000 "$TMP/long.dat"
"$TOOLS/gen_perf" --size 96M --fields ip,tid,time,addr -o "$TMP/long.data"
mkdir "$TMP/long"
ln "$TMP/long.dat" "$TMP/long/trace.dat"
cp "$recording/host.json" "$TMP/long/"
# stops "name" SIGNAL FILE ARGUMENTS...: FILE "-": none is there before
stops() {
	local name=$1 signal=$2 file=$3 before status

	shift 3
	for _ in 1 2 3; do
		rm -rf "$TMP/place"
		mkdir "$TMP/place"
		[ "$file" = - ] || echo old >"$TMP/place/$file"
		before=$(place "$TMP/place")
		status=$(python3 tests/cli/interrupt.py "$signal" "$TMP/place" "$DAMON_TRACE" "$@")
		# it was faster
		[ "$status" = ended ] || [ "$status" = 0 ] || break
	done
	case $status in
	ended | 0) skip "SIG$signal: $name" "it ended before the signal came" ;;
	1 | 130 | 143) same "SIG$signal: $name" "$before" "$(place "$TMP/place")" ;;
	*) fail "SIG$signal: $name" "exit status $status" ;;
	esac
}
out=$TMP/place/out
for signal in INT TERM; do
	stops "slice of trace.dat" $signal out slice -o "$out" "$TMP/long.dat"
	stops "slice of perf.data" $signal out slice -o "$out" "$TMP/long.data"
	stops "slice of a recording" $signal - slice -o "$out" "$TMP/long"
	stops "export to csv" $signal out export --to csv --what regions -o "$out" "$TMP/long.dat"
	stops "export of several tables" $signal out.regions.csv \
		export --to csv --what regions,samples -o "$out.csv" "$TMP/long.dat" "$TMP/long.data"
	stops "export to jsonl" $signal out export --to jsonl -o "$out" "$TMP/long.data"
	stops "export to damo" $signal out export --to damo -o "$out" "$TMP/long.dat"
done

# ---- what cannot be opened, and what must not be
echo old >"$TMP/place/old"
for arguments in "export --to csv --what regions" "report --json" "slice"; do
	check "no such directory: $arguments" "$arguments -o '$TMP/none/x' '$TMP/t.dat'" 1 \
		"err:cannot write .*No such file" "err:hint: .*directory"
	cp "$TMP/t.dat" "$TMP/self.dat"
	check "the input itself: $arguments" "$arguments -o '$TMP/place/../self.dat' '$TMP/self.dat'" 2 \
		"err:self.dat is the input itself"
	ln -f "$TMP/self.dat" "$TMP/other.dat"
	check "another name of the input: $arguments" "$arguments -o '$TMP/other.dat' '$TMP/self.dat'" 2 \
		"err:the input itself"
	same "which is left alone: $arguments" "$(cksum <"$TMP/t.dat")" "$(cksum <"$TMP/self.dat")"
	rm -rf "$TMP/rec"
	cp -r "$recording" "$TMP/rec"
	check "a part of the input: $arguments" "$arguments -o '$TMP/rec/trace.dat' '$TMP/rec'" 2 \
		"err:a part of the input"
	same "which is left alone, too: $arguments" "$(cksum <"$recording/trace.dat")" \
		"$(cksum <"$TMP/rec/trace.dat")"
done
cp "$TMP/t.dat" "$TMP/self.gp"
check "a picture over the input" "report --heatmap --plot '$TMP/self.gp' '$TMP/self.gp'" 2 \
	"err:the input itself"
mkfifo "$TMP/fifo"
check "a slice into a pipe" "slice -o '$TMP/fifo' '$TMP/t.dat'" 1 "err:no regular file"
same "which is still one" yes "$([ -p "$TMP/fifo" ] && echo yes)"
ln -s old "$TMP/place/link"
check "through a link" "export --to csv --what regions -o '$TMP/place/link' '$TMP/t.dat'" 0
same "which stays, and leads to the rows" "old time_n" \
	"$(readlink "$TMP/place/link") $(head -c 6 "$TMP/place/old")"
check "a report through a link" "report --json -o '$TMP/place/link' '$TMP/t.dat'" 0
same "which stays, and leads to it" "old {" "$(readlink "$TMP/place/link") $(head -c 1 "$TMP/place/old")"

done_testing
