#!/bin/sh
# tests/validate/unwind.sh BUILD [NAME...]: record real programs, hold their stacks
# against those of elfutils and count how many perf script has whole. Prints the
# tables of UNWIND.md. What is not installed is left out, and said.
set -u
LC_ALL=C
export LC_ALL
build=$(cd "$1" && pwd)
shift
wanted=$*
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 2

cat >words.cpp <<'end'
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>
using value = std::variant<int, double, std::string, std::vector<int>>;
template <int N> struct sums {
	std::map<std::string, std::set<value>> by;
	std::function<int(int)> f = [](int x) { return x + N; };
	int run(const std::string &s)
	{
		std::regex r("([a-z]+)[0-9]{" + std::to_string(N) + "}");
		by[s].insert(std::regex_replace(s, r, "$1"));
		return f((int)by.size()) + sums<N - 1>().run(s);
	}
};
template <> struct sums<0> {
	int run(const std::string &s) { return (int)s.size(); }
};
int main()
{
	std::string line;
	while (std::getline(std::cin, line))
		std::cout << sums<24>().run(line) << '\n';
}
end

cat >walk.py <<'end'
import ast, json, re, sys
def build(n):
    return {"k%d" % i: [build(n - 1), i] for i in range(3)} if n else {"leaf": 1}
def count(t):
    if isinstance(t, dict):
        return sum(count(v) for v in t.values())
    if isinstance(t, list):
        return sum(map(count, t))
    return 1
class Visitor(ast.NodeVisitor):
    def __init__(self):
        self.n = 0
    def generic_visit(self, node):
        self.n += 1
        super().generic_visit(node)
source = open(ast.__file__).read()
for _ in range(int(sys.argv[1])):
    tree = build(6)
    text = json.dumps(tree, indent=1)
    json.loads(text)
    count(tree)
    re.findall(r"(?:k(\d+))+", text)
    v = Visitor()
    v.visit(ast.parse(source))
    sorted(source.split(), key=lambda w: (len(w), w))
end

cat >walk.js <<'end'
function tree(n) { return n ? { l: tree(n - 1), r: tree(n - 1), v: 'x' + n } : null; }
function sum(t) { return t ? sum(t.l) + sum(t.r) + t.v.length : 0; }
class Walker { visit(t, f) { if (t) { this.visit(t.l, f); f(t); this.visit(t.r, f); } } }
let total = 0;
for (let i = 0; i < Number(process.argv[2]); i++) {
	const t = tree(14);
	total += sum(JSON.parse(JSON.stringify(t)));
	new Walker().visit(t, x => { total += x.v.replace(/x(\d)/, '$1y').length; });
	[...Array(20000).keys()].map(k => (k * 7919) % 10007).sort((a, b) => a - b);
}
console.log(total);
end

cat >Walk.java <<'end'
import java.util.*;
import java.util.stream.*;
public class Walk {
	static Map<String, Object> tree(int n) {
		Map<String, Object> m = new TreeMap<>();
		for (int i = 0; n > 0 && i < 3; i++) m.put("k" + i, tree(n - 1));
		return m;
	}
	static int count(Object o) {
		int n = 1;
		for (Object v : ((Map<?, ?>) o).values()) n += count(v);
		return n;
	}
	public static void main(String[] args) {
		long total = 0;
		for (int i = 0; i < Integer.parseInt(args[0]); i++) {
			Map<String, Object> t = tree(8);
			total += count(t);
			total += t.toString().length();
			total += IntStream.range(0, 100000).boxed().collect(
				Collectors.groupingBy(k -> k % 97, Collectors.counting())).size();
		}
		System.out.println(total);
	}
}
end

cat >walk.go <<'end'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
)

type node struct {
	Kids []*node
	Name string
}

func tree(n int) *node {
	t := &node{Name: "n" + strconv.Itoa(n)}
	for i := 0; n > 0 && i < 3; i++ {
		t.Kids = append(t.Kids, tree(n-1))
	}
	return t
}

func work(n int) int {
	re := regexp.MustCompile(`n(\d+)`)
	total := 0
	for i := 0; i < n; i++ {
		b, _ := json.Marshal(tree(7))
		var back node
		json.Unmarshal(b, &back)
		words := strings.Split(string(b), ",")
		sort.Strings(words)
		total += len(re.FindAllString(string(b), -1)) + len(words)
	}
	return total
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); fmt.Println(work(n)) }()
	}
	wg.Wait()
}
end

cat >walk.rs <<'end'
use std::collections::{BTreeMap, HashMap};
enum Tree { Leaf(String), Node(BTreeMap<String, Tree>) }
fn tree(n: u32) -> Tree {
    if n == 0 { return Tree::Leaf(format!("leaf{}", n)); }
    Tree::Node((0..3).map(|i| (format!("k{}", i), tree(n - 1))).collect())
}
fn count(t: &Tree) -> usize {
    match t {
        Tree::Leaf(s) => s.len(),
        Tree::Node(m) => m.values().map(count).sum(),
    }
}
fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let threads: Vec<_> = (0..2).map(|k| std::thread::spawn(move || {
        let mut total = k;
        for i in 0..n {
            total += count(&tree(9));
            let mut words: HashMap<String, usize> = HashMap::new();
            for j in 0..20000 { *words.entry(format!("w{}", (i * j) % 997)).or_default() += 1; }
            let mut v: Vec<_> = words.into_iter().collect();
            v.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            total += v[0].1;
        }
        total
    })).collect();
    for t in threads { println!("{}", t.join().unwrap()); }
}
end

# perf_whole FILE: percent of samples with a user stack that end where threads begin,
# or in the C library, whose clone3() has no name in a stripped one. It gets a home
# directory of its own: what other runs left in its cache of binaries misleads it.
perf_whole() {
	env HOME="$tmp" perf script -i "$1" -F comm,ip,sym,dso --no-inline 2>/dev/null | awk '
	function finish() {
		if (n)
			total++
		if (last ~ /^(_start|__?clone3?|_dl_start_user|thread_start|runtime\..*|_rt0_.*)$/ ||
		    (n > 2 && dso ~ /libc\.so/) || before ~ /__libc_start_main/)
			whole++
		n = 0
		last = before = ""
	}
	/^[^ \t]/ { finish(); next }
	/^[ \t]+[0-9a-f]+ / {
		if ($NF ~ /kernel|^\(\[k/)
			next
		n++
		before = last
		last = $2
		dso = $NF
		sub(/\+0x[0-9a-f]+$/, "", last)
		sub(/@.*/, "", last)
	}
	END { finish(); printf "%.2f %% of %d\n", total ? 100 * whole / total : 0, total }'
}

# real_python NAME: the interpreter itself, not a script that chooses one
real_python() {
	for p in "$1" "$HOME"/.pyenv/versions/*/bin/"$1"; do
		"$p" -c 'import sys; print(sys.executable)' 2>/dev/null && return
	done
	echo "$1"
}

# perf_row BYTES COMMAND...: percent whole with so many bytes of stack, the best of
# three runs: some runs have hardly any
perf_row() {
	bytes=$1
	shift
	for _ in 1 2 3; do
		nice env HOME="$tmp" perf record -N -q -F 499 -g --call-graph "dwarf,$bytes" \
			-o perf.data -- "$@" >out 2>/dev/null
		perf_whole perf.data
		rm -f perf.data
	done | sort -rn | head -1
}

# row NAME BYTES COMMAND...: both rows of a program
row() {
	name=$1
	bytes=$2
	shift 2
	case " $wanted " in
	'  ' | *" $name "*) ;;
	*) return ;;
	esac
	if ! command -v "$1" >/dev/null; then
		echo "$name: $1 is not installed" >&2
		return
	fi
	# shellcheck disable=SC2086
	nice "$build/tests/validate/unwind" -s "$bytes" ${OPTIONS---speed} "$name" "$@" >out 2>err ||
		cat err >&2
	grep -E '^\| ' out >>rows
	grep -E '^(    |[a-z ]*; ours)' out
	if [ "${PERF-1}" ] && [ "$name" != clang-64k ] && command -v perf >/dev/null; then
		printf '| %s | %s | %s |\n' "$name" "$(perf_row 8192 "$@")" \
			"$(perf_row 65528 "$@")" >>perf.rows
	fi
}

row clang 32768 clang++ -O2 -std=c++17 -o words words.cpp
row clang-64k 65528 clang++ -O2 -std=c++17 -o words words.cpp
row cpython 32768 "$(real_python python3)" walk.py 60
row cpython-perf 32768 "$(real_python python3.12)" -X perf walk.py 60
row node 32768 node walk.js 200
row java 32768 java -XX:+PreserveFramePointer Walk.java 40
go build -o walk-go walk.go 2>/dev/null && row go 32768 ./walk-go 60
go build -ldflags=-s\ -w -o walk-go-s walk.go 2>/dev/null && row go-stripped 32768 ./walk-go-s 60
rustc -O -o walk-rs walk.rs 2>/dev/null && row rust 32768 ./walk-rs 200
row rustc 32768 "$(rustup which rustc 2>/dev/null || echo rustc)" -O -o walk-rs walk.rs
row go-build 32768 env GOCACHE="$tmp/cache" go build -a -o walk-go walk.go

# table HEADINGS COLUMN...: those columns of the rows that the program printed
table() {
	printf '\n%s\n' "$1"
	echo "$1" | sed 's/[^|]*|/---|/g; s/^---//'
	shift
	awk -F' [|] ' -v list="$*" '{
		sub(/^[|] /, "")
		sub(/ [|]$/, "")
		n = split(list, column, " ")
		line = "|"
		for (i = 1; i <= n; i++)
			line = line " " $column[i] " |"
		print line
	}' rows
}

table '| program | samples | equal | of these but for the caller of a leaf | elfutils stops early | ours stops early | different | not compared |' \
	1 2 4 5 7 8 9 6
table '| program | frames a stack | complete | remembered | read from the process | truncated | no mapping | no sense | the same in JIT code |' \
	1 3 10 12 13 14 15 16 17
case ${OPTIONS---speed} in
*--speed*)
	table '| program | ns a frame, warm | with stacks from main memory | elfutils, warm |' 1 19 18 20
	;;
esac
[ -f perf.rows ] || exit 0
echo
echo '| program | complete: perf record --call-graph dwarf,8192 | dwarf,65528 |'
echo '|---|---|---|'
cat perf.rows
