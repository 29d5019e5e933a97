#!/bin/sh
# tests/bench/server.sh BUILD: prof-query URL beside the bare answer of the same server, as curl
# gets it, in turns. The server is tests/querier.py, which keeps its answers: its own time is
# next to nothing, so what is measured is the transfer, and what prof-query adds to it.
set -eu
build=$(cd "$1" && pwd)
top=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$build:$build/tests:$build/tests/bench:$PATH
tmp=$(mktemp -d)
server=
trap 'kill $server; rm -rf "$tmp"' EXIT
cd "$tmp"
for tool in python3 curl; do
	command -v $tool >/dev/null || {
		echo "$tool is missing" >&2
		exit 2
	}
done
unset http_proxy

gzip -dc "$top/tests/data/clang.perf.gz" | prof-fold -q >base.folded
mkdir files
for stacks in 12000 100000; do
	generate folded $stacks 3 <base.folded | prof-merge -q -t pprof |
		stamp "time=$(($(date +%s) - 600))" >one.pb.gz
	rm -rf S
	prof-store add -q S one.pb.gz -l "service_name=svc$stacks"
	prof-store export S >files/$stacks.pb.gz
done
python3 "$top/tests/querier.py" files port &
server=$!
while [ ! -s port ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat port)
until=$(($(date +%s) + 60))
since=$((until - 3600))
type=samples:samples:count::

# varint N, field NUMBER TEXT: protobuf for curl's question
octal() { printf '\\0%03o' "$1"; } # for printf %b
varint() {
	n=$1
	while [ "$n" -gt 127 ]; do
		octal $((n % 128 + 128))
		n=$((n / 128))
	done
	octal "$n"
}
field() { octal $(($1 * 8 + 2)) && varint ${#2} && printf '%s' "$2"; }

printf '%-46s %8s %8s\n' '' 'wall ms' 'CPU ms'
for stacks in 12000 100000; do
	selector="{service_name=\"svc$stacks\"}"
	printf '%b' "$(field 1 $type && field 2 "$selector" && octal 24 && varint ${since}000 &&
		octal 32 && varint $((until * 1000 - 1)))" >question
	curl="curl -sS -H 'Content-Type: application/proto' -H 'Accept-Encoding: gzip' \
		--data-binary @question -o answer.pb.gz $url/querier.v1.QuerierService/SelectMergeProfile"
	query="prof-query -q $url '$type$selector' --since @$since --until @$until"
	sh -c "$curl" # the server makes it once
	measure "${ROUNDS:-15}" "$curl" "$query -z none -t pprof -o p.pb" "$query -o p.pb.gz" \
		"$query --top=20" 'prof-query -q answer.pb.gz --top=20' >measured
	printf '%s\n' "curl: $stacks stacks, $(wc -c <answer.pb.gz) bytes" \
		'prof-query URL, a profile that is not packed' 'prof-query URL, a profile' \
		'prof-query URL --top' 'prof-query --top of the answer as a file' |
		paste -d '\t' - measured |
		awk -F '\t' '{ split($2, t, " "); printf "%-46s %8.1f %8.1f\n", $1, 1000 * t[1], 1000 * t[4] }'
done
