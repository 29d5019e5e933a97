#!/bin/sh
# Nothing from names or options becomes markup, style or script; the picture lives
# within other pages as it does alone.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

bad() { # text that tries to break out of wherever it is put
	cat <<'END'
</script><script>window.pwned = 1</script>
]]></script><script>window.pwned = 1</script>
<img src=x onerror="window.pwned=1">
"onload="window.pwned=1" x="
' onmouseover='window.pwned=1' x='
--><script>window.pwned = 1</script><!--
</metadata></svg><script>window.pwned = 1</script>
</title></text></style><svg onload="window.pwned=1">
"};window.pwned=1;({"
\";window.pwned=1;//
${window.pwned=1}
javascript:window.pwned=1
&lt;script&gt;window.pwned=1&lt;/script&gt;
__proto__
constructor
END
	printf '\001\010\033[31m\177\302\205\357\277\276\355\240\200\377\n'
}
bad | awk '{ print "main;" $0 ";leaf" NR " 10" }' >in.folded

cat >safe.js <<'END'
	is(window.pwned, undefined, 'nothing ran');
	is(document.querySelectorAll('script').length, 2, 'no script but ours and the test');
	is(document.querySelectorAll('img, image, a, iframe, svg svg:not(.layer > *)').length, 0, 'no elements of theirs');
	is(document.querySelectorAll('[onload], [onerror], [onmouseover], [onclick]').length, 0, 'no handlers');
END
script='"><script>window.pwned = 1</script>'
prof-flame in.folded --title "$script" --subtitle "]]>$script" --notes "--$script" \
	--countname "x</metadata>$script" --nametype 'x" + (window.pwned = 1) + "' >in.svg
{
	cat safe.js
	cat <<'END'
	is(one('h1').textContent, '"><script>window.pwned = 1</script>', 'the title is text');
	is(document.title, one('h1').textContent, 'also of the window');
	boxes().forEach(b => dump(label(b).replace(/, [\d,]+ x<.*/, '')));
	for (const b of boxes())
		b.dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX: 9, clientY: 9}));
	for (const b of boxes()) {
		click(b);
		press('c');
		press('C');
	}
	press('0');
	press('r');
	press('s');
	search('<script>');
	press('n');
	search('<img');
	is(window.pwned, undefined, 'nothing ran, whatever was done');
	ok(details().includes('x" + (window.pwned = 1) + "'), 'the name type is text', details());
END
} >script.js
browse in.svg 'hostile' <script.js
bad | sed '$d; s/;/\n/g' >each
missing=0
while IFS= read -r frame; do
	grep -qF -- "$(printf '%s' "$frame" | sed 's/^ *//; s/ *$//')" dumped || missing=$((missing + 1))
done <each
grep -c . dumped >boxes
is $missing 0 'every name is there as it was'
is "$(grep -c "$(printf '\357\277\275\357\277\275\357\277\275\\[31m')" dumped)" 1 'what cannot be shown is replaced'

address="#search=%3Cscript%3Ewindow.pwned%3D1%3C/script%3E&order=%22%3E%3Cscript%3E&shape=__proto__"
browse in.svg 'a hostile address' <safe.js
address=

# As part of a page.
cat >plain.folded <<'END'
main;parse 60
main;run 40
END
prof-flame plain.folded >plain.svg
{
	echo '<!DOCTYPE html><title>a page</title><p>words</p>'
	with_test plain.svg <<'END'
	is(boxes().length, 4, 'it draws');
	near(width(box('parse')), room() * 0.6, 'as wide as the page lets it');
	click(box('parse'));
	near(width(box('parse')), room(), 'it zooms');
	is(location.hash, '', 'and leaves the address of the page alone');
	is(picture.getAttribute('role'), 'figure', 'it is itself');
	document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '0', bubbles: true}));
	near(width(box('parse')), room(), 'and leaves the keys of the page alone');
	press('0');
	near(width(box('parse')), room() * 0.6, 'its own it takes');
	search('run');
	is(one('output').value, '1 matched, 40.00%', 'it searches');
	is(getComputedStyle(document.querySelector('p')).fill, 'rgb(0, 0, 0)', 'its style stays within it');
END
} | grep -v '<?xml' >page.html
render page.html >dom
take_report dom 'inline'

with_test plain.svg <<'END' >object.svg
	is(boxes().length, 4, 'it draws');
	near(room() + 24, 640, 'as wide as the object');
	click(box('parse'));
	near(width(box('parse')), room(), 'it zooms');
END
cat >page.html <<'END'
<!DOCTYPE html><title>a page</title>
<script>
onmessage = e => document.body.append(Object.assign(document.createElement('pre'), {textContent: e.data}));
</script>
<object data="object.svg" width="640" height="300"></object>
END
render page.html | sed 's/<pre>/<desc class="report">/; s/<\/pre>/<\/desc>/' >dom
take_report dom 'object'

# In HTML hostile names are as harmless as alone.
{
	echo '<!DOCTYPE html><title>a page</title>'
	{
		cat <<'END'
	is(window.pwned, undefined, 'nothing ran');
	is(document.querySelectorAll('script').length, 2, 'no script of theirs');
	is(document.querySelectorAll('img, image, a, iframe').length, 0, 'no elements of theirs');
	dump(boxes().length);
END
	} | with_test in.svg
} | grep -v '<?xml' >page.html
render page.html >dom
take_report dom 'hostile, inline'
same dumped boxes 'all boxes are there'
finish
