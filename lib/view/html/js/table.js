// The table of functions, beside the tabs: self and total, of both sides in a comparison. The
// search filters it, a click on a head sorts it.

const ROW = 22; // pixels, as in page.css
const table = {order: [], current: 0};

// [id, head, value(k) to sort by, cells(k)]
const columns = {
	self: {head: 'Self', value: k => sums.functions.self[k]},
	total: {head: 'Total', value: k => sums.functions.total[k]},
	change: {head: 'Change', value: k => Math.abs(changeOf(k))},
	name: {head: 'Function', value: k => -k},
};

// The change of the function's self value, scaled for comparison.
function changeOf(k) {
	const f = sums.functions, [from, to] = sides(f.base[k], f.self[k]);
	return to - from;
}

const changeIn = (base, now) => base || now ? changeText(sides(base, now)) : '';

// A value, with a text beside it: by default its share.
function valueCell(v, all, beside = v ? percent(v, all, 1) : '') {
	const cell = make('span', {role: 'gridcell', class: beside === null ? 'number bare' : 'number'},
		v ? shortAmount(v) : '\u2013', ...(beside === null ? [] : [make('i', {}, beside)]));
	cell.style.setProperty('--part', all > 0 ? Math.max(0, Math.min(1, v / all)) : 0);
	return cell;
}

// The cells of a function's row, which the table and call trees share.
function valueCells(k, self, total, base, baseTotal) {
	if (!sums.base)
		return [valueCell(self, sums.all), valueCell(total, sums.all)];
	const [from, to] = sides(base, self), more = to - from, [fromAll, toAll] = sides(baseTotal, total);
	const isLeaf = self === total && base === baseTotal, real = isLeaf ? isReal : isSelfReal;
	const moved = more && isMoved(k, base, self), counts = more && !moved && real(k, base, self);
	const change = make('span', {role: 'gridcell', class: `number ${!counts ? '' : more > 0 ? 'more' : 'less'}`},
		more ? `${more > 0 ? '+' : '\u2212'}${shortAmount(Math.abs(more))}` : '\u2013',
		make('i', {}, moved ? 'moved' : changeIn(base, self)));
	change.title = `self: base ${amount(base)}, new ${amount(self)}`;
	const totals = valueCell(total, sums.all, changeText([fromAll, toAll]));
	totals.title = `total: base ${amount(baseTotal)}, new ${amount(total)}`;
	return [valueCell(base, sums.baseAll, null), valueCell(self, sums.all, null), change, totals];
}

function tableRow(i) {
	const k = table.order[i], f = sums.functions;
	const name = make('span', {role: 'gridcell', class: 'name', title: names[k]}, names[k]);
	if (!sums.base) {
		const dot = make('span', {class: 'dot', 'aria-hidden': 'true'});
		dot.style.background = fillOf(k)[0];
		name.prepend(dot);
	}
	const row = make('div', {role: 'row', class: 'row', 'aria-rowindex': i + 2,
		'aria-selected': k === selected, tabindex: i === table.current ? 0 : -1},
		...valueCells(k, f.self[k], f.total[k], f.base[k], f.baseTotal[k]), name);
	row.addEventListener('focus', () => table.current = i);
	row.addEventListener('click', () => pickRow(i));
	row.addEventListener('dblclick', () => go({tab: 'sandwich', name: names[k]}));
	row.addEventListener('contextmenu', e => {
		e.preventDefault();
		pickRow(i);
		openMenu(functionGraph, k, e.clientX, e.clientY, table.list.body.querySelector('[tabindex="0"]'));
	});
	return row;
}

// Functions as boxes of a graph, for menus and for the line about a box.
const functionGraph = {
	name: k => k,
	total: k => sums.functions.total[k],
	self: k => sums.functions.self[k],
	base: k => sums.functions.baseTotal[k],
	ratio: k => sums.ratioOf(k),
	parent: k => k,
};

function sayFunction(k) {
	const f = sums.functions, lines = [`self ${amount(f.self[k])}, ${percent(f.self[k], sums.all)}`,
		`total ${amount(f.total[k])}, ${percent(f.total[k], sums.all)}`];
	lines.push(...ratioText(functionGraph, k));
	if (sums.base)
		lines.push(`self ${changeIn(f.base[k], f.self[k])}, total ${changeIn(f.baseTotal[k], f.total[k])}`,
			...verdictsOnAll(k));
	say(`${conf.nametype} ${names[k]} \u2014 ${lines.join('; ')}`);
}

function pickRow(i, focus = true) {
	if (i < 0 || i >= table.order.length)
		return;
	table.current = i;
	const k = table.order[i];
	go({name: names[k]}, 'replaceState');
	table.list.bringIntoSight(i);
	if (focus)
		table.list.body.querySelector('[tabindex="0"]')?.focus({preventScroll: true});
	sayFunction(k);
}

function tableTyped(e) {
	const page = Math.max(1, Math.floor(table.list.box.clientHeight / ROW) - 2), at = table.current;
	const to = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page,
		Home: 0, End: table.order.length - 1}[e.key];
	const k = table.order[at];
	if (e.ctrlKey || e.metaKey || e.altKey || e.target.localName === 'button')
		return;
	if (to !== undefined)
		pickRow(Math.max(0, Math.min(table.order.length - 1, to)));
	else if (e.key === 'Enter' && k !== undefined)
		go({tab: 'sandwich', name: names[k]});
	else if (e.key === 'm' && k !== undefined)
		openMenu(functionGraph, k, ...Object.values(e.target.getBoundingClientRect().toJSON()).slice(0, 2),
			e.target);
	else if (e.key === 'c' && k !== undefined)
		copy(names[k]);
	else
		return;
	e.preventDefault();
	e.stopPropagation();
}

function sortTable() {
	const f = sums.functions, {value} = columns[state.sort] || columns.self, all = [];
	for (let k = 1; k < names.length; k++)
		if ((f.total[k] || f.baseTotal[k] || f.self[k] || f.base[k]) && (!found.hit || found.hit[k]))
			all.push(k);
	const sign = state.up ? 1 : -1, keys = new Float64Array(names.length);
	for (const k of all)
		keys[k] = value(k);
	all.sort((a, b) => sign * (keys[a] - keys[b]) || f.total[b] - f.total[a] || a - b);
	table.order = all;
}

function headOf(id, text, sortable = true) {
	const on = state.sort === id;
	const bare = sums.base && ['base', 'self'].includes(id) ? 'number bare' : 'number';
	const cell = make('span', {role: 'columnheader', class: id === 'name' ? 'name' : bare,
		'aria-sort': on ? (state.up ? 'ascending' : 'descending') : 'none'});
	cell.append(sortable ? button(`${text}${on ? (state.up ? ' \u25b4' : ' \u25be') : ''}`,
		`Sort by ${text}`, () => go({sort: id, up: on ? !state.up : false}, 'replaceState')) : text);
	return cell;
}

function showTable(was) {
	const {sort, up, search, cased} = state;
	const stale = table.sums !== sums || !table.order.length ||
		!same([sort, up, search, cased], [was.sort, was.up, was.search, was.cased]);
	if (stale) {
		sortTable();
		table.sums = sums;
		table.heads.replaceChildren(...(sums.base ? [headOf('base', 'Base', false)] : []),
			headOf('self', sums.base ? 'New' : 'Self'), ...(sums.base ? [headOf('change', 'Change')] : []),
			headOf('total', 'Total'), headOf('name', 'Function'));
		table.box.classList.toggle('two', !!sums.base);
		table.grid.setAttribute('aria-rowcount', table.order.length + 1);
		const at = table.order.indexOf(selected);
		table.current = Math.max(0, at);
		if (!same([sort, up], [was.sort, was.up]))
			table.grid.scrollTop = 0;
	}
	const at = table.order.indexOf(selected);
	if (at >= 0)
		table.current = at;
	table.list.show(table.order.length);
	if (was.name !== state.name && at >= 0)
		table.list.bringIntoSight(at);
	table.count.textContent = `${grouping.format(table.order.length)} functions`;
}

function makeTable() {
	table.heads = make('div', {role: 'row', class: 'heads', 'aria-rowindex': 1});
	table.count = make('p', {class: 'count'});
	table.grid = make('div', {role: 'grid', class: 'grid', 'aria-label': 'Functions'}, table.heads);
	table.list = new LongList(table.grid, ROW, tableRow);
	table.grid.addEventListener('keydown', tableTyped);
	table.box = make('section', {class: 'functions', 'aria-label': 'Functions'}, table.grid, table.count);
	watchers.push(showTable);
	return table.box;
}
