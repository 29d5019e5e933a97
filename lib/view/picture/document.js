// Draws the tree in the document, and lets the reader navigate it.
//
// What is shown is a function of `state`, which the address keeps. Every change goes through
// go(); draw() makes all boxes again, and a search only marks them. Text from the document only
// becomes text nodes and attributes.

const SVG = 'http://www.w3.org/2000/svg', HTML = 'http://www.w3.org/1999/xhtml';
const svg = document.currentScript.closest('svg.prof-flame');
const alone = document.documentElement === svg; // not in another page, whose address must not change

const embedded = kind =>
	[...svg.querySelectorAll(`metadata.${kind}`)].map(e => e.textContent).join('');
const conf = JSON.parse(embedded('conf'));
const {names, colors} = unpackNames(embedded('names'));
const forward = unpackTree(embedded('tree'), conf);
let tree; // the tree that is shown

const PAD = 12, NARROWEST = 0.3; // pixels

function make(ns, tag, attributes = {}, ...children) {
	const e = document.createElementNS(ns, tag);
	for (const [name, value] of Object.entries(attributes))
		e.setAttribute(name, value);
	e.append(...children);
	return e;
}

// Words and numbers

const grouped = v => typeof v === 'bigint' ? grouping.format(v) : rounded(v * conf.factor);
const all = conf.total || forward.total[0];
const totalOf = i => i || isFiltered() ? tree.total[i] : all;

// A sum of the tree as it is told: 'self', 'total', 'base' or 'baseTotal'.
const exactly = (sum, i) => tree.exact && conf.factor === 1 ? tree.exact[sum][i] : tree[sum][i];
const exactTotal = i => totalOf(i) === tree.total[i] ? exactly('total', i) : totalOf(i);

// "1 sample", "2 samples"
const counted = v => `${grouped(v)} ${Number(v) * conf.factor === 1 ? conf.countname.replace(/^samples$/, 'sample') : conf.countname}`;

// "1.5ms (1,500,000 nanoseconds)": the largest unit that the value reaches when it is told in the
// next finer one.
function amount(v) {
	const {units} = conf, n = Number(v), tellable = finer => +(Math.abs(n) / finer).toFixed(2) * finer;
	const unit = units.filter(([scale], i) => tellable(units[i && i - 1][0]) >= scale).pop(), exact = counted(v);
	return unit && unit[0] > 1 ? `${+(n / unit[0]).toFixed(2)}${unit[1]} (${exact})` : exact;
}

const fullName = i => i ? names[tree.name[i]] : 'all';
const shortName = i => fullName(i).replace(/_\[[kwij]\]$/, ''); // the colour shows the annotation

function change(i) {
	const sides = [tree.baseTotal[i] * conf.baseScale, tree.total[i]];
	return conf.negate ? sides.reverse() : sides;
}

// The verdicts from replicates: see evidence.h. Without verdicts, every change counts.
const evidence = new Map(); // name -> [direction, text, moved] of each finding
for (const [name, ...finding] of conf.findings || [])
	evidence.set(name, [...evidence.get(name) || [], finding]);
for (const [from, to] of conf.moves || []) {
	evidence.get(to)?.push([1, `its code came from ${from}`, true]);
	evidence.get(from)?.push([-1, `its code moved to ${to}`, true]);
}

// The findings that agree with a node's change.
function findingsFor(i) {
	const up = tree.total[i] > tree.baseTotal[i] * conf.baseScale ? 1 : -1;
	return (evidence.get(fullName(i)) || []).filter(([direction]) => direction === up);
}

const isReal = i => !conf.evidence || !i || findingsFor(i).length > 0;

// A function with both slower and moved code counts as slower.
function isMoved(i) {
	const up = tree.total[i] > tree.baseTotal[i] * conf.baseScale, found = i ? findingsFor(i) : [];
	return found.length > 0 && (up ? found.every(([, , moved]) => moved) : found.some(([, , moved]) => moved));
}

// The nodes on the paths to code that became slower, in the unfiltered tree.
function findBlamed() {
	const blamed = new Set();
	for (const path of conf.blame || []) {
		const way = path.split(';'), reached = new Map();
		for (let i = 1; i < forward.n; i++) {
			const n = reached.get(forward.parent[i]) || 0;
			const name = names[forward.name[i]].replaceAll(';', ':');
			if (name !== way[n] || (!n && forward.depth[i] > 2))
				continue;
			reached.set(i, n + 1);
			blamed.add(i);
		}
	}
	return blamed;
}
const blamed = findBlamed();

function verdicts(i) {
	if (!conf.evidence || !i)
		return [];
	const here = changeStep(change(i)) ? findingsFor(i) : [];
	const elsewhere = (evidence.get(fullName(i)) || []).filter(finding => !here.includes(finding));
	return [...here.map(([, text]) => text), ...here.length ? [] : ['may be chance'],
		...elsewhere.map(([, text]) => `in the whole profile: ${text}`)];
}

// The facts about a frame, without its name, in a few lines.
function facts(i) {
	const total = totalOf(i), up = totalOf(tree.parent[i]);
	const lines = [amount(exactTotal(i))];
	if (i)
		lines.push(`${percent(total, all)} of all, ${percent(total, up)} of its parent`);
	if (conf.diff)
		lines.push(`${changeText(change(i))}; base: ${amount(exactly('baseTotal', i))}`, ...verdicts(i));
	else if (tree.self[i] && tree.first[i])
		lines.push(`self: ${amount(exactly('self', i))}, ${percent(tree.self[i], all)} of all`);
	return lines;
}

// The stack as a line of folded text.
function folded(i) {
	const frames = tree.path(i).slice(1).map(k => fullName(k).replaceAll(';', ':'));
	const values = (conf.diff ? ['baseTotal', 'total'] : ['total']).map(sum => exactly(sum, i));
	return [frames.join(';'), ...values].join(' ');
}
