// State, and the address that keeps it.

const usual = {zoom: '', search: '', cased: false, reversed: false,
	icicle: conf.inverted || null, // null: if the picture is taller than the window
	order: conf.order, shape: conf.shape, focus: [], ignore: [], hide: []};
let state = {...usual};
let zoom = 0; // the node of state.zoom, which is a path

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function toAddress() {
	const changed = Object.entries(state).filter(([key, value]) => !same(value, usual[key]))
		.map(([key, value]) => [key, Array.isArray(value) ? JSON.stringify(value) : value]);
	return '#' + new URLSearchParams(changed);
}

function readNames(text) {
	try {
		const list = JSON.parse(text);
		return Array.isArray(list) ? list.filter(name => typeof name === 'string') : [];
	} catch {
		return [];
	}
}

// The valid members of an address; others are ignored.
const shapes = ['new', 'base', 'union', 'difference'];
const readers = {
	zoom: text => text,
	search: text => text,
	order: text => Object.hasOwn(orders, text) ? text : conf.order,
	shape: text => shapes.includes(text) ? text : conf.shape,
	focus: readNames, ignore: readNames, hide: readNames,
};

function fromAddress() {
	const read = {...usual};
	for (const [key, text] of new URLSearchParams(location.hash.slice(1)))
		if (Object.hasOwn(usual, key))
			read[key] = Object.hasOwn(readers, key) ? readers[key](text) : text === 'true';
	return read;
}

// how: 'pushState' for changes that the back button undoes, else 'replaceState'
function go(changes, how = 'pushState') {
	const before = toAddress();
	state = {...state, ...changes};
	show();
	if (!alone || toAddress() === before)
		return;
	try {
		history[how](null, '', toAddress());
	} catch {
		// Some browsers keep no history for local files.
	}
}

// A path is names with ';' between them, as in folded stacks. Siblings may share a name, where time
// orders them or one has a ';' of its own: an empty name is the next of them.
const inPath = i => fullName(i).replaceAll(';', ':');
const called = (name, parent) =>
	tree.children(parent).filter(i => inPath(i) === name).sort((a, b) => a - b);
const pieceTo = i => inPath(i) + ';'.repeat(called(inPath(i), tree.parent[i]).indexOf(i));
const pathTo = i => tree.path(i).slice(1).map(pieceTo).join(';');
const zoomTo = i => go({zoom: pathTo(i)});

function nodeAt(path) {
	let i = 0, alike = [];
	for (const name of path ? path.split(';') : []) {
		alike = name ? called(name, i) : alike.slice(1);
		if (!alike.length)
			break;
		i = alike[0];
	}
	return i;
}

const orders = {
	name: (a, b) => tree.name[a] - tree.name[b] || a - b,
	width: (a, b) => tree.width[b] - tree.width[a] || tree.name[a] - tree.name[b],
	none: (a, b) => a - b,
	time: (a, b) => a - b,
};
const otherOrder = conf.order === 'width' ? 'name' : 'width';

const isFiltered = () => state.focus.length + state.ignore.length + state.hide.length > 0;
let filtered = {key: '', tree: null};

// The tree of the stacks and frames that the filters keep.
function filteredTree() {
	const {focus, ignore, hide} = state, key = JSON.stringify([focus, ignore, hide]);
	const marks = list => list.map(wanted => names.map(name => name === wanted));
	if (!isFiltered())
		return forward;
	if (filtered.key !== key)
		filtered = {key, tree: forward.filtered(marks(focus), marks(ignore), marks(hide))};
	return filtered.tree;
}

// Set the tree for the state, in the shape and order of the state.
function chooseTree() {
	tree = filteredTree();
	if (state.reversed)
		tree = tree.backward ??= tree.reversed();
	if (tree.shape !== state.shape || !tree.order) {
		tree.weigh(state.shape, conf.baseScale);
		tree.shape = state.shape;
		tree.order = '';
	}
	if (tree.order !== state.order) {
		const asPacked = tree === forward && state.order === conf.order;
		tree.arrange(asPacked ? null : orders[state.order]);
		tree.order = state.order;
	}
	zoom = nodeAt(state.zoom);
}

let shown; // the drawn state, without the search

function show() {
	const was = tree, zoomed = drawnZoom, before = drawn;
	const look = JSON.stringify({...state, search: '', cased: false});
	chooseTree();
	if (tree !== was) {
		rows = 0;
		current = zoom;
	}
	find();
	showTools();
	if (look === shown && tree === was) {
		markMatches();
		if (placeHead() === drawnTop) // the browser lays out once, after all changes
			return;
	}
	shown = look;
	draw();
	showTools();
	if (tree === was && zoomed !== zoom)
		glide(before, before.has(zoom) ? zoom : zoomed);
}

// Move a box that both pictures have from its old place to the new one, for the eye to follow.
function glide(before, i) {
	const from = before.get(i), to = drawn.get(i);
	if (!from || !to || matchMedia('(prefers-reduced-motion: reduce)').matches)
		return;
	const scale = from.w / to.w;
	frames.animate([{transform: `translateX(${from.x - to.x * scale}px) scaleX(${scale})`},
		{transform: 'none'}], {duration: 150, easing: 'ease-out'});
}
