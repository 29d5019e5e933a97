#!/bin/sh
# Icicle, reverse and sort at run time, against totals added up elsewhere.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

# Recursion, shared leaves, a sibling that sorts before ';', a leaf that is a caller.
cat >in.folded <<'END'
main;a;b;c 7
main;a;b 5
main;a.part.0 4
main;a;a;a 9
main;z;b;c 30
main;d;b;c 2
other;b;c 11
other 3
END

# totals: "path COUNT" of every path in folded stacks
totals() {
	awk '{
		n = split(substr($0, 1, length($0) - length($NF) - 1), frame, ";")
		path = ""
		for (i = 1; i <= n; i++) {
			path = path (i > 1 ? ";" : "") frame[i]
			sum[path] += $NF
		}
	}
	END { for (path in sum) print path, sum[path] }' | sort
}

reversed() {
	awk '{
		n = split($1, frame, ";")
		for (i = n; i > 0; i--)
			printf "%s%s", frame[i], (i > 1 ? ";" : " ")
		print $2
	}'
}

prof-flame in.folded >in.svg
totals <in.folded >forward
reversed <in.folded | totals >backward

shows() { # EXPECTED NAME, after browse
	sort dumped >drawn
	same drawn "$1" "$2"
}

browse in.svg 'as it is' <<'END'
	drawnStacks().forEach(dump);
END
shows forward 'every frame once, with its total'
browse in.svg 'reverse' <<'END'
	press('r');
	is(tool('Reverse').getAttribute('aria-pressed'), 'true', 'the tool says so');
	near(width(box('c')), room() * 50 / 71, 'leaves are as wide as all their stacks');
	drawnStacks().forEach(dump);
END
shows backward 'leaves first, merged from there'
browse in.svg 'reverse twice' <<'END'
	click(tool('Reverse'));
	click(tool('Reverse'));
	drawnStacks().forEach(dump);
END
shows forward 'reversing twice changes nothing'
prof-flame --reverse in.folded >reversed.svg
browse reversed.svg '--reverse' <<'END'
	drawnStacks().forEach(dump);
END
shows backward '--reverse is the same'
browse reversed.svg '--reverse, reversed' <<'END'
	press('r');
	drawnStacks().forEach(dump);
END
shows forward 'and can be taken back'
browse in.svg 'reverse from the address' <<'END'
	press('r');
	click(box('c'));
	dump(location.hash);
END
address=$(cat dumped)
browse in.svg 'a reversed address' <<'END'
	near(width(box('c')), room(), 'the frame is zoomed into');
END
address=

browse in.svg 'sort' <<'END'
	const order = () => boxes().filter(b => b.getAttribute('aria-level') === '3')
		.sort((a, b) => number(a, 'x') - number(b, 'x')).map(b => label(b).split(',')[0]).join(' ');
	is(order(), 'a a.part.0 d z b', 'by name at first');
	press('s');
	is(order(), 'z a a.part.0 d b', 'by width');
	is(tool('Sort by width').getAttribute('aria-pressed'), 'true', 'the tool says so');
	ok(number(box('z'), 'x') === number(box('main'), 'x'), 'the widest begins where its caller does');
	near(number(box('a'), 'x'), number(box('z'), 'x') + width(box('z')), 'the next stands beside it');
	press('r');
	is(boxes().filter(b => b.getAttribute('aria-level') === '2').map(b => label(b).split(',')[0]).join(' '),
		'c a b a.part.0 other', 'reversed, by width');
	press('r');
	click(tool('Sort by width'));
	is(order(), 'a a.part.0 d z b', 'by name again');
	drawnStacks().forEach(dump);
END
shows forward 'sorting loses nothing'
prof-flame --sort width in.folded >sorted.svg
browse sorted.svg '--sort width' <<'END'
	is(label(boxes()[2]).split(',')[0], 'z', 'the widest first');
	press('s');
	is(label(boxes()[2]).split(',')[0], 'a', 'by name');
END
printf 'b;y 1\na;x 1\nb;x 1\n' | prof-flame --sort none >none.svg
browse none.svg '--sort none' <<'END'
	is(drawnStacks().join(', '), 'b 2, b;y 1, b;x 1, a 1, a;x 1', 'in order of appearance');
END

browse in.svg 'icicle' <<'END'
	const y = name => number(box(name), 'y');
	ok(y('main') < y('all') && y('a') < y('main'), 'flame: the root is at the bottom');
	const foot = y('all');
	click(tool('Icicle'));
	ok(y('main') > y('all') && y('a') > y('main'), 'icicle: at the top');
	press('i');
	is(y('all'), foot, 'flame again');
END
prof-flame --inverted in.folded >inverted.svg
browse inverted.svg '--inverted' <<'END'
	ok(number(box('main'), 'y') > number(box('all'), 'y'), 'the root is at the top');
	is(tool('Icicle').getAttribute('aria-pressed'), 'true', 'the tool says so');
	is(location.hash, '', 'and the address is plain');
END

printf 'a;b 1\nc 1\na;b 1\n' | prof-flame --flamechart >chart.svg
browse chart.svg 'flame chart' <<'END'
	is(drawnStacks().join(', '), 'a 1, a;b 1, c 1, a 1, a;b 1', 'in order of time');
	ok(tool('Reverse').hidden && tool('Sort by width').hidden, 'which has no other order');
	press('r');
	press('s');
	is(drawnStacks().join(', '), 'a 1, a;b 1, c 1, a 1, a;b 1', 'for keys, too');
END

# A tree with many nodes, deep ones among them.
awk 'BEGIN {
	srand(3)
	for (i = 0; i < 400; i++) {
		line = "r"
		for (d = int(rand() * 30); d >= 0; d--)
			line = line ";f" int(rand() * 12)
		print line, 1 + int(rand() * 50)
	}
}' >many.folded
totals <many.folded >forward
reversed <many.folded | totals >backward
prof-flame many.folded --width 20000 >many.svg
browse many.svg 'many' <<'END'
	drawnStacks().forEach(dump);
END
shows forward 'many stacks'
browse many.svg 'many, reversed' <<'END'
	press('r');
	press('s');
	drawnStacks().forEach(dump);
END
shows backward 'many stacks, reversed and sorted'
finish
