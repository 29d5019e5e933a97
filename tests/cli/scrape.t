#!/bin/sh
# prof-query --every: targets are scraped side by side; counts become differences. The targets are
# files of tests/querier.py.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || {
	echo '1..0 # SKIP python3 is missing'
	exit 0
}
unset http_proxy
mkdir files

# heap FILE IN-USE ALLOCATED OF-ANOTHER: a heap profile of Go, in its text format, of objects of
# 100 bytes, and of 1 byte
heap() {
	cat >"files/$1" <<EOF
heap profile: $2: ${2}00 [$3: ${3}00] @ heap/2
$2: ${2}00 [$3: ${3}00] @ 0x11 0x21
#	0x10	main.work+0x10	/src/main.go:4
#	0x20	main.main+0x10	/src/main.go:6

0: 0 [$4: $4] @ 0x31 0x21
#	0x30	main.other+0x10	/src/main.go:9
#	0x20	main.main+0x10	/src/main.go:6

EOF
}
heap heap.1 1 2 7
heap heap.2 6 12 7
heap heap.3 7 13 9
heap heap.4 2 3 1
printf 'a;b 1\n' >files/cpu.1
printf 'a;b 2\n' >files/cpu.2
cp files/cpu.2 files/cpu
python3 "$top/tests/querier.py" files port 2>server.log &
server=$!
trap 'kill $server; cd / && rm -rf "$tmp"' EXIT
# On a busy machine Python takes its time.
tries=0
until [ -s port ] || [ $((tries += 1)) -gt 600 ]; do
	sleep 0.1
done
host=127.0.0.1:$(cat port)

exits 0 'two targets are scraped' prof-query --every 100ms --count 5 -o stream.pb.gz \
	"http://$host/next/heap" "http://$host/next/cpu"
says 'next/heap: its counts began again' 'a target that began again is told of'
says 'next/heap: status 404: Unknown profile \(it is asked again\)' 'and one that goes away, with why'
is "$(grep -c 'next/cpu: status 404' err)" 1 'once'

# of_type TYPE: the profiles of that type, one after the other
of_type() {
	prof-query --type "$1" --follow --top -t tsv -q stream.pb.gz 2>/dev/null |
		awk -F '\t' 'NF { print $6, $1 }' | tr '\n' ' '
}
is "$(of_type alloc_space)" 'name flat main.work 1000 main.main 0 name flat main.work 100 main.other 2 main.main 0 name flat main.work 300 main.other 1 main.main 0 name flat ' \
	'what was allocated is what was allocated between two scrapes, or since the program began'
is "$(of_type inuse_space)" 'name flat main.work 600 main.main 0 name flat main.work 700 main.main 0 name flat main.work 200 main.main 0 name flat ' \
	'what is in use is as it is'
is "$(of_type samples)" 'name flat b 1 a 0 name flat b 2 a 0 name flat name flat name flat ' \
	'what is no count of the whole time is as it is, and a failed scrape is empty'
is "$(prof-query -q stream.pb.gz --values instance)" "$host" 'samples say where they are from'
prof-query -q --raw stream.pb.gz | sed -n 's/^comment [0-9]*: text=//p' >facts
is "$(grep -c '^target=' facts) $(grep -x 'scrapes=9' facts) $(grep -x 'up=5' facts) $(grep -c '^scrape_ns=[0-9]' facts)" \
	'2 scrapes=9 up=5 1' 'facts say how often a target answered'
exits 0 'a scrape is stored' prof-store add -q S stream.pb.gz
is "$(prof-query -q S --type alloc_space -t folded)" 'main.main;main.other 3
main.main;main.work 1400' 'and adds up'
heap delta_heap.1 1 2 7
heap delta_heap.2 6 12 7
exits 0 'a target that sends differences' \
	prof-query --every 50ms --count 2 -o stream.pb.gz "http://$host/next/delta_heap"
is "$(of_type alloc_space)" 'name flat main.work 200 main.other 7 main.main 0 name flat main.work 1200 main.other 7 main.main 0 ' \
	'is not subtracted again'
heap now.1 1 2 7
heap now.2 6 12 7
prof-query -q --every 50ms --count 2 -o files/window "http://$host/next/now"
exits 0 'a target whose profiles have a duration' \
	prof-query --every 50ms --count 2 -o stream.pb.gz "http://$host/file/window"
is "$(of_type alloc_space)" 'name flat main.work 1000 main.main 0 name flat main.work 1000 main.main 0 ' \
	'is not, either'
exits 0 'a report of each scrape' prof-query --every 50ms --count 2 --top -t tsv "http://$host/file/cpu"
is "$(grep -c '^name\|	name$' out)" 2 'is printed'
is "$(prof-query --every 50ms --count 2 -t folded "http://$host/file/cpu")" 'a;b 2
a;b 2' 'or a stream of text'
cp "$top/tests/golden/cpuprofile/hits.in" files/noted
exits 0 'what the reader has to say' prof-query --every 50ms --count 3 -o x.pb.gz "http://$host/file/noted"
is "$(grep -c '^prof-query: http://.*/file/noted: there are no samples: the hits' err)" 1 \
	'is reported once, and not of each scrape'
exits 2 'a server is not scraped' prof-query --every 1s "http://$host"
says 'is not a URL of a profile' 'and neither is a file'
exits 2 '--count alone' prof-query --count 2 "http://$host/file/cpu"
says 'is for --every' 'is no option'
exits 2 'a time of nothing' prof-query --every 0 "http://$host/file/cpu"
finish
