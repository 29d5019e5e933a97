#!/bin/sh
# Zooming: by click, keys, and the browser's history.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

cat >in.folded <<'END'
main;parse;read 30
main;parse;split 20
main;parse 10
main;run;read;wait 25
main;run;step 14
main;run;rare;rarer 1
END
prof-flame in.folded >in.svg

browse in.svg 'click' <<'END'
	near(width(box('parse')), room() * 0.6, 'a box is as wide as its share');
	near(number(box('parse'), 'x'), 12, 'and where its siblings leave it');
	near(number(box('run'), 'x'), 12 + room() * 0.6, 'so is the next');
	ok(number(box('parse'), 'y') < number(box('main'), 'y'), 'callees stand on their callers');
	ok(tool('Reset zoom').hidden, 'there is nothing to reset');
	click(box('run'));
	near(width(box('run')), room(), 'a click zooms');
	near(width(box('main')), room(), 'callers stay, as wide as the picture');
	ok(box('main').classList.contains('above'), 'and are marked');
	is(box('parse'), undefined, 'what is beside is gone');
	near(width(box('read')), room() * 25 / 40, 'what is above grows with it');
	is(focused(), 'run', 'the frame has the focus');
	ok(location.hash.includes('zoom='), 'the address has it', location.hash);
	click(tool('Reset zoom'));
	near(width(box('parse')), room() * 0.6, 'the tool resets');
	ok(!location.hash.includes('zoom='), 'the address knows', location.hash);
	click(box('main'));
	click(box('all'));
	near(width(box('parse')), room() * 0.6, 'so does a click on the root');
END

browse in.svg 'keys' <<'END'
	box('all').focus();
	press('ArrowUp');
	is(focused(), 'main', 'up is to the callee');
	press('ArrowUp');
	is(focused(), 'parse', 'to the widest');
	press('ArrowRight');
	is(focused(), 'run', 'right is to the next sibling');
	press('ArrowRight');
	is(focused(), 'run', 'and ends there');
	press('ArrowLeft');
	is(focused(), 'parse', 'left is to the one before');
	press('ArrowDown');
	is(focused(), 'main', 'down is to the caller');
	press('ArrowUp');
	press('Enter');
	near(width(box('parse')), room(), 'Enter zooms');
	is(focused(), 'parse', 'and keeps the focus');
	press('Escape');
	near(width(box('parse')), room() * 0.6, 'Escape shows everything');
	is(focused(), 'parse', 'still in focus');
	press('+');
	near(width(box('main')), room(), '+ zooms towards the focus');
	press('+');
	near(width(box('parse')), room(), 'by one frame');
	is(box('run'), undefined, 'each time');
	press('-');
	near(width(box('parse')), room() * 0.6, '- zooms out');
	ok(!tool('Reset zoom').hidden, 'by one frame');
	press('0');
	ok(tool('Reset zoom').hidden, '0 shows everything');
	press('i');
	ok(number(box('parse'), 'y') > number(box('main'), 'y'), 'icicle: the root is above');
	box('main').focus();
	press('ArrowDown');
	is(focused(), 'parse', 'icicle: down is to the callee');
	press('ArrowUp');
	is(focused(), 'main', 'icicle: up is to the caller');
	press('?');
	ok(one('.helpbox').classList.contains('shown'), '? lists the keys');
	press('Escape');
	ok(!one('.helpbox').classList.contains('shown'), 'until Escape');
	const from = boxes().length;
	tool('Reverse').focus();
	press('Enter');
	is(boxes().length, from, 'a tool in focus keeps Enter for itself');
	press('i');
	is(tool('Icicle').getAttribute('aria-pressed'), 'false', 'and no other key');
	press('x', {ctrlKey: true});
	press('r', {ctrlKey: true});
	is(tool('Reverse').getAttribute('aria-pressed'), 'false', 'what the browser does with Ctrl stays');
END

browse in.svg 'history' <<'END'
	click(box('run'));
	click(box('read'));
	near(width(box('wait')), room(), 'zoomed twice');
	await back();
	near(width(box('read')), room() * 25 / 40, 'back once');
	await back();
	near(width(box('parse')), room() * 0.6, 'back to the first view');
	await forth();
	near(width(box('run')), room(), 'and forth');
	press('i');
	await back();
	is(tool('Icicle').getAttribute('aria-pressed'), 'false', 'back takes toggles back, too');
	history.pushState = history.replaceState = () => {
		throw new DOMException('not here', 'SecurityError');
	};
	click(box('read'));
	near(width(box('wait')), room(), 'a browser without history zooms all the same');
END

browse in.svg 'address' <<'END'
	click(box('run'));
	dump(location.hash);
END
opens() { # ADDRESS SHARE NAME: how wide "run" is then, in percent of the picture
	address=$1
	browse in.svg "$3" <<'END'
	dump(Math.round(100 * width(box('run')) / room()));
END
	address=
	is "$(cat dumped)" "$2" "$3"
}
opens "$(cat dumped)" 100 'an address brings the view back'
opens '#zoom=99' 40 'a frame that is not there is not zoomed into'
opens '#zoom=x&order=constructor&shape=%3Cb%3E&search=%28&toString=1' 40 'an odd address does no harm'

# Boxes of less than 0.3 pixels are not drawn; their frames are there all the same.
{
	echo 'main;wide 1000000'
	for i in 1 2 3 4 5 6 7 8; do echo "main;thin;leaf$i 125"; done
	echo 'main;lost;deep;deeper 1'
} >thin.folded
prof-flame --minwidth 5 thin.folded >thin.svg
grep -q 'thin' thin.svg
is "$(grep -c '<title>\(thin\|leaf\|lost\)' thin.svg)" 0 'the first view leaves out what is narrow'
browse thin.svg 'pruned frames' <<'END'
	ok(box('thin'), 'a box of one pixel is drawn');
	is(box('leaf1'), undefined, 'boxes above it are too narrow');
	is(box('lost'), undefined, 'as is another');
	click(box('thin'));
	for (let i = 1; i <= 8; i++)
		near(width(box(`leaf${i}`)), room() / 8, `zooming in shows leaf${i}`);
	press('0');
	search('/^deeper$/');
	press('n');
	is(focused(), 'deeper', 'a search leads to what cannot be seen');
	near(width(box('deeper')), room(), 'and zooms as far as it must');
END

browse in.svg 'motion' <<'END'
	click(box('run'));
	const glides = one('[role=tree]').getAnimations();
	is(glides.length, 1, 'a zoom glides');
	ok(glides[0].effect.getTiming().duration <= 200, 'for a moment');
END
browse in.svg 'reduced motion' --force-prefers-reduced-motion <<'END'
	click(box('run'));
	is(one('[role=tree]').getAnimations().length, 0, 'who wants no motion sees none');
END
# Siblings that share a name: in order of time, or where one has a ';'.
printf 'm;a;x 10\nm;b 5\nm;a;y 20\nm;a;x 5\n' >chart.folded
prof-flame --flamechart chart.folded >chart.svg
browse chart.svg 'siblings of one name' <<'END'
	click(box('a', 1));
	ok(label(box('a')).startsWith('a, 25 samples'), 'the second is the one that is zoomed', label(box('a')));
	ok(box('y') && box('x'), 'with its callees');
	const address = location.hash;
	press('0');
	click(box('a'));
	ok(label(box('a')).startsWith('a, 10 samples') && !box('y'), 'the first is another');
	await back();
	await back();
	is(location.hash, address, 'the address tells them apart');
	ok(label(box('a')).startsWith('a, 25 samples'), 'and leads back');
	dump(location.hash);
END
address=$(cat dumped)
browse chart.svg 'a sibling from the address' <<'END'
	ok(label(box('a')).startsWith('a, 25 samples'), 'it is the second again', label(box('a')));
END
address=
finish
