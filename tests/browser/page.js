// What the tests of HTML pages use beside tap.js, which knows pictures. Tests see and do what a
// reader can; the page's own script keeps its names to itself.

const get = selector => document.querySelector(selector);
const getAll = selector => [...document.querySelectorAll(selector)];
const text = selector => get(selector)?.textContent ?? '';
const shown = e => !!e && e.getClientRects().length > 0;
const said = () => text('.details');
const tabButton = name => getAll('[role=tab]').find(b => b.textContent === name);
const openTab = name => click(tabButton(name));
const buttonOf = (name, within = document) =>
	[...within.querySelectorAll('button')].find(b => b.textContent === name);
const key = (e, name, more = {}) =>
	e.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true, cancelable: true, ...more}));
const inHash = name => new URLSearchParams(location.hash.slice(1)).get(name);

// The page builds itself asynchronously.
async function ready() {
	for (let i = 0; i < 500 && !document.documentElement.dataset.ready; i++)
		await sleep(10);
	ok(document.documentElement.dataset.ready, 'the page shows itself');
}

function searchPage(value) {
	const field = get('input[type=search]');
	field.value = value;
	field.dispatchEvent(new Event('input', {bubbles: true}));
}

function choose(label, value) {
	const e = getAll('select').find(s => s.getAttribute('aria-label') === label);
	e.value = value;
	e.dispatchEvent(new Event('change', {bubbles: true}));
}

// The table of functions, a row at a time: [name, self, total] as said in full.
const functionRows = () => getAll('.functions .row');
const rowNames = () => functionRows().map(r => r.querySelector('.name').title);
const rowOf = name => functionRows().find(r => r.querySelector('.name').title === name);

function exact(row) {
	click(row);
	const [, self, total] = said().match(/self (?:\S+ \()?([\d,]+) .*?; total (?:\S+ \()?([\d,]+) /) || [];
	return [self, total].map(v => +v?.replaceAll(',', ''));
}

// All rows as exact numbers, in the form of `prof-query --top -t tsv | cut -f 1,4,6`.
function exactTable() {
	return rowNames().map(name => [...exact(rowOf(name)), name].join('\t')).sort().join('\n');
}

// A flame graph: its boxes are found by walking with the keys, as a reader would.
const itemText = (within = document) => within.querySelector('.chart [role=treeitem]').textContent;

// A pointer that does not exist cannot be captured.
HTMLElement.prototype.setPointerCapture = () => {};

function at(e, x, y, type, more = {}) {
	const {left, top} = e.getBoundingClientRect();
	const Kind = type.startsWith('pointer') ? PointerEvent : MouseEvent;
	e.dispatchEvent(new Kind(type, {bubbles: true, cancelable: true, clientX: left + x, clientY: top + y,
		pointerId: 1, ...more}));
}
