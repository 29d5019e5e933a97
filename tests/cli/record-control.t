#!/bin/sh
# Recordings that are steered while they run, and the flight recorder.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target spin
mkfifo control ack
exec 9<>ack # keeps an answer that comes before its reader, even of a recorder that has ended

# tell COMMAND: and wait until it was carried out
tell() {
	echo "$1" >control
	timeout 60 head -n 1 ack
}
number() { prof-query --summary "$1" | sed -n "s/^comment *$2=//p" | head -n 1; }
# between NUMBER LOW HIGH NAME
between() {
	[ "${1:-0}" -ge "$2" ] && [ "${1:-0}" -le "$3" ]
	ok $? "$4" "$1, not from $2 to $3"
}
# agrees FILE NAME: samples and CPU time at 199 Hz, but for chance (5 sigma) and 5 %; a program that
# hardly had a CPU may have none
agrees() {
	awk -v got="$(samples "$1")" -v cpu="$(number "$1" cpu_time_ns)" 'BEGIN {
		n = cpu * 199 / 1e9; d = got - n; if (d < 0) d = -d
		printf "%d samples of %.0f\n", got, n
		exit !((got > 0 || n < 10) && d <= 5 * sqrt(n) + n / 20 + 1)
	}' >agreement
	ok $? "$2" "$(cat agreement err)"
}
samples() { prof-fold --type samples "$1" | awk '{ n += $NF } END { print n + 0 }'; }

./spin 60 >/dev/null &
pid=$!
prof-record -p $pid -F 199 --delay -1 --control fifo:control,ack -o 'p%n.pb.gz' 2>err &
recorder=$!
is "$(tell ping)" ack 'a command is acknowledged'
is "$(tell snapshot)" ack 'a snapshot'
is "$(samples p0.pb.gz 2>/dev/null)" 0 'of a recording that has not begun is empty'
tell enable >/dev/null
sleep 0.4
tell disable >/dev/null
sleep 0.2
is "$(tell snapshot)" ack 'another one'
agrees p1.pb.gz 'has what came in between, by its CPU time'
echo nonsense >control
is "$(tell stop)" ack 'it is stopped'
wait $recorder
is $? 0 'and ends'
says "'nonsense' is none of enable, disable, snapshot, stop and ping" 'what is no command is reported'
is "$(samples p2.pb.gz 2>/dev/null)" 0 'while it is paused there are no samples'

# The last half second of more: memory and the profile have no more
prof-record -v -p $pid -F 199 --overwrite 500ms --control fifo:control,ack -o 'o%n.pb.gz' 2>err &
recorder=$!
begun=$(date +%s%N)
sleep 0.9
kill -USR2 $recorder
wait_for o0.pb.gz
between "$(($(number o0.pb.gz wall_ns) / 1000000))" 500 850 'a signal writes the last half second'
agrees o0.pb.gz 'with its samples'
if [ "$(samples o0.pb.gz 2>/dev/null)" -gt 0 ]; then
	is "$(prof-fold o0.pb.gz | grep -c ';main;work;first ')" 1 'and their names'
else
	skip 'the program had no CPU' 'and their names'
fi
is "$(tell snapshot)" ack 'so does a command'
kill $pid
wait $recorder
between "$(($(number o2.pb.gz wall_ns) / 1000000))" 450 \
	"$((($(date +%s%N) - begun) / 1000000 - 150))" 'and the end'
agrees o2.pb.gz 'with the samples of that'
is "$(basename "$(prof-query --summary o2.pb.gz | sed -n 's/^file *//p')")" spin 'the main binary is first'
exits 2 'no FIFO' prof-record -a --control fifo:err -o x.pb.gz
says 'is not a FIFO' 'is refused'
exits 2 'waits are not paused' prof-record -a --off-cpu --delay -1 --control fifo:control
exits 0 'off-CPU in a flight recorder' prof-record --overwrite 10s --wall -F 199 -o w.pb.gz -- ./spin 0.2
between "$(prof-fold --type wall w.pb.gz | awk '{ n += $NF } END { printf "%d", n / 1000000 }')" 150 \
	"$(($(number w.pb.gz wall_ns) * 21 / 20000000))" 'has all of it'
finish
