#!/bin/sh
# The recipes of prof-recipes(7) whose tools are here run as they stand: blocks after a
# comment "run: TOOL...", each among the same programs. "record" is a tool, too: leave to
# record.
. "$(dirname "$0")/../lib.sh"

cat >app.c <<'END'
static unsigned step(unsigned x)
{
	return x * 1103515245 + 12345;
}
int main(int argc, char **argv)
{
	unsigned x = (unsigned)argc;
	for (int i = 0; i < 50000000; i++)
		x = step(x) ^ (x >> 3);
	return argv && x == 42;
}
END
cat >app.js <<'END'
globalThis.kept = [];
function busy(n) { for (let i = 0; i < n; i++) kept.push({ i }); }
for (let i = 0; i < 200; i++) busy(5000);
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
prof-merge -t pprof "$top/tests/golden/otlp/current.in" -o app.pb.gz

can() { # TOOL
	if [ "$1" = record ]; then
		prof-record -q -d 10ms -o /dev/null -- true 2>/dev/null
	else
		command -v "$1" >/dev/null
	fi
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
		grep -q '</svg>' $folder/app.svg
		ok $? "$name: a picture"
	fi
done
finish
