// What is shown is a function of `state`, which the address keeps. Every change goes through
// go(), which sums up again if necessary, and updates everything on the page.

const usual = {
	tab: 'flame', type: conf.type, name: '', zoom: '', search: '', cased: false,
	sort: conf.diff ? 'change' : 'self', up: false, icicle: conf.inverted || null, reversed: false, order: conf.order,
	shape: conf.shape, labels: {}, slots: null, compare: null, focus: [], ignore: [], hide: [],
};
let state = structuredClone(usual);
let sums; // of what the state asks for
let selected = -1; // the function by number, -1: none

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function toAddress() {
	const all = new URLSearchParams();
	for (const [key, value] of Object.entries(state))
		if (!same(value, usual[key]))
			all.set(key, typeof value === 'string' ? value : JSON.stringify(value));
	return `#${all}`;
}

const isText = v => typeof v === 'string';
const areTexts = v => Array.isArray(v) && v.every(isText);
const isObject = v => v !== null && typeof v === 'object' && !Array.isArray(v);

// The valid members of an address; others are ignored.
const accepts = {
	tab: v => tabs.some(t => t.id === v),
	type: v => Number.isInteger(v) && v >= 0 && v < conf.types.length,
	sort: v => ['self', 'total', 'name', 'change'].includes(v),
	icicle: v => typeof v === 'boolean',
	order: v => ['name', 'width', 'none'].includes(v),
	shape: v => shapes.includes(v),
	labels: v => isObject(v) && Object.values(v).every(areTexts),
	slots: v => conf.times && Array.isArray(v) && v.length === 2 && v.every(Number.isInteger),
	compare: v => isObject(v) && (v.time === true ? conf.times :
		isText(v.key) && isText(v.base) && isText(v.to)),
	focus: areTexts, ignore: areTexts, hide: areTexts,
};
const shapes = ['new', 'base', 'union', 'difference'];

function fromAddress() {
	const read = structuredClone(usual);
	for (const [key, text] of new URLSearchParams(location.hash.slice(1))) {
		if (!Object.hasOwn(usual, key))
			continue;
		let value = text;
		if (typeof usual[key] !== 'string') {
			try {
				value = JSON.parse(text);
			} catch {
				continue;
			}
		}
		const good = Object.hasOwn(accepts, key) ? accepts[key](value) :
			typeof value === typeof usual[key];
		if (good)
			read[key] = value;
	}
	return read;
}

// Which names a pattern of hide, focus or ignore matches, as an array by name.
// Patterns are literal names, unless they are /between slashes/.
const hitsOf = new Map();

function hits(pattern) {
	if (!hitsOf.has(pattern)) {
		const test = pattern.startsWith('/') ? matcher(pattern, true) : name => name === pattern;
		hitsOf.set(pattern, Uint8Array.from(names, name => test(name) ? 1 : 0));
	}
	return hitsOf.get(pattern);
}

const summed = ['type', 'labels', 'slots', 'compare', 'focus', 'ignore', 'hide'];

function sumUpState() {
	const {type, labels, slots, compare, focus, ignore, hide} = state;
	sums = sumUp({type, labels, slots, compare, hideKey: hide.join('\n'), hide: hide.map(hits),
		focus: focus.slice(0, 30).map(hits), ignore: ignore.map(hits)});
}

// how: 'pushState' for changes that the back button undoes, else 'replaceState'
function go(changes, how = 'pushState') {
	const before = toAddress(), was = state;
	state = {...state, ...changes};
	showState(was);
	if (toAddress() === before)
		return;
	try {
		history[how](null, '', toAddress());
	} catch {
		// Some browsers keep no history for local files.
	}
}

// Functions that show the state in a part of the page; they get the previous state.
const watchers = [];

function showState(was) {
	if (!sums || summed.some(key => !same(state[key], was[key])))
		sumUpState();
	selected = state.name ? nameNumber(state.name) : -1;
	found.update();
	for (const show of watchers)
		show(was);
}

// Names are in byte order, which is not JavaScript's.
let numbersOfNames;

function nameNumber(name) {
	numbersOfNames ??= new Map(names.map((text, k) => [text, k]));
	return numbersOfNames.get(name) ?? -1;
}

// Search: the names that match. `share` is of everything shown; nested matches count once.
const found = {
	term: '', hit: null, count: 0, share: 0,
	update() {
		const term = `${state.cased} ${state.search}`;
		if (this.term === term && this.sums === sums)
			return;
		Object.assign(this, {term, sums, hit: null, count: 0, share: 0});
		if (!state.search)
			return;
		const test = matcher(state.search, state.cased), {tree, total} = sums;
		const within = new Uint8Array(tree.n);
		this.hit = Uint8Array.from(names, (name, k) => k && test(name) ? 1 : 0);
		let sum = 0;
		for (let i = 1; i < tree.n; i++) {
			const outer = within[tree.parent[i]], here = this.hit[tree.name[i]];
			if (here && !outer)
				sum += total[i];
			within[i] = outer | here;
		}
		const f = sums.functions;
		for (let k = 0; k < names.length; k++)
			this.count += this.hit[k] && (f.total[k] || f.baseTotal[k]) ? 1 : 0;
		this.share = sum;
	},
};
