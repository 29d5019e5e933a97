#!/bin/sh
# tests/validate/alloc.sh BUILD [RUNS]: are allocation profiles unbiased? A program whose call
# sites allocate known amounts is recorded RUNS times (1000). For each call site: in how many runs
# does the 95 % interval that follows from its samples have the truth, and what is the mean?
# About five minutes. Runs in which samples were lost are left out, and counted.
set -eu
build=$(cd "$1" && pwd)
runs=${2:-1000}
top=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
period=4096
PATH=$build:$PATH
${CC:-gcc} -O1 -g -fno-inline -fno-builtin -o amounts "$top/tests/targets/amounts.c"
for run in $(seq "$runs"); do
	[ $((run % 100)) -ne 0 ] || echo "$run runs" >&2
	prof-record -q --alloc --alloc-period $period -o run.pb.gz -- ./amounts
	prof-query --type alloc_space -t folded run.pb.gz 2>/dev/null
	echo end
done | awk -v period=$period '
	BEGIN { n = split("100 1000 8000", size); split("16000 1600 250", times) }
	/\[lost\]/ { lost = 1 }
	/;of_[0-9]+ / { site = $0; sub(/.*;of_/, "", site); sub(/ .*/, "", site); got[site] = $NF }
	/^end/ {
		for (i = 1; i <= n && !lost; i++) {
			s = size[i]; p = 1 - exp(-s / period); truth = s * times[i]
			samples = got[s] / (s / p)
			sd = sqrt(samples * (s / p) ^ 2 * (1 - p))
			off = got[s] - truth
			hit[i] += off < 0 ? -off <= 1.96 * sd : off <= 1.96 * sd
			sum[i] += got[s] / truth
			taken[i] += samples
		}
		left_out += lost
		runs += !lost
		lost = 0
		split("", got)
	}
	END {
		print "| bytes of an allocation | samples a run | 95 % interval has the truth | mean / truth |"
		print "|---|---|---|---|"
		for (i = 1; i <= n; i++)
			printf "| %d | %.0f | %.1f %% of %d runs | %.4f |\n", size[i], taken[i] / runs,
				100 * hit[i] / runs, runs, sum[i] / runs
		if (left_out)
			print left_out " runs with lost samples are left out"
	}'
