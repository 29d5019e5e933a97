// Burns CPU time under pprof labels, in functions that are named after them: labels MILLISECONDS.
//
// Each of four goroutines, bound to a thread, goes round: workA under request=a, workInner under
// request=a step=inner, workB under request=b and its own number, workMany under 20 labels, workNone
// under none, and sometimes workChild in a new goroutine that has inherited request=a, and the id of
// a span. At the end the CPU time of each function's threads is on standard output. HOSTILE in the
// environment runs workHostile instead, under labels that are too many, too long, not text, or
// without a key.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const clockThread = 3

var (
	sink  [64]uint64
	mutex sync.Mutex
	spent = map[string]float64{}
)

func cpuTime() float64 {
	var t syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockThread, uintptr(unsafe.Pointer(&t)), 0)
	return float64(t.Sec) + 1e-9*float64(t.Nsec)
}

//go:noinline
func burn(n, rounds int) {
	for i := 0; i < rounds*100000; i++ {
		sink[n] = sink[n]*5 + uint64(i)
	}
}

//go:noinline
func workA(n int) { burn(n, 8); sink[n]++ }

//go:noinline
func workInner(n int) { burn(n, 3); sink[n]++ }

//go:noinline
func workB(n int) { burn(n, 6); sink[n]++ }

//go:noinline
func workMany(n int) { burn(n, 3); sink[n]++ }

//go:noinline
func workNone(n int) { burn(n, 4); sink[n]++ }

//go:noinline
func workChild(n int) { burn(n, 4); sink[n]++ }

//go:noinline
func workHostile(n int) { burn(n, 10); sink[n]++ }

func measured(name string, n int, work func(int)) {
	before := cpuTime()
	work(n)
	used := cpuTime() - before
	mutex.Lock()
	spent[name] += used
	mutex.Unlock()
}

func many() pprof.LabelSet {
	var pairs []string
	for i := 0; i < 20; i++ {
		pairs = append(pairs, fmt.Sprintf("key%02d", i), fmt.Sprintf("value%02d", i))
	}
	return pprof.Labels(pairs...)
}

func child(n int) {
	done := make(chan bool)
	go func() {
		runtime.LockOSThread()
		measured("workChild", n+32, workChild)
		runtime.UnlockOSThread()
		done <- true
	}()
	<-done
}

func round(n, i int) {
	ctx := context.Background()
	pprof.Do(ctx, pprof.Labels("request", "a"), func(ctx context.Context) {
		measured("workA", n, workA)
		pprof.Do(ctx, pprof.Labels("step", "inner"), func(context.Context) {
			measured("workInner", n, workInner)
		})
		if i%4 == 0 {
			pprof.Do(ctx, pprof.Labels("profile_id", "a1b2"), func(context.Context) { child(n) })
		}
	})
	pprof.Do(ctx, pprof.Labels("request", "b", "n", strconv.Itoa(n)), func(context.Context) {
		measured("workB", n, workB)
	})
	pprof.Do(ctx, many(), func(context.Context) { measured("workMany", n, workMany) })
	measured("workNone", n, workNone)
}

func hostile(count int) pprof.LabelSet {
	pairs := []string{"good", "yes", "long", strings.Repeat("x", 1<<20), "wild", "\xff\xfe",
		"line", "a\nb=c", strings.Repeat("k", 300), "v", "", "empty", "equals=", "x"}
	for i := 0; i < count; i++ {
		pairs = append(pairs, strconv.Itoa(i), strings.Repeat("v", 200))
	}
	return pprof.Labels(pairs...)
}

func runHostile(length time.Duration) {
	counts := []int{0, 100, 100000}
	var sets []context.Context
	for _, n := range counts {
		sets = append(sets, pprof.WithLabels(context.Background(), hostile(n)))
	}
	for i, end := 0, time.Now().Add(length); time.Now().Before(end); i++ {
		pprof.SetGoroutineLabels(sets[i%len(sets)])
		workHostile(0)
	}
}

func main() {
	ms, _ := strconv.Atoi(os.Args[1])
	length := time.Duration(ms) * time.Millisecond
	end := time.Now().Add(length)
	var all sync.WaitGroup
	if os.Getenv("HOSTILE") != "" {
		runHostile(length)
		return
	}
	for n := 0; n < 4; n++ {
		n := n
		all.Add(1)
		go func() {
			defer all.Done()
			runtime.LockOSThread()
			for i := 0; time.Now().Before(end); i++ {
				round(n, i)
			}
		}()
	}
	all.Wait()
	for name, seconds := range spent {
		fmt.Println(name, seconds)
	}
}
