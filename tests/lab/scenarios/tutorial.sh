# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a reader of doc/tutorial.md types in the guest, one line after the other as they stand there.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

cd /out || exit
mkdir said

awk -v where=guest -f /lab/blocks.awk /lab/tutorial.md >said/lines

number=100
{ set +x; } 2>/dev/null # kept out of what the commands say
while read -r line <&3; do
	number=$((number + 1))
	echo "$line" >said/$number.line
	eval "$line" 3<&- >said/$number.out 2>said/$number.err
	echo $? >said/$number.status
done 3<said/lines
