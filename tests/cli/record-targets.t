#!/bin/sh
# Which program and which threads a recording is of, and events as the kernel describes them.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target spin

# file PROFILE: its first mapping, which google/pprof calls the file that was profiled
file() { prof-query --summary "$1" | sed -n 's/^file *//p'; }
exits 0 'a program in a shell script' prof-record -F 499 -o child.pb.gz -- sh -c './spin 0.1; true'
is "$(basename "$(file child.pb.gz)")" spin 'is the first mapping'
exits 0 'a thread of the kernel is none' prof-record -F 499 -e cpu:k -o kernel.pb.gz -- \
	dd if=/dev/zero of=/dev/null bs=16M count=20
is "$(basename "$(file kernel.pb.gz)")" dd 'of a profile of the kernel only, it is the program'
./spin 30 4 >/dev/null &
pid=$!
exits 0 'a process that runs' prof-record -p $pid -F 199 -d 100ms -o pid.pb.gz
is "$(basename "$(file pid.pb.gz)")" spin 'its program is the first mapping'

# The process that waits for others is not the one to sample.
sh -c "./spin 30 & ./spin 30 & echo ready; wait" >begun &
waits=$!
wait_for begun
exits 0 'a process whose children work' prof-record -p $waits -d 300ms -o waits.pb.gz
says '2 children of what was sampled used [0-9.]* s of CPU time.*: --children takes them, too' 'is told which option takes them'
exits 0 'with that option' prof-record -p $waits --children -F 499 -d 300ms -o waits.pb.gz
is "$(grep -c 'children of what' err)" 0 'there is nothing to tell'
# shellcheck disable=SC2046 # a list of numbers
kill $(cat /proc/$waits/task/$waits/children)
kill $waits

# Threads
# shellcheck disable=SC2046
set -- $(ls /proc/$pid/task)
exits 0 'two threads of five' prof-record --tid "$2,$3" -F 499 -d 1s --label-by tid -o tid.pb.gz
is "$(prof-query --values=tid tid.pb.gz | sort -n | tr '\n' ' ')" "$2 $3 " 'have all samples'
says 'covering ([789]|1[0-3])[0-9]% of' 'which cover their CPU time'
exits 0 'page faults of a thread' prof-record --tid "$2" -e page-faults -d 50ms -o f.pb.gz
exits 2 'a thread that is not there' prof-record --tid 4194303 -o none.pb.gz
says 'there is no such thread: 4194303' 'is named'
exits 2 'perf has -t for threads' prof-record -t $pid -o none.pb.gz
says "threads: --tid $pid" 'here it is the format, which is reported'
kill $pid

# Events
exits 0 'an event of a PMU' prof-record -e software/config=2,name=faults/u,cpu:u -F 199 -o pmu.pb.gz -- ./spin 0.1
is "$(prof-query --types pmu.pb.gz 2>/dev/null | grep -c 'faults/count')" 1 'has its name'
exits 125 'one of none' prof-record -e gpu/event=1/ -o pmu.pb.gz -- true
says "no PMU 'gpu'" 'is refused'
exits 0 'exact addresses' prof-record -e page-faults:pp -o pmu.pb.gz -- true
says "page-faults:pp.*precise_ip 0" 'which there are none of, is reported'
finish
