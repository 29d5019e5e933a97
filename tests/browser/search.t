#!/bin/sh
# Searching: as one types, by regular expression, with counts, and in the address.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

cat >in.folded <<'END'
main;parse;parse_number 30
main;parse;read_(x) 20
main;run;Parse 25
main;run;parse;parse_number 15
main;run;step 10
END
prof-flame --search-color '#123456' in.folded >in.svg

browse in.svg 'search' <<'END'
	const found = () => one('output').value;
	const matches = () => boxes().filter(isMatch).map(b => label(b).split(',')[0]).join(' ');
	is(one('output').hidden, true, 'nothing is reported before a search');
	const drawn = boxes();
	search('p');
	ok(boxes().every((b, i) => b === drawn[i]), 'it marks boxes, and draws none anew');
	is(found(), '6 matched, 100.00%', 'what is typed is searched for at once');
	search('parse');
	// parse 50 with parse_number inside, Parse 25, parse 15 with its own parse_number
	is(found(), '5 matched, 90.00%', 'what lies on what matched is counted once');
	is(matches(), 'parse parse_number Parse parse parse_number', 'case does not matter');
	is(getComputedStyle(one('.marks')).fill, 'rgb(18, 52, 86)', 'in the colour asked for');
	ok(boxes().every(b => isMatch(b) !== covered(b, 'veil')), 'others are faded');
	const {x, y} = rect(box('Parse')).getBoundingClientRect();
	is(document.elementFromPoint(x + 2, y + 2).closest('.box'), box('Parse'), 'the mouse finds the boxes');
	const under = one('.outline.mouse');
	rect(box('Parse')).dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX: x, clientY: y}));
	is(under.getAttribute('x'), rect(box('Parse')).getAttribute('x'), 'and outlines the one under it');
	press('ArrowUp');
	is(one('.outline.focus').getAttribute('width'), rect(box(focused())).getAttribute('width'), 'and the one in focus');
	ok(one('.outline.focus').getClientRects().length, 'in sight');
	click(tool('Aa'));
	is(found(), '4 matched, 65.00%', 'until it does');
	is(tool('Aa').getAttribute('aria-pressed'), 'true', 'the tool says so');
	search('/^parse$/');
	is(found(), '2 matched, 65.00%', 'patterns are between slashes');
	search('/_number|step/');
	is(found(), '3 matched, 55.00%', 'with alternatives');
	search('read_(');
	is(found(), '1 matched, 20.00%', 'other text is searched for as it stands');
	search('nothing like it');
	is(found(), 'no match', 'nothing found');
	is(matches(), '', 'nothing marked');
	search('/[/');
	is(found(), 'no match', 'not an expression, and not there');
	search('all');
	is(found(), 'no match', 'the root is not a frame');
END

browse in.svg 'next and previous' <<'END'
	const at = () => `${focused()}: ${one('output').value.split(' m')[0]}`;
	search('/parse_number|step/');
	press('n');
	is(at(), 'parse_number: 1 of 3', 'n: the first');
	const first = document.activeElement;
	press('n');
	is(at(), 'parse_number: 2 of 3', 'n: the next');
	ok(document.activeElement !== first, 'is another');
	press('n');
	is(at(), 'step: 3 of 3', 'n: the last');
	press('n');
	is(at(), 'parse_number: 1 of 3', 'n: the first again');
	press('N');
	is(at(), 'step: 3 of 3', 'N: backwards');
	click(tool('\u2039'));
	is(at(), 'parse_number: 2 of 3', 'by mouse, too');
	click(tool('\u203a'));
	is(at(), 'step: 3 of 3', 'both ways');
	press('/');
	is(document.activeElement.localName, 'input', '/ goes to the field');
	press('Enter');
	is(one('output').value, '1 of 3 matched, 55.00%', 'where Enter is the next');
	press('Enter', {shiftKey: true});
	is(one('output').value, '3 of 3 matched, 55.00%', 'and Shift-Enter the one before');
	press('n');
	is(one('output').value, '3 of 3 matched, 55.00%', 'and letters are letters');
	press('Escape');
	is(one('input').value, '', 'Escape ends the search');
	ok(!boxes().some(isMatch), 'and its marks');
	ok(document.activeElement?.localName !== 'input', 'and leaves the field');
	press('f', {ctrlKey: true});
	is(document.activeElement.localName, 'input', 'Ctrl-F goes to the field');
END

browse in.svg 'search in the address' <<'END'
	const steps = history.length;
	search('p');
	search('pa');
	search('parse&=+#%x');
	is(history.length, steps, 'typing leaves no trail');
	is(new URLSearchParams(location.hash.slice(1)).get('search'), 'parse&=+#%x', 'the address has it');
	search('/^Parse$/');
	click(tool('Aa'));
	click(box('run'));
	dump(location.hash);
END
address=$(cat dumped)
browse in.svg 'search from the address' <<'END'
	is(one('input').value, '/^Parse$/', 'the search is back');
	is(one('output').value, '1 matched, 50.00% of what is zoomed', 'with its result, of what is zoomed');
	is(tool('Aa').getAttribute('aria-pressed'), 'true', 'with its case');
	near(width(box('run')), room(), 'with its zoom');
	press('Escape');
	press('Escape');
	is(location.hash, '#cased=true', 'Escape and Escape leave none of it but the case');
END
address=
finish
