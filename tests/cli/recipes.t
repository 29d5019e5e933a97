#!/bin/sh
# The recipes of prof-recipes(7) whose tools are here run as they stand: blocks after a
# comment "run: TOOL...", each among the same programs. A library that is preloaded is a tool,
# too, and so is "record": leave to record.
. "$(dirname "$0")/../lib.sh"

cat >app.c <<'END'
#include <stdlib.h>
void *memory;
static unsigned step(unsigned x)
{
	return x * 1103515245 + 12345;
}
int main(int argc, char **argv)
{
	unsigned x = (unsigned)argc;
	for (int i = 0; i < 50000000; i++)
		x = step(x) ^ (x >> 3);
	for (int i = 0; i < 4000; i++)
		memory = malloc(10000);
	return argv && x == 42;
}
END
cat >app.js <<'END'
globalThis.kept = [];
function busy(n) { for (let i = 0; i < n; i++) kept.push({ i }); }
for (let i = 0; i < 200; i++) busy(5000);
END
cat >app.py <<'END'
import time
kept = []
def busy(n):
	x = 0
	for i in range(n):
		x = (x * 1103515245 + i) % 65521
	kept.append(bytearray(1000))
end = time.time() + 0.5
while time.time() < end:
	busy(10000)
END
cat >app.rb <<'END'
def busy(n) x = 0; n.times { |i| x = (x * 31 + i) % 65521 }; x end
last = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 0.5
busy(10000) while Process.clock_gettime(Process::CLOCK_MONOTONIC) < last
END
cat >app.php <<'END'
<?php function busy($n) { $x = 0; for ($i = 0; $i < $n; $i++) $x = ($x * 31 + $i) % 65521; return $x; }
$end = microtime(true) + 0.5;
while (microtime(true) < $end) busy(10000);
END
cat >App.java <<'END'
public class App {
	static double busy(int n) { double s = 0; for (int i = 1; i < n; i++) s += Math.sqrt(i); return s; }
	public static void main(String[] a) {
		long end = System.currentTimeMillis() + 500;
		double s = 0;
		while (System.currentTimeMillis() < end) s += busy(100000);
		System.err.print(s == 0 ? "0" : "");
	}
}
END
# For the .NET that a package has, compiled by Mono's compiler: an SDK wants its own registry.
cat >App.cs <<'END'
using System;
public class App {
	static double Busy(int n) { double s = 0; for (int i = 1; i < n; i++) s += Math.Sqrt(i); return s; }
	public static void Main(string[] a) {
		int end = Environment.TickCount + 500; double s = 0;
		while (Environment.TickCount < end) s += Busy(100000);
		Console.Error.Write(s == 0 ? "0" : "");
	}
}
END
cat >App.runtimeconfig.json <<'END'
{"runtimeOptions": {"rollForward": "LatestMajor", "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"}}}
END
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 COMPlus_PerfMapEnabled=1
cat >app.hs <<'END'
busy :: Int -> Int
busy n = foldr (\i x -> (x * 31 + i) `mod` 65521) 7 [1 .. n]
main :: IO ()
main = mapM_ (print . busy) [100000 .. 100040]
END
mkdir go # which takes all files of a folder for its own
cat >go/go.mod <<'END'
module app
go 1.21
END
cat >go/main.go <<'END'
package main

import "os"

func busy(n int) int {
	x := 1
	for i := 0; i < n; i++ {
		x = x*1103515245 + 12345
	}
	return x
}

func main() {
	if busy(100000000) == 42 {
		os.Exit(1)
	}
}
END
cat >go/main_test.go <<'END'
package main

import "testing"

func BenchmarkBusy(b *testing.B) {
	for i := 0; i < b.N; i++ {
		busy(10000)
	}
}
END
prof-merge -t pprof "$top/tests/golden/gperftools/le64.in" -o app.pb.gz

can() { # TOOL
	case $1 in
	perf) perf record -q --buildid-mmap -o /dev/null true 2>/dev/null ;;
	record) prof-record -q -d 10ms -o /dev/null -- true 2>/dev/null ;;
	dotnet) mcs -out:App.dll App.cs >/dev/null 2>&1 && dotnet App.dll >/dev/null 2>&1 ;;
	# With its libraries for profiling.
	ghc) find "$(ghc --print-libdir 2>/dev/null)" -name Prelude.p_hi 2>/dev/null | grep -q . ;;
	*.so.*) LD_PRELOAD=$1 sh -c 'cat /proc/$$/maps' 2>/dev/null | grep -q "$1" ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# Each block becomes a file: its tools in the first line.
sed 's/\\e/\\/g; s/^\\&//' "$top/man/prof-recipes.7" | awk '
	/^\.\\" run: / { tools = substr($0, 10) }
	/^\.Ed/ && on { close(file); on = tools = "" }
	on { print >file }
	/^\.Bd/ && tools != "" { file = sprintf("recipe.%02d", ++n); print tools >file; on = 1 }'
for recipe in recipe.*; do
	tools=$(head -n 1 "$recipe")
	name="$tools: $(sed -n 2p "$recipe")"
	missing=
	for tool in $tools; do can "$tool" || missing=$tool; done
	if [ -n "$missing" ]; then
		skip "no $missing here" "$name"
		continue
	fi
	folder=.
	[ "${tools%% *}" = go ] && folder=go
	rm -f $folder/app.svg
	sed 1d "$recipe" | (cd $folder && sh -e) >out 2>err
	ok $? "$name" "$(cat err)"
	if grep -q '> app.svg' "$recipe"; then
		grep -q '</svg>' $folder/app.svg && grep -q 'busy\|main' $folder/app.svg
		ok $? "$name: a picture with the program's functions"
	fi
done
finish
