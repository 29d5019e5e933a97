#!/bin/sh
# tests/bench/alloc.sh BUILD: what recording allocations costs the program, in nanoseconds of
# CPU time for each pair of malloc() and free(), beside the same program without; and what the
# recorders make of the bytes that it has allocated. Runs are interleaved. ROUNDS=11 for more.
# Peers are those that are installed: heaptrack, and the samplers of jemalloc and tcmalloc, beside
# these allocators without them. ALLOCATORS is a further folder with their libraries.
set -eu
build=$(cd "$1" && pwd)
rounds=${ROUNDS:-7}
PATH=$build:$PATH
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
pairs=$build/tests/bench/pairs
unset LD_PRELOAD

# library NAME: where it is
library() {
	for dir in ${ALLOCATORS-} /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu /usr/lib64 /usr/lib; do
		[ -e "$dir/$1" ] || continue
		echo "$dir/$1"
		return
	done
}
jemalloc=$(library libjemalloc.so.2)
tcmalloc=$(library libtcmalloc.so.4)

# What is run: a name, and the name of what it is compared with, or "-".
variants='none -
prof-idle none
prof-alloc none'
command -v heaptrack >/dev/null && variants="$variants
heaptrack none"
[ -z "$jemalloc" ] || variants="$variants
jemalloc -
jemalloc-sampled jemalloc
jemalloc-prof-alloc jemalloc"
[ -z "$tcmalloc" ] || variants="$variants
tcmalloc -
tcmalloc-sampled tcmalloc
tcmalloc-prof-alloc tcmalloc"

# run VARIANT ARG...: prints what pairs does
run() {
	variant=$1
	shift
	case $variant in
	none) "$pairs" "$@" ;;
	prof-idle) LD_PRELOAD=$build/libprof-alloc.so "$pairs" "$@" ;;
	prof-alloc) prof-record -q --alloc -o heap.pb.gz -- "$pairs" "$@" ;;
	# Some hundred times slower: fewer pairs say as much.
	heaptrack) heaptrack -o heap "$pairs" "$1" 300000 2>/dev/null | grep '^[0-9.]* [0-9]*$' ;;
	jemalloc) LD_PRELOAD=$jemalloc "$pairs" "$@" ;;
	jemalloc-sampled)
		LD_PRELOAD=$jemalloc MALLOC_CONF=prof:true,prof_active:true,lg_prof_sample:19 "$pairs" "$@"
		;;
	jemalloc-prof-alloc) LD_PRELOAD=$jemalloc prof-record -q --alloc -o heap.pb.gz -- "$pairs" "$@" ;;
	tcmalloc) LD_PRELOAD=$tcmalloc "$pairs" "$@" ;;
	tcmalloc-sampled) LD_PRELOAD=$tcmalloc TCMALLOC_SAMPLE_PARAMETER=524288 "$pairs" "$@" ;;
	tcmalloc-prof-alloc) LD_PRELOAD=$tcmalloc prof-record -q --alloc -o heap.pb.gz -- "$pairs" "$@" ;;
	esac
}

# total VARIANT BYTES PATTERN: the bytes that it says were allocated; nothing where it does not
total() {
	case $1 in
	*prof-alloc)
		prof-query --type alloc_space -t folded heap.pb.gz 2>/dev/null |
			awk '{ n += $NF } END { printf "%.0f\n", n }'
		;;
	heaptrack) # It counts calls.
		[ "$3" = threads ] && calls=1200000 || calls=300000
		heaptrack_print -f heap.* -p 0 -a 0 -T 0 -l 0 2>/dev/null |
			awk -v bytes="$2" -v calls="$calls" '/^calls to alloc/ { sub(/.*: /, ""); printf "%.0f\n", $1 / calls * bytes }'
		;;
	esac
}

echo '| pattern | variant | ns a pair | more than without: median (quartiles) | times | total, % of the truth |'
echo '|---|---|---|---|---|---|'
for pattern in ${PATTERNS:-tight mixed threads words}; do
	for round in $(seq "$rounds"); do
		echo "$variants" | while read -r variant base; do
			[ "$pattern" = tight ] && n=20000000 || n=5000000
			rm -f heap*
			set -- "$(run "$variant" "$pattern" "$n")"
			echo "$round $variant $base $1 $(total "$variant" "${1#* }" "$pattern")"
		done
	done | awk -v pattern="$pattern" '
		{
			ns[$1, $2] = $4; base[$2] = $3
			if (!seen[$2]++) order[++n] = $2
			if (NF > 5 && $5) share[$2] = share[$2] " " 100 * $6 / $5
			rounds = $1 > rounds ? $1 : rounds
		}
		function sorted(list, count,   i, k, x) {
			for (i = 2; i <= count; i++)
				for (k = i; k > 1 && list[k - 1] > list[k]; k--) {
					x = list[k]; list[k] = list[k - 1]; list[k - 1] = x
				}
		}
		function quantile(list, count, q) { return list[int(q * (count - 1) + 1.5)] }
		END {
			for (i = 1; i <= n; i++) {
				v = order[i]
				for (r = 1; r <= rounds; r++) {
					a[r] = ns[r, v]
					d[r] = ns[r, v] - ns[r, base[v]]
					f[r] = base[v] == "-" ? 1 : ns[r, v] / ns[r, base[v]]
				}
				sorted(a, rounds); sorted(d, rounds); sorted(f, rounds)
				m = split(share[v], s, " ")
				sorted(s, m)
				more = sprintf("%.2f (%.2f to %.2f)", quantile(d, rounds, .5),
					quantile(d, rounds, .25), quantile(d, rounds, .75))
				of = m ? sprintf("%.1f", quantile(s, m, .5)) : ""
				printf "| %s | %s | %.2f | %s | %.2f | %s |\n", i == 1 ? pattern : "", v,
					quantile(a, rounds, .5), base[v] == "-" ? "" : more,
					quantile(f, rounds, .5), of
			}
		}'
done
echo
echo "$rounds rounds, in turn; $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo |
	head -n 1), Linux $(uname -r)"
