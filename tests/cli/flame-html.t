#!/bin/sh
# The data of HTML pages; tests/browser/html.t looks at what is made of them.
. "$(dirname "$0")/../lib.sh"

has() { # TEXT NAME: in the page that was drawn last
	grep -qF -- "$1" out
	ok $? "$2" "$(grep -n '"nodes"\|"rows"\|"times"\|"labels"' out)"
}

printf 'a;b 1\na;c 2\na;b;d 4\n' >in.folded
exits 0 'folded stacks' prof-flame -t html in.folded
has '"nodes":5,' 'a node for each frame of the call tree'
has '"rows":{"n":3,"sets":false,"slots":false,"unit":[1]}' 'a row for each stack'
has '"title":"Profile",' 'a title'
printf 'a;b 10 20\na;c 5 0\n' >diff.folded
exits 0 'a differential profile' prof-flame -t html diff.folded
has '"rows":{"n":3,' 'has a row for each side'
has '"title":"Comparison",' 'and says so'
printf 'a 1.5\nb 2\n' >fraction.folded
exits 0 'fractions' prof-flame -t html fraction.folded
has '"factor":9.99999' 'are in millionths'
printf 'a;b 3\n' | prof-flame -t html --title '</script><b>' --subtitle "'\"<" --notes '-->' >out
has '"title":"\u003c/script\u003e\u003cb\u003e"' 'titles are escaped in JSON'
has '<title>&lt;/script&gt;&lt;b&gt;</title>' 'and in markup'
grep -q '</script><b>' out
is $? 1 'nowhere are they markup'

# Types, labels and times.
exits 0 'a heap profile' prof-flame -t html "$top/tests/golden/pprof/go-heap.in"
has '{"name":"alloc_objects",' 'has all its types'
has '{"name":"inuse_space",' 'and their units'
exits 0 'one is shown first' prof-flame -t html --type alloc_space "$top/tests/golden/pprof/go-heap.in"
has '"type":1,' 'which --type names'
event() { printf '%s %d %s: 1000 cycles: \n\t10 f+0x0 (/bin/x)\n\n' "$1" "$2" "$3"; }
{ event x 1 1.0; event x 1 1.1; event y 2 9.9; } >in.perf
exits 0 'times of samples' prof-flame -t html in.perf
has '"windows":false,"slots":446,' 'are slots of a 50th of a second'
has '{"key":"comm","values":["x","y"]}' 'labels'
window() { "$BUILD/tests/make_run" "time=$1"; }
for i in 1 2 3; do printf 'a;b %d\n' $i | window 170000000$i; done >stream.pb.gz
exits 0 'a stream' prof-flame -t html stream.pb.gz
has '"windows":true,"slots":3,"start":1700000001000,' 'has a slot for each window'
has '"rows":{"n":3,' 'and the samples of each'
printf 'a;b 1\n' | window 1700000001 >one.pb.gz
exits 0 'one window' prof-flame -t html one.pb.gz
grep -q '"times"' out
is $? 1 'is no series'
mkdir several
for i in 1 2 3; do printf 'a;b %d\n' $i | window 170000000$i >several/$i.pb.gz; done
exits 0 'several files' prof-flame -t html -j 2 several/1.pb.gz several/2.pb.gz several/3.pb.gz
has '"slots":3,' 'have a slot each'
prof-store add store several/1.pb.gz several/2.pb.gz several/3.pb.gz 2>err
exits 0 'a store' prof-flame -t html store
has '"slots":3,' 'has a slot for each of its profiles'

# Source lines.
mkdir src
printf 'one\n\ttwo </script>\r\nthree\n' >src/a.c
printf 'a@src/a.c:2;b@src/no.c:1 5\n' | "$BUILD/tests/make_run" >lines.pb.gz
exits 0 'source lines' prof-flame -t html --source . lines.pb.gz
has '["src/a.c",[[1,"one\n\ttwo \u003c/script\u003e\nthree\n"]]]' 'have the text of their files'
has '["src/no.c",[]]' 'if they are found'
says '^prof-flame: --source: 1 of 2 source files is not found$' 'a note counts the others'
exits 0 'no lines' prof-flame -t html --source . in.folded
says 'the profile has no source files' 'a profile may have none'

exits 2 'nothing to draw' prof-flame -t html /dev/null
exits 2 'a flame chart' prof-flame -t html --flamechart in.folded
says 'html has a heat map' 'is not for pages'
exits 2 '--source' prof-flame --source . in.folded
says '^prof-flame: --source is for html' 'is for pages'
exits 2 '--source of prof-diff' prof-diff --source . in.folded in.folded
says '^prof-diff: --source is for --report html' 'is for the page'
exits 0 'a report as a page' prof-diff --report html in.folded in.folded
has '<h1 class="verdict' 'has the verdict'
has '"diff":true,' 'and the differential profile'
for i in $(seq 200); do event x 1 "$i.0"; done >one.perf
sed 's/^x 1/x 2/' one.perf >two.perf
prof-diff --report html one.perf two.perf >out 2>err
has '{"key":"comm","values":["x"]}' 'a label that the sides have in common'
grep -q '"key":"tid"' out
is $? 1 'and none that is of no sample in it'
exits 0 'with a picture' prof-diff --report html --svg d.svg in.folded in.folded
has '"diff":true,' 'the page is as before'
[ -s d.svg ]
ok $? 'the picture is drawn, too'
finish
