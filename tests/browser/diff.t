#!/bin/sh
# Differential pictures: colours of changes, what is new and what is gone, widths.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

cat >in.folded <<'END'
main;same 100 100
main;more 100 130
main;twice 10 20
main;half 40 20
main;gone;deep 50 0
main;new;deep 0 30
main;hot;inner 100 180
END
prof-flame in.folded >in.svg

browse in.svg 'changes' <<'END'
	const step = name => [...box(name).classList].find(c => /^d\d+$/.test(c));
	is(step('same'), 'd5', 'what is the same is in the middle');
	is(step('more'), 'd8', '30% more: three steps');
	is(step('twice'), 'd10', 'twice is the end');
	is(step('half'), 'd0', 'so is half');
	is(step('hot'), 'd9', 'a caller has the colour of all it calls');
	is(step('main'), 'd7', 'up to the root');
	// WCAG's contrast of a box's text on its box.
	const light = c => c.match(/\d+/g).slice(0, 3).map(v => v / 255)
		.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0.05);
	const ink = b => light(getComputedStyle(textOf(b)).fill);
	const paper = b => light(getComputedStyle(rect(b)).fill);
	for (const name of ['same', 'more', 'twice', 'half', 'hot', 'main', 'new']) {
		const [a, b] = [ink(box(name)), paper(box(name))];
		ok(Math.max(a, b) / Math.min(a, b) >= 4.5, `the label of "${name}" is legible`, a, b);
	}
	ok(box('gone').classList.contains('gone'), 'what is gone is marked');
	ok(box('deep').classList.contains('gone'), 'with all it called');
	ok(getComputedStyle(rect(box('gone'))).fill.includes('#prof-gone'), 'by hatching');
	ok(box('new').classList.contains('new'), 'what is new is marked');
	ok(getComputedStyle(rect(box('new'))).stroke !== 'none', 'by an outline');
	ok(!box('same').classList.contains('gone') && !box('same').classList.contains('new'), 'nothing else');
	is(label(box('more')), 'more, 130 samples, 27.08% of all, 27.08% of its parent, +30.00%; base: 100 samples',
		'both sides are told');
	ok(label(box('gone')).includes(', gone; base: 50 samples'), 'gone');
	ok(label(box('new')).includes(', new; base: 0 samples'), 'new');
	const legend = one('.legend').textContent;
	ok(legend.includes('base 400 \u2192 new 480 samples: +20.00%'), 'the legend tells the totals', legend);
	for (const word of ['half or less', 'same', 'twice or more', 'gone', 'new'])
		ok(legend.includes(word), `and what is ${word}`);
	const colours = new Set(all('.legend > rect').map(r => getComputedStyle(r).fill));
	is(colours.size, 11, 'eleven colours');
	ok(one('.legend').getBoundingClientRect().bottom <= Math.min(...boxes().map(b => b.getBoundingClientRect().top)),
		'above the boxes');
END

printf 'main;gone 900 0\nmain;kept 100 100\n' | prof-flame >search.svg
browse search.svg 'what is found' <<'END'
	const term = one('input');
	term.value = 'kept';
	term.dispatchEvent(new Event('input'));
	is(one('output').value, '1 matched, 100.00%', 'its share is that of its own line, of the new side');
END

browse in.svg 'widths' <<'END'
	const share = name => Math.round(1000 * width(box(name)) / room());
	const total = 480 + 50; // the new side, and what is gone
	near(share('more'), 1000 * 130 / total, 'new: the new width');
	near(share('gone'), 1000 * 50 / total, 'what is gone keeps its own');
	press('w');
	near(share('more'), 1000 * 100 / 430, 'base: the width before');
	near(share('new'), 1000 * 30 / 430, 'what is new has its own');
	press('w');
	near(share('more'), 1000 * 130 / 550, 'union: the larger');
	near(share('half'), 1000 * 40 / 550, 'of each');
	is(one('select').value, 'union', 'the tool says so');
	press('w');
	near(share('more'), 1000 * 30 / 220, 'difference: how far apart they are');
	near(share('half'), 1000 * 20 / 220, 'whatever the direction');
	ok(!box('same'), 'what is the same has no width');
	press('w');
	is(one('select').value, 'new', 'and again from the beginning');
	press('w');
	press('w');
	one('select').value = 'new';
	one('select').dispatchEvent(new Event('change'));
	near(share('more'), 1000 * 130 / total, 'and can be chosen from');
	await back();
	is(one('select').value, 'union', 'back');
END
for side in base union difference; do
	prof-flame --diff-width $side in.folded >side.svg
	browse side.svg "--diff-width $side" <<'END'
	dump(one('select').value, Math.round(1000 * width(box('more')) / room()));
	dump(Math.round(1000 * width(box('more')) / room()));
	is(location.hash, '', 'is the plain address');
END
	is "$(sed -n 1p dumped)" $side "--diff-width $side is chosen"
done

browse in.svg 'reversed' <<'END'
	press('r');
	const deep = box('deep');
	is(label(deep), 'deep, 30 samples, 6.25% of all, 6.25% of its parent, -40.00%; base: 50 samples',
		'both sides are merged from the leaf');
	ok(box('gone').classList.contains('gone') && box('new').classList.contains('new'), 'marks stay right');
END

browse in.svg 'search' <<'END'
	search('/more|half/');
	ok(getComputedStyle(rect(box('more'))).fill === 'rgb(246, 126, 75)', 'what is found keeps its colour',
		getComputedStyle(rect(box('more'))).fill);
	ok(!covered(box('more'), 'veil') && !covered(box('half'), 'veil'), 'nothing covers it');
	ok(covered(box('hot'), 'veil') && covered(box('twice'), 'veil'), 'the rest is covered');
END

prof-flame --negate in.folded >negated.svg
browse negated.svg '--negate' <<'END'
	ok(box('more').classList.contains('d2'), 'more is less');
	ok(box('gone').classList.contains('new') && box('new').classList.contains('gone'), 'gone is new');
	ok(label(box('more')).includes(', -23.08%;'), 'numbers, too');
	ok(one('.legend').textContent.includes('new 480 \u2192 base 400 samples: -16.67%'), 'and the legend');
END
prof-flame --diff-normalize total in.folded >normal.svg
browse normal.svg '--diff-normalize total' <<'END'
	ok(box('more').classList.contains('d6'), '30% more in 20% more is 8%');
	ok(label(box('more')).includes(', +8.33%; base: 100 samples'), 'base counts stay what they were');
	ok(one('.legend').textContent.includes('base scaled by 1.2'), 'the legend says so');
END

# What replicates say: grey is what may be chance.
cat >found.folded <<'END'
main;serve;hash 100 150
main;serve;lex 100 130
main;serve;left 30 0
main;serve;came 0 30
main;serve;noise 20 0
main;serve;was 40 0
main;serve;taker 10 50
main;log;hash 20 15
other;hash 10 15
END
prof-merge -t pprof found.folded -o found.pb.gz
stamp 'diff.about=REGRESSION: CPU time 1s to 2s, 5 v 5 runs' 'diff.path=main;serve;hash' \
	'diff.row=SLOWER self +0.5 +0.4 +0.6 1e-05 hash' 'diff.row=explained incl +0.2 +0.1 +0.3 0.001 serve' \
	'diff.row=gone self - - - 0.003 left' 'diff.row=new self - - - 0.003 came' \
	'diff.row=moved self +4 +3 +5 0.001 taker' 'diff.row=gone self - - - 0.003 was' 'diff.moved=was;taker' \
	<found.pb.gz >stamped.pb.gz
prof-flame stamped.pb.gz >found.svg
browse found.svg 'evidence' <<'END'
	const has = (name, c, n = 0) => box(name, n).classList.contains(c);
	ok(has('hash', 'd9', 1), 'what got slower has the colour of its change');
	ok(has('lex', 'chance'), 'what may be chance has none');
	ok(has('hash', 'chance'), 'nor what went the other way in that place');
	ok(has('serve', 'd7') && has('left', 'gone') && has('came', 'new'), 'others that were found do, and marks');
	ok(has('noise', 'chance') && !has('noise', 'gone'), 'what vanished by chance is not marked');
	ok(has('taker', 'moved') && has('was', 'moved'), 'code that only moved is marked, where it is and where it was');
	ok(!has('taker', 'd10') && !has('was', 'gone'), 'and has no colour of a change');
	ok(getComputedStyle(rect(box('taker'))).fill.includes('#prof-moved'), 'by dots');
	ok(label(box('taker')).includes('its code came from was'), 'a box tells where from', label(box('taker')));
	ok(label(box('was')).includes('its code moved to taker'), 'or where to', label(box('was')));
	is(getComputedStyle(rect(box('lex'))).fill, getComputedStyle(rect(box('all'))).fill, 'chance is grey');
	const blamed = boxes().filter(b => b.classList.contains('blame')).map(b => label(b).split(',')[0]);
	is(blamed.join(' '), 'main serve hash', 'the path to what got slower is outlined');
	const room = b => {
		textOf(b).style.stroke = 'none'; // some browsers count it
		return rect(b).getBoundingClientRect().bottom - textOf(b).getBoundingClientRect().bottom;
	};
	for (const name of ['main', 'serve', 'taker'])
		ok(room(box(name)) >= room(box('all')) + 1, `"_" in ${name} would be above its outline`, room(box(name)));
	ok(label(box('hash', 1)).includes('SLOWER self: +50% [+40%, +60%], q=1e-05'), 'a box tells the verdict', label(box('hash')));
	ok(label(box('lex')).includes('may be chance'), 'or that there is none');
	ok(label(box('hash')).includes('may be chance, in the whole profile: SLOWER'),
		'the verdict on all of a function is not that on a box that changed otherwise', label(box('hash')));
	const legend = one('.legend').textContent;
	for (const word of ['may be chance', 'only moved', 'path to what got slower', 'REGRESSION: CPU time 1s to 2s, 5 v 5 runs'])
		ok(legend.includes(word), `the legend says ${word}`);
	ok(one('.legend').getBoundingClientRect().bottom <= Math.min(...boxes().map(b => b.getBoundingClientRect().top)),
		'above the boxes');
	boxes().forEach(b => dump([...b.classList].filter(c => /^(d[0-9]+|chance|moved|gone|new|blame)$/.test(c)).join(' ') +
		' ' + label(b).split(',')[0]));
	press('r');
	ok(!boxes().some(b => b.classList.contains('blame')), 'there is no such way from the leaves');
END
sed -n 's/^<g class="\([^"]*\)"><title>\([a-z]*\) .*/\1 \2/p' found.svg | sed 1d >still
sed 1d dumped >drawn
same drawn still 'the still picture has the same colours and marks'
prof-flame -t text stamped.pb.gz | grep -q '^REGRESSION: CPU time 1s to 2s, 5 v 5 runs$'
ok $? 'text says what was compared'

# pprof::base labels say the same as two columns.
prof-merge -t pprof in.folded -o in.pb.gz
prof-flame in.pb.gz >pprof.svg
browse pprof.svg 'pprof::base' <<'END'
	boxes().forEach(b => dump(`${b.getAttribute('class')} ${label(b)}`));
END
mv dumped pprof
browse in.svg 'folded' <<'END'
	boxes().forEach(b => dump(`${b.getAttribute('class')} ${label(b)}`));
END
same dumped pprof 'pprof::base and two columns are the same picture'
finish
