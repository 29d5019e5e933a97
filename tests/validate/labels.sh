#!/bin/sh
# labels.sh MILLISECONDS GO...: a row for each Go, which may be a command with a version in
# GOTOOLCHAIN ("GOTOOLCHAIN=go1.22.1 go"): its samples in functions of tests/targets/labels.go, those
# whose labels are another function's, those without labels that the function has, and the greatest
# distance of a function's share from the truth, in standard errors.
#
# Needs prof-record and prof-fold in PATH, and CAP_BPF or root. Numbers: LABELS.md.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
ms=$1
shift
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cp "$top/tests/targets/labels.go" "$tmp/main.go"
cd "$tmp"
printf 'module labels\n\ngo 1.18\n' >go.mod

# Lines "FUNCTION LABEL VALUE", "-" for none: what a function must have.
cat >expected <<'END'
workA request a
workA step -
workA key00 -
workInner request a
workInner step inner
workB request b
workB step -
workMany request -
workMany key00 value00
workMany key19 value19
workNone request -
workNone key00 -
workChild request a
workChild profile_id a1b2
END

# pairs: samples of each function, those with another's label, and those without its own
pairs() {
	while read -r function label value; do
		prof-fold -q --root "$label" p.pb.gz | awk -v f="main.$function" -v must="$value" '
		index(";" $0, ";" f ";") || index($0, ";" f " ") {
			value = $1
			sub(/;.*/, "", value)
			if (value ~ /^(\[truncated\]|labels|runtime.*)$/)
				value = "-"
			all++
			weight += $NF
			wrong += value != must && value != "-" ? $NF : 0
			without += value != must && value == "-" ? $NF : 0
		}
		END { print f, weight + 0, wrong + 0, without + 0 }'
	done <expected | awk '
		{ if ($2 > all[$1]) all[$1] = $2; wrong += $3; if ($4 > less[$1]) less[$1] = $4 }
		END {
			for (f in all) { n += all[f]; missing += less[f] }
			printf "%d %d %d", n / 1001001, wrong / 1001001, missing / 1001001
		}'
}

distance() {
	prof-fold -q p.pb.gz | awk 'FNR == NR { truth[$1] = $2; total += $2; next }
		{ for (w in truth) if (index($0, "main." w ";") || index($0, "main." w " ")) { n[w] += $NF; all += $NF } }
		END {
			for (w in truth) {
				p = truth[w] / total
				e = (n[w] / all - p) / sqrt(p * (1 - p) / (all / 1001001))
				if (e < 0) e = -e
				if (e > most) most = e
			}
			printf "%.1f", most
		}' truth -
}

echo '| Go | samples | of another function | without | distance |'
echo '|---|--:|--:|--:|--:|'
for go; do
	for flags in '' '-s -w'; do
		env CGO_ENABLED=0 sh -c "$go build -ldflags='$flags' -o labels ." || continue
		prof-record -q -F 999 -o p.pb.gz -- ./labels "$ms" >truth
		# shellcheck disable=SC2046 # three numbers
		set -- $(pairs) "$(distance)" "$@"
		echo "| $(go version -m labels | sed -n '1s/.* //p') ${flags:+stripped} | $1 | $2 | $3 | $4 |"
		shift 4
	done
done
