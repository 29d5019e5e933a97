#!/bin/sh
# prof-flame: options, well-formed XML for any bytes, the same bytes every time.
. "$(dirname "$0")/../lib.sh"

cat >in.folded <<'END'
main;parse;read 30
main;parse;split 20
main;parse 10
main;run;wait 40
END

# boxes OPTION...: "NAME (COUNT, SHARE) X WIDTH" of every box of the first view
boxes() {
	prof-flame "$@" | sed -n 's/.*<title>\(.*\)<\/title><rect x="\([^"]*\)" y="[^"]*" width="\([^"]*\)".*/\1 \2 \3/p'
}

# xml NAME FILE: is it well-formed?
xml() {
	problems=$(xmllint --noout --huge "$2" 2>&1)
	ok $? "$1" "$problems"
}
if ! command -v xmllint >/dev/null; then
	xml() { skip 'there is no xmllint: make deps-dev' "$1"; }
fi

is "$(boxes in.folded)" 'all (100 samples, 100.00%) 12 1176
main (100 samples, 100.00%) 12 1176
parse (60 samples, 60.00%) 12 705.6
read (30 samples, 30.00%) 12 352.8
split (20 samples, 20.00%) 364.8 235.2
run (40 samples, 40.00%) 717.6 470.4
wait (40 samples, 40.00%) 717.6 470.4' 'boxes are as wide as their share'
is "$(boxes --width 224 in.folded | sed -n 3p)" 'parse (60 samples, 60.00%) 12 120' '--width is in pixels'
prof-flame in.folded | grep -q '^<svg [^>]*width="100%"[^>]* viewBox="0 0 1200 '
ok $? 'a picture is fluid'
is "$(boxes --sort width in.folded | sed -n '3p;6p')" 'parse (60 samples, 60.00%) 12 705.6
run (40 samples, 40.00%) 717.6 470.4' '--sort width'
printf 'b;y 1\na;x 2\nb;x 3\n' >unsorted.folded
is "$(boxes --sort none unsorted.folded | sed 's/ .*//' | tr '\n' ' ')" 'all b y x a x ' '--sort none'
is "$(boxes --sort name unsorted.folded | sed 's/ .*//' | tr '\n' ' ')" 'all a x b x y ' '--sort name'
is "$(boxes --sort width unsorted.folded | sed 's/ .*//' | tr '\n' ' ')" 'all b x y a x ' '--sort width'
is "$(boxes --flamechart unsorted.folded | sed 's/ .*//' | tr '\n' ' ')" 'all b y a x b x ' '--flamechart'
is "$(boxes --reverse in.folded | sed -n 2p)" 'parse (10 samples, 10.00%) 12 117.6' '--reverse'
is "$(boxes --total 200 in.folded | sed -n '1p;3p')" 'all (200 samples, 100.00%) 12 1176
parse (60 samples, 30.00%) 12 352.8' '--total leaves room'
exits 0 '--total that is too small' prof-flame --total 50 in.folded
says '--total is ignored: it is less than the sum of all values, 100' 'does not count, and says so'
is "$(boxes --total 50 -q in.folded)" "$(boxes in.folded)" 'really'
is "$(boxes --factor 1000 --countname ms in.folded | sed -n 3p)" 'parse (60,000 ms, 60.00%) 12 705.6' \
	'--factor and --countname'
is "$(boxes --minwidth 35% in.folded | sed 's/ .*//' | tr '\n' ' ')" 'all main parse run wait ' '--minwidth in percent'
is "$(boxes --width 1024 --minwidth 350 in.folded | sed 's/ .*//' | tr '\n' ' ')" 'all main parse run wait ' \
	'--minwidth in pixels'
y() { # NAME OPTION...
	box=$1
	shift
	prof-flame "$@" in.folded | sed -n "s/.*<title>$box .*y=\"\([0-9]*\)\" width.*/\1/p" | head -n 1
}
[ "$(y main)" -gt "$(y parse)" ]
ok $? 'the root is at the bottom'
[ "$(y main --inverted)" -lt "$(y parse --inverted)" ]
ok $? '--inverted: at the top'
is $(($(y main --height 30) - $(y parse --height 30))) 30 '--height'
for title in 'Flame Graph:-q' 'Icicle Graph:--inverted' 'Flame Chart:--flamechart' 'Own:--title=Own'; do
	is "$(prof-flame "${title#*:}" in.folded | sed -n 's/^<title>\(.*\)<\/title>$/\1/p')" "${title%:*}" \
		"title: ${title%:*}"
done
"$BUILD/tests/make_run" command='./app -x <1>' type=samples unit=count period=1 <in.folded >run.pb.gz
title() { prof-flame "$@" | sed -n 's/^<title>\(.*\)<\/title>$/\1/p' | head -1; }
is "$(title run.pb.gz)" 'Flame Graph: ./app -x &lt;1&gt;' 'the recorded command is in the title'
is "$(title -t html run.pb.gz)" './app -x &lt;1&gt;' 'of a page, too'
is "$(title --title Own run.pb.gz)" Own 'unless there is another'
"$BUILD/tests/make_run" command="$(printf '%0119d\303\244 more' 0)" type=samples unit=count period=1 <in.folded >run.pb.gz
is "$(title -t html run.pb.gz)" "$(printf '%0119d\342\200\246' 0)" 'a long command is cut between characters'
prof-flame --subtitle 'second line' --notes 'a note' --nametype Method: --fonttype 'Fira Code, monospace' \
	--fontsize 14 in.folded >out
grep -q '<text class="quiet"[^>]*>second line</text>' out
ok $? '--subtitle'
grep -q '<desc>a note</desc>' out
ok $? '--notes'
grep -q '"nametype":"Method:"' out
ok $? '--nametype'
grep -q 'font-family="Fira Code, monospace" font-size="14"' out
ok $? '--fonttype and --fontsize'
is "$(prof-flame in.folded -o out.svg && cksum <out.svg)" "$(prof-flame in.folded | cksum)" '-o'
is "$(prof-flame -z gzip in.folded | gzip -dc | cksum)" "$(prof-flame in.folded | cksum)" '-z gzip'

# Colours
fill() { # NAME OPTION...: the fill of its box
	box=$1
	shift
	prof-flame "$@" | sed -n "s/.*<title>$box (.*fill=\"\(#[0-9a-f]*\)\".*/\1/p" | head -n 1
}
for palette in hot mem io wakeup chain java js perl python rust red green blue aqua yellow purple orange type safe; do
	prof-flame --colors $palette in.folded >out.svg 2>err
	ok $? "--colors $palette" "$(cat err)"
	xml "well-formed with $palette" out.svg
done
is "$(prof-flame --complete=bash | grep -c '^--colors=.')" 19 'completion offers all palettes'
is "$(fill main in.folded)" "$(printf 'x;main 1\n' | fill main)" 'a colour depends on the name alone'
[ "$(fill main in.folded)" != "$(fill run in.folded)" ]
ok $? 'and names differ'
[ "$(fill main --random in.folded)" != "$(fill main in.folded)" ]
ok $? '--random is another choice'
[ "$(fill main --hash in.folded)" != "$(fill main in.folded)" ]
ok $? '--hash is another'
# Languages: which of red, green and blue is the strongest tells the group.
family() { # PALETTE NAME
	printf 'x;%s 1\n' "$2" | prof-flame --colors "$1" | sed -n '/<title>x (/d; /<title>all (/d
		s/.*<title>.*fill="#\(..\)\(..\)\(..\)".*/0x\1 0x\2 0x\3/p' | {
		read -r r g b
		if [ $((r)) = $((g)) ] && [ $((b)) -lt $((r)) ]; then
			echo yellow
		elif [ $((g)) = $((b)) ]; then
			[ $((r)) -gt $((g)) ] && echo red || echo aqua
		elif [ $((r)) = $((b)) ]; then
			[ $((g)) -gt $((r)) ] && echo green || echo purple
		else
			[ $((b)) = 0 ] && echo orange || echo blue
		fi
	}
}
while read -r palette want frame; do
	is "$(family "$palette" "$frame")" "$want" "$palette: $frame is $want"
done <<'END'
java green org/x/Y:.run
java green Lorg/x/Y;:::run
java green anything_[j]
java aqua inlined_[i]
java yellow JavaThread::run
java orange tcp_sendmsg_[k]
java red read
js green x_[j]/y_[j]
js aqua Builtin:Call
js green /app/server.js
js yellow v8::Run
js orange tcp_sendmsg_[k]
js red read
perl green Perl_runops
perl yellow a::b
perl orange tcp_sendmsg_[k]
perl red read
python aqua /usr/lib/python3/site-packages/x.py:f
python yellow /usr/lib/python3.11/json.py:loads
python yellow <built-in method x>
python red app.py:main
rust orange core::ops::f
rust orange bin`std::io::read
rust aqua app::main
rust aqua <core::future::from_generator::GenFuture<T> as app::F>::poll
rust yellow read
wakeup aqua read
chain blue read
END
printf 'block;--;wake 1\n' | prof-flame --colors chain >chain.svg
grep -q '<title>wake (1' chain.svg && grep -q '<title>-- (.*fill="#a0a0a0"' chain.svg
ok $? 'chain: the separator is grey'
grep -q 'wake_\[w\]' chain.svg
ok $? 'and what is above it wakes'
for shade in -q --hash --random; do
	for palette in hot java safe; do
		prof-flame $shade --colors $palette in.folded >one.svg
		prof-flame $shade --colors $palette in.folded >two.svg
		cmp -s one.svg two.svg
		ok $? "the same bytes every time: $shade $palette"
	done
done
for wrong in --colors=pink --bgcolors=pink --bgcolors='#12' --search-color='red;fill:x' --sort=size \
	--width=10 --width=nan --width=-5 --height=0 --fontsize=1e9 --minwidth=x --minwidth=5%% --minwidth=-1 \
	--fonttype='x"y' --fonttype='a;b' --fonttype='' --factor=x --total=-1 --to=pdf --diff-width=x \
	--diff-normalize=x; do
	exits 2 "$wrong is wrong" prof-flame "$wrong" in.folded
	[ ! -s out ]
	ok $? 'and nothing is written'
done
for right in yellow blue green grey '#123456'; do
	exits 0 "--bgcolors $right" prof-flame --bgcolors "$right" in.folded
	xml "well-formed with $right" out
done

# palette.map
mkdir map
cd map || exit 1
printf 'main->rgb(1,2,3)\na->b->rgb(4,5,6)\ngone->rgb(7,8,9)\n' >palette.map
printf 'main;a->b;new 1\n' | prof-flame --cp >out.svg
grep -q '<title>main .*fill="#010203"' out.svg && grep -q '<title>a-&gt;b .*fill="#040506"' out.svg
ok $? '--cp takes colours'
is "$(sed 's/rgb(.*//' palette.map | tr '\n' ' ')" 'a->b-> gone-> main-> new-> ' 'and adds those of new names, in order'
cp palette.map before
printf 'main;a->b;new 1\n' | prof-flame --cp --colors blue >again.svg
same palette.map before 'which stay'
cmp -s out.svg again.svg
ok $? 'whatever the palette'
rm palette.map
prof-flame --cp ../in.folded >out.svg
is "$(cut -d- -f 1 palette.map | tr '\n' ' ')" 'main parse read run split wait ' 'no file is an empty one'
printf 'main->rgb(1,2,3)\nwhat is this\n' >palette.map
exits 2 'a file that is none' prof-flame --cp ../in.folded
says 'palette.map:2: expected .name->rgb\(r,g,b\)., found .what is this' 'says where'
printf 'main->rgb(1,2,3);x:url(y)\n' >palette.map
exits 2 'colours are colours' prof-flame --cp ../in.folded
rm palette.map
mkdir palette.map
exits 2 'a folder is no palette.map' prof-flame --cp ../in.folded
cd .. || exit 1

# One box for a frame, though its callees sort among its siblings.
printf 'foo 1\nfoo.part.0 1\nfoo(int) 1\nfoo;bar 100\n' >split.folded
is "$(boxes split.folded | sed 's/ [0-9.]* [0-9.]*$//')" 'all (103 samples, 100.00%)
foo (101 samples, 98.06%)
bar (100 samples, 97.09%)
foo(int) (1 sample, 0.97%)
foo.part.0 (1 sample, 0.97%)' 'a frame is never split'

# Any bytes
bytes=$(printf '\001\002\010\013\014\016\037\177\302\205\357\277\276\357\277\277\355\240\200\300\200\364\220\200\200\377')
for text in "$bytes" ']]>' '</script><script>alert(1)</script>' '-->' '--' '<b>&"'\' '&#0;' '<!-- ' '%s%n' "\\"; do
	printf 'main;%s;x 5\n' "$text" | prof-flame >name.svg
	xml "a name: $(printf %s "$text" | tr -cd '[:print:]')" name.svg
	for option in title subtitle notes countname nametype; do
		prof-flame --$option "$text" in.folded >option.svg
		xml "--$option: $(printf %s "$text" | tr -cd '[:print:]')" option.svg
	done
	printf 'main;%s;x 5 7\n' "$text" | prof-flame --countname "$text" >name.svg
	xml "differential: $(printf %s "$text" | tr -cd '[:print:]')" name.svg
done
printf 'a%sb 1\n' "$bytes" | prof-flame | LC_ALL=C tr -cd '\001-\010\013\014\016-\037\177' >controls
[ ! -s controls ]
ok $? 'no control characters are written'
# All bytes at random, line by line. (A carriage return in a stack is an error.)
awk 'BEGIN {
	srand(1)
	for (i = 0; i < 300; i++) {
		line = "r"
		for (j = 0; j < 40; j++) {
			c = 1 + int(rand() * 254)
			line = line sprintf("%c", c == 10 || c == 13 ? 32 : c)
		}
		print line, 1 + i
	}
}' >random.folded
prof-flame --minwidth 0 random.folded >random.svg
xml 'random bytes' random.svg
is "$(grep -c ']]>' name.svg)" 2 'style and script end where they should'

# What is embedded is in the file as it is here, and cannot end its element.
for f in "$top"/lib/view/*.css "$top"/lib/view/*/*.css "$top"/lib/view/*/*.js "$top"/lib/view/*/*/*.js "$top"/lib/view/*/*/*/*.js; do
	is "$(grep -c -e ']]>' -e '</script' -e '</style' "$f")" 0 "$(basename "$f") ends nothing"
done
grep -o 'https\{0,1\}://[^"'\'' )]*' name.svg | sort -u >urls
printf 'http://www.w3.org/1999/xhtml\nhttp://www.w3.org/2000/svg\n' >namespaces
same urls namespaces 'no address of anything but the names of SVG and HTML'

# The packed tree is small, names and all.
awk 'BEGIN {
	srand(5)
	for (i = 0; i < 3000; i++) {
		line = "main"
		for (d = int(rand() * 25); d >= 0; d--)
			line = line ";namespace::of::some::length::function_" int(rand() * 300)
		print line, 10000000 * (1 + int(rand() * 9))
	}
}' >many.folded
prof-flame many.folded >many.svg
nodes=$(sed -n 's/.*"nodes":\([0-9]*\).*/\1/p' many.svg)
bytes=$(sed -n '/<metadata/,/<\/metadata>/p' many.svg | wc -c)
[ "$nodes" -gt 20000 ] && [ $((bytes / nodes)) -lt 8 ]
ok $? 'the packed tree takes less than 8 bytes a node' "$bytes bytes for $nodes nodes"

# Trouble
exits 2 'empty input' prof-flame
says 'is empty' 'says so'
printf 'main 0\n' >zero.folded
exits 2 'nothing but zeros' prof-flame zero.folded
says 'nothing to draw' 'says so'
[ ! -s out ]
ok $? 'and nothing is written'
exits 2 'no such file' prof-flame nowhere.folded
printf '\000\001\002\003' >rubbish
exits 2 'no profile' prof-flame rubbish
exits 2 'one bad input of two' prof-flame rubbish in.folded
grep -q '<title>parse (60' out
ok $? 'the other is drawn'
printf 'keep' >kept.svg
exits 2 'a bad input' prof-flame rubbish -o kept.svg
is "$(cat kept.svg)" keep 'leaves the old picture'
prof-flame in.folded >/dev/full 2>err
is $? 2 'a full disk'
says 'cannot write' 'says so'
exits 2 'no such type' prof-flame --type cycles in.folded
printf 'a -5\nb 7\n' >negative.folded
exits 0 'negative values' prof-flame negative.folded
says '1 negative value is drawn as 0' 'are counted in a note'
printf 'main;a 100\nmain;b -240\nneg -5\n' >negative.folded
is "$(prof-flame -q negative.folded | sed -n 's/.*<title>\(.* (.*\)<.title>.*/\1/p')" 'all (100 samples, 100.00%)
main (100 samples, 100.00%)
a (100 samples, 100.00%)' 'their callers have the sum of what is drawn'
is "$(prof-flame -q -t text negative.folded | awk '/%.*%/ { print $2, $NF }')" '100.0% all
100.0% main
100.0% a' 'in the terminal, too'
xml 'and drawn as nothing' out
printf 'a;%0200000d 9223372036854775807\nb 9223372036854775807\n' 0 >huge.folded
exits 0 'huge values and a long name' prof-flame huge.folded
xml 'are well-formed' out
awk 'BEGIN { for (i = 0; i < 50000; i++) printf "f;"; print "f 1" }' >deep.folded
exits 0 'a stack of 50,000 frames' prof-flame deep.folded
is "$(grep -c '<title>f (1' out)" 50001 'has that many boxes'

if [ -d "$top/../shared/corpus" ]; then
	for f in "$top"/../shared/corpus/collapsed/*.txt "$top"/../shared/corpus/pprof/*; do
		prof-flame -q "$f" >out.svg 2>err || continue
		xml "$(basename "$f") is well-formed" out.svg
	done
else
	skip 'there is no corpus' 'pictures of other inputs'
fi
finish
