// Search

let found = {count: 0};

let lowerNames; // made once

// A term is text; a pattern is /between slashes/.
function matcher(term) {
	const pattern = term.match(/^\/(.+)\/$/), lower = term.toLowerCase();
	if (!pattern && state.cased)
		return name => name.includes(term);
	lowerNames ??= names.map(name => name.toLowerCase());
	if (!pattern)
		return (name, k) => lowerNames[k].includes(lower);
	try {
		const regex = new RegExp(pattern[1], state.cased ? '' : 'i');
		return name => regex.test(name);
	} catch {
		return () => false;
	}
}

// found.share is of everything, as in a frame's line, or of the zoomed frame. Nested matches count
// once.
function find() {
	found = {count: 0};
	if (!state.search)
		return;
	const hit = names.map(matcher(state.search)), within = new Uint8Array(tree.n);
	const inside = new Uint8Array(tree.n); // in the zoomed frame
	let count = 0, total = 0;
	for (let i = 1; i < tree.n; i++) {
		const up = tree.parent[i], outer = within[up], here = hit[tree.name[i]];
		inside[i] = i === zoom || inside[up];
		count += here;
		if (i === zoom ? here || outer : here && !outer && (!zoom || inside[i]))
			total += tree.total[i];
		within[i] = outer | here;
	}
	found = {hit, count, share: zoom ? `${percent(total, tree.total[zoom])} of what is zoomed` :
		percent(total, totalOf(0))};
}

// The matches in drawing order.
function foundNodes() {
	if (!found.nodes) {
		found.nodes = [];
		tree.walk(0, i => {
			if (i && found.hit[tree.name[i]])
				found.nodes.push(i);
			return true;
		});
	}
	return found.nodes;
}

// Go to the next match or, with -1, to the previous one; zoom in if it cannot be seen.
function step(by) {
	if (!found.count)
		return;
	const nodes = foundNodes(), at = nodes.indexOf(current);
	const i = nodes[at < 0 ? (by > 0 ? 0 : nodes.length - 1) :
		(at + by + nodes.length) % nodes.length];
	reveal(i);
	found.at = nodes.indexOf(i) + 1;
	showTools();
}

function reveal(i) {
	const readable = 3; // pixels
	const wide = k => tree.width[i] / tree.width[k] * room() >= readable;
	if (!drawn.has(i) || drawn.get(i).w < readable)
		zoomTo(tree.path(i).find(wide));
	focusOn(i);
}
