#!/bin/sh
# tests/validate/scrape.sh BUILD: a real Go program with net/http/pprof, scraped. Prints TAP. By
# hand ("make validate-scrape"), since compiling Go's net/http takes half a minute.
BUILD=$(cd "$1" && pwd)
PATH=$BUILD:$BUILD/tests:$PATH
. "$(dirname "$0")/../lib.sh"
command -v go >/dev/null || {
	echo '1..0 # SKIP go is missing'
	exit 0
}
unset http_proxy
cat >main.go <<'EOF'
// It allocates 20 MB a second in allocate(), keeps none of it, and burns the rest in burn().
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"sync"
	"time"
)

var (
	sink []byte
	sum  int
	lock sync.Mutex
)

//go:noinline
func burn() {
	for i := 0; i < 5000000; i++ {
		sum += i * i
	}
}

//go:noinline
func allocate() {
	for i := 0; i < 20; i++ {
		sink = make([]byte, 100000)
	}
	runtime.GC()
}

//go:noinline
func contend() {
	lock.Lock()
	time.Sleep(time.Millisecond)
	lock.Unlock()
}

func main() {
	runtime.MemProfileRate = 1
	runtime.SetMutexProfileFraction(1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile("addr", []byte(fmt.Sprint(l.Addr())), 0o600); err != nil {
		panic(err)
	}
	go http.Serve(l, nil)
	for i := 0; i < 2; i++ {
		go func() {
			for {
				contend()
			}
		}()
	}
	for tick := time.NewTicker(100 * time.Millisecond); ; <-tick.C {
		burn()
		allocate()
	}
}
EOF
GO111MODULE=off go build -o program main.go || exit 2
./program &
program=$!
trap 'kill $program; cd / && rm -rf "$tmp"' EXIT
while [ ! -s addr ]; do sleep 0.1; done
url=http://$(cat addr)/debug/pprof

exits 0 'a profile of a second' prof-query "$url/profile?seconds=1" --top -t tsv
grep -q 'main.burn$' out
ok $? 'has the functions of the program'
exits 0 'heap, mutex and CPU are scraped' prof-query --every 1s --count 4 -o stream.pb.gz \
	"$url/heap" "$url/mutex" "$url/profile?seconds=1"
is "$(cat err)" '' 'without a word'
# value TYPE FUNCTION: of the whole stream, in thousands
value() {
	prof-query -q --type "$1" --top -t tsv stream.pb.gz |
		awk -F '\t' -v f="$2" '$6 == f { print int($4 / 1000) }'
}
allocated=$(value alloc_space main.allocate)
[ "$allocated" -ge 30000 ] && [ "$allocated" -le 90000 ]
ok $? 'three seconds of allocations are counted once' "$allocated kB, and not about 60000"
in_use=$(value inuse_space main.allocate)
[ "${in_use:-0}" -lt 2000 ]
ok $? 'none of them are in use' "$in_use kB"
delay=$(value delay main.contend)
[ "$delay" -ge 1000000 ] && [ "$delay" -le 4500000 ]
ok $? 'three seconds of waiting for the lock are counted once' "$delay us"
cpu=$(value cpu main.burn)
[ "$cpu" -gt 10000 ]
ok $? 'processor time is there' "$cpu us"
prof-query -q --raw stream.pb.gz >raw
is "$(grep -o 'up=[0-9]*' raw)" 'up=10' 'all scrapes are good: 3 heaps and mutexes, 4 of CPU time'
exits 0 'a picture of the heap' prof-flame -q "$url/heap" -o heap.svg
finish
