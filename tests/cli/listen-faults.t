#!/bin/sh
# prof-listen when things go wrong: bombs, slow and broken clients, a full disk, and kill -9
# while profiles arrive. What was acknowledged is there afterwards, once.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/listen.sh"

can_listen

# stored STORE: the functions that it has, each as often as it was stored
stored() { prof-store export "$1" | prof-fold; }

listen --store S --read-timeout 2s --request-timeout 2s --max-unpacked 4M
agents bombs >out
# On a busy machine, a reader may reach its limit of time before that of bytes.
is "$(sed 's/^\(a slow trie: 4[01][03]\).*/\1/; s/body:[0-9]*:/body:/
s/400 the body takes more than 2 s to read/413 body: unpacks to more than 4194304 bytes/' out)" '10 GB of gzip: 413 body: unpacks to more than 4194304 bytes
10 GB of folded: 413 body: unpacks to more than 4194304 bytes
gzip in gzip in gzip in gzip: 400 body: is packed more than 3 times
a slow trie: 400
after them: 200' 'bombs are refused, and the server stays'
is "$(agents cut)" 'cut: HTTP/1.1 200 OK' 'requests cut at every byte; a whole one in pieces is taken'
is "$(agents slow)" 'others: 200
at once
bodies that drip: 0 left' 'slow clients hold nobody up, and are cut off'
hang_up
is "$(prof-query --series-list S -t tsv | sed -n 's/.*service_name=//p' | sort)" 'after
cut
others' 'nothing of them was taken'

# A reader that needs too much memory ends, and nothing else does.
if sanitized; then
	skip 'sanitizers need memory of their own' 'a body that needs too much memory'
else
	listen --store M --max-body 4M --max-unpacked 20M --max-memory 40M
	is "$(agents memory)" 'many names: 413 the body needs more than 40 MiB of memory to read
after them: 200' 'a body that needs too much memory'
	hang_up
fi

# SIGTERM waits for requests that have begun.
mkfifo go
listen --store D
agents drain <go >out &
client=$!
exec 3>go
until grep -q begun out; do sleep 0.02; done
kill "$server"
sleep 0.3
echo >&3
exec 3>&-
wait $client
wait "$server"
is "$? $(tail -n 1 out)" '0 HTTP/1.1 200 OK' 'SIGTERM: a request that has begun is taken'
is "$(stored D)" 'a;b 1' 'and is in the store'

# The disk is full: here, files may not grow.
(
	trap '' XFSZ
	ulimit -f 8
	exec prof-listen --listen 127.0.0.1:0 --store F --no-compact -j 1 2>log
) &
server=$!
port=
until [ -n "$port" ]; do
	sleep 0.02
	port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' log)
done
agents statuses 40 >out
read -r taken status retry <out
[ "$status" = 503 ] && [ "$taken" -gt 0 ] && [ "$retry" -gt 0 ]
ok $? 'a full disk: 503 and Retry-After' "$(cat out log)"
hang_up
is "$(stored F | wc -l)" $((taken * 50)) 'what was acknowledged is in the store, the rest is not'

# More than readers can take: requests wait before their bodies are read, and large bodies pause.
mkfifo ready
# taken_by_turns NAME PROFILES LINES MOST: listening is on, with two readers
taken_by_turns() {
	readers=$(ps -o pid= --ppid "$server")
	for reader in $readers; do kill -STOP "$reader"; done
	: >out # not the answer of the crowd before
	agents crowd "$2" "$3" "$4" <ready >out &
	client=$!
	exec 3>ready
	tries=0
	until grep -q held out || [ $((tries += 1)) -gt 500 ]; do sleep 0.02; done
	for reader in $readers; do kill -CONT "$reader"; done
	echo >&3
	exec 3>&-
	wait $client
	is "$(cat out)" "0 answered, few bytes held
$2 taken" "$1 waits, in little memory, and is taken"
	hang_up
	is "$(stored W | awk '{ n += $NF } END { print n }')" $(($2 * $3)) 'and stored'
	rm -rf W
}
listen --store W --max-held 1M -j 2
taken_by_turns 'a crowd' 60 937 262144
listen --store W --max-body 1M --max-held 4M -j 2
taken_by_turns 'a crowd of large bodies' 20 28000 4194304

# Clients that fill the memory and do not go on are refused, so that others need not be.
listen --store W --max-body 1M --max-held 4M
agents stall >out
is "$(cat out)" 'others: 200
in time
HTTP/1.1 200 OK
HTTP/1.1 503 Service Unavailable' 'clients that stall make room for others'
hang_up

# A request of three profiles is whole or not there, wherever its log is cut short.
printf 'main;a 3\nmain;b 4\n' | prof-merge -t pprof -o p.pb.gz
listen --store G --no-compact -j 1
agents three p.pb.gz >out
agents three p.pb.gz >>out
hang_up
is "$(cat out)" 'three: 200
three: 200' 'requests of three profiles'
log=$(ls G/*.log)
size=$(wc -c <"$log")
seen=
while [ "$size" -gt 16 ]; do
	truncate -s "$size" "$log"
	seen="$seen $(prof-store stat G -t tsv | awk -F '\t' '$1 == "profiles" { print $2 }')"
	size=$((size - 151))
done
is "$(echo "$seen" | tr ' ' '\n' | grep . | uniq | tr '\n' ' ')" '6 3 0 ' \
	'cut short, a request is there whole or not at all'

# Killed while profiles arrive.
listen --store K
agents steady 20 >acked.now &
client=$!
# taken N: wait until so many are acknowledged
taken() {
	tries=0
	while [ "$(wc -l <acked.now)" -lt "$1" ] && [ $((tries += 1)) -lt 500 ]; do sleep 0.02; done
}
taken 30
for reader in $(ps -o pid= --ppid $server); do kill -9 "$reader"; done
taken 80
kill -9 "$server"
wait $client
wait $server 2>/dev/null
sort acked.now >acked
stored K >out
[ "$(wc -l <acked)" -ge 80 ] && sed 's/ 1$//' out | sort | comm -13 - acked >lost && [ ! -s lost ]
ok $? "kill -9 of readers and of all: $(wc -l <acked) acknowledged profiles are there" "$(head lost)"
is "$(grep -vc ' 1$' out)" 0 'each once'
exits 0 'the store is whole' prof-store verify K
listen --store K
agents go "$data/../golden/pprof/go-cpu.in" >out
hang_up
is "$(cat out)" 'go: 200' 'another server goes on with it'
finish
