// The parts around the tabs: the head with its tools, the line about a box, tips, the menu of a
// frame, the list of keys.

const isFiltered = () => state.slots || state.focus.length || state.ignore.length ||
	Object.keys(state.labels).length > 0;

// The line about the box in focus, and about the last action.

const details = make('div', {class: 'details', role: 'status'});

function say(text) {
	details.textContent = text;
}

function sayBox(graph, x) {
	const k = graph.name(x);
	say(`${k >= 0 ? `${conf.nametype} ` : ''}${frameName(k)} \u2014 ${factsOf(graph, x).join('; ')}`);
}

// The tip beside the mouse

const tip = make('div', {class: 'tip', hidden: true, 'aria-hidden': 'true'});

function showTip(name, lines, e) {
	tip.replaceChildren(make('b', {}, name), ...lines.map(line => make('div', {}, line)));
	tip.hidden = false;
	const {width, height} = tip.getBoundingClientRect();
	const below = e.clientY + 20 + height < innerHeight;
	tip.style.left = `${Math.max(0, Math.min(e.clientX + 12, innerWidth - width - 4))}px`;
	tip.style.top = `${Math.max(0, below ? e.clientY + 16 : e.clientY - 8 - height)}px`;
}

function hideTip() {
	tip.hidden = true;
}

// The menu of a frame

// A character that is not shown as it is may be any.
const inRegex = name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\ufffd', '.');
const inShell = text => `'${text.replaceAll("'", "'\\''")}'`;
const patternOption = pattern => {
	const regex = pattern.match(/^\/(.+)\/i?$/);
	return inShell(regex ? regex[1] : `^${inRegex(pattern)}$`);
};

// The filters as options of prof-query. Matchers of labels are a selector.
function queryOptions() {
	const words = conf.query ? [conf.query] : [];
	for (const how of ['focus', 'ignore', 'hide'])
		for (const pattern of state[how])
			words.push(`--${how} ${patternOption(pattern)}`);
	const matchers = Object.entries(state.labels).map(([key, values]) =>
		`${key}=~"${values.map(inRegex).join('|').replace(/["\\]/g, '\\$&')}"`);
	if (matchers.length)
		words.push(inShell(`{${matchers.join(',')}}`));
	if (state.type !== conf.type || conf.types.length > 1)
		words.push(`--type ${inShell(conf.types[state.type].name)}`);
	return words.join(' ');
}

const addPattern = (how, name) => go({[how]: [...new Set([...state[how], name])], zoom: ''});

// The actions for a frame: [text, key, action(graph, x, name)].
const actions = [
	['Callers and callees', 'Enter', (g, x, name) => go({tab: 'sandwich', name})],
	['Focus on it', 'F', (g, x, name) => addPattern('focus', name)],
	['Ignore stacks with it', 'X', (g, x, name) => addPattern('ignore', name)],
	['Hide the frame', 'H', (g, x, name) => addPattern('hide', name)],
	['Search for it', '', (g, x, name) => go({search: name})],
	['Copy name', 'c', (g, x, name) => copy(name)],
	['Copy stack', 'C', (g, x) => copy(foldedStack(g, x))],
];

const menu = make('div', {class: 'menu', role: 'menu', 'aria-label': 'Frame', hidden: true});
let menuFor; // who gets the focus back

function openMenu(graph, x, left, top, owner) {
	const name = frameName(graph.name(x));
	menuFor = owner;
	hideTip();
	menu.replaceChildren(make('b', {}, name), ...actions
		.filter(([text]) => graph.path || text !== 'Copy stack')
		.map(([text, , run]) => make('button', {type: 'button', role: 'menuitem', tabindex: -1,
			onclick: () => {
				closeMenu();
				run(graph, x, name);
			}}, text)));
	menu.hidden = false;
	const {width, height} = menu.getBoundingClientRect();
	menu.style.left = `${Math.max(0, Math.min(left, innerWidth - width - 4))}px`;
	menu.style.top = `${Math.max(0, Math.min(top, innerHeight - height - 4))}px`;
	menu.querySelector('button').focus();
}

function closeMenu() {
	if (menu.hidden)
		return;
	menu.hidden = true;
	menuFor?.focus({preventScroll: true});
}

menu.addEventListener('keydown', e => {
	const items = [...menu.querySelectorAll('button')], at = items.indexOf(document.activeElement);
	const by = {ArrowDown: 1, ArrowUp: -1}[e.key];
	e.stopPropagation();
	if (e.key === 'Escape' || e.key === 'Tab')
		closeMenu();
	else if (by)
		items[(at + by + items.length) % items.length].focus();
	else
		return;
	e.preventDefault();
});
addEventListener('pointerdown', e => menu.contains(e.target) || closeMenu());

// Tools

const chart = {main: null}; // the flame graph of the first tab, for keys
const tools = {
	type: choice('Sample type', conf.types.map((t, i) => [i, t.name]),
		v => go({type: +v, zoom: ''})),
	term: make('input', {type: 'search', placeholder: 'Search', spellcheck: 'false',
		title: 'Search: text, or a pattern between slashes: /^std::/ (/)',
		'aria-label': 'Search: text, or a pattern between slashes'}),
	cased: button('Aa', 'Match case', () => go({cased: !state.cased})),
	found: make('output', {role: 'status'}),
	icicle: button('Icicle', 'Root at the top (i)', () => go({icicle: !chart.main?.down})),
	reversed: button('Reverse', 'Leaf first (r)', () => go({reversed: !state.reversed, zoom: ''})),
	order: button('By width', 'Widest first (s)',
		() => go({order: state.order === conf.order ? otherOrder : conf.order})),
	shape: choice('What gives boxes their width (w)', shapes.map(s => [s, `Width: ${s}`]),
		v => go({shape: v})),
	help: button('?', 'Keys (?)', () => toggleHelp()),
};
const otherOrder = conf.order === 'width' ? 'name' : 'width';
if (otherOrder === 'name')
	tools.order.textContent = 'By name';
tools.type.hidden = conf.types.length < 2;
tools.term.addEventListener('input', () => go({search: tools.term.value}, 'replaceState'));

// The current filters: a button for each, which removes it.
const chips = make('div', {class: 'chips', role: 'group', 'aria-label': 'Filters'});

function chip(text, changes) {
	return button(`${text} \u00d7`, `Take away: ${text}`, () => go(changes), {class: 'chip'});
}

function showChips() {
	const all = [];
	for (const how of ['focus', 'ignore', 'hide'])
		for (const pattern of state[how])
			all.push(chip(`${how}: ${pattern}`, {[how]: state[how].filter(p => p !== pattern), zoom: ''}));
	for (const [key, values] of Object.entries(state.labels)) {
		const {[key]: _, ...labels} = state.labels;
		all.push(chip(`${key}: ${values.join(', ')}`, {labels}));
	}
	if (state.slots)
		all.push(chip(slotsText(state.slots), {slots: null, compare: state.compare?.time ? null :
			state.compare}));
	if (state.compare)
		all.push(chip(state.compare.time ? 'the selected time against the rest' :
			`${state.compare.key}: ${state.compare.to} against ${state.compare.base}`,
			{compare: null}));
	if (all.length && (state.focus.length || state.ignore.length || state.hide.length ||
		Object.keys(state.labels).length))
		all.push(button('Copy as prof-query options', 'The filters as options of prof-query',
			() => copy(queryOptions()), {class: 'chip copy'}));
	chips.replaceChildren(...all);
	chips.hidden = !all.length;
}

function showTools() {
	tools.type.value = state.type;
	if (tools.term.value !== state.search)
		tools.term.value = state.search;
	pressed(tools.cased, state.cased);
	pressed(tools.icicle, !!chart.main?.down);
	pressed(tools.reversed, state.reversed);
	pressed(tools.order, state.order !== conf.order);
	tools.shape.value = state.shape;
	tools.shape.hidden = !sums.base;
	tools.found.hidden = !state.search;
	tools.found.value = found.count ? `${grouping.format(found.count)} found, ` +
		`${percent(found.share, sums.all)} of ${isFiltered() ? 'what is shown' : 'all'}` : 'no match';
	showChips();
}

// The colours of a comparison.
const legend = make('div', {class: 'legend', role: 'img'});

function showLegend() {
	legend.hidden = !sums.base;
	if (legend.hidden)
		return;
	const key = (mark, text) => make('span', {}, make('b', {class: `key ${mark}`}), text);
	const steps = conf.changeColors.map((color, i) => {
		const e = make('b');
		e.style.background = i === conf.ratios.length ? theme.same : color;
		return e;
	});
	legend.setAttribute('aria-label', 'Colours: from blue, half or less, to red, twice or more');
	legend.replaceChildren(make('span', {}, '\u221250%\u00a0', ...steps, '\u00a0+100%'), key('new', 'only new'),
		key('gone', 'only base'), ...(hasVerdicts() ? [key('chance', 'may be chance'), key('moved', 'only moved'),
			...(document.querySelector('.verdict') ? [] : [make('small', {}, conf.about)])] : []));
}
watchers.push(showLegend);

// The total, in a line: "3.23s of cpu"; in a comparison, of both sides.
function totalText() {
	const type = typeNow(), of = type.units.length ? ` of ${type.name}` : ` ${countnameOf(sums.all)}`;
	if (!sums.base)
		return shortAmount(sums.all) + of;
	const pair = sides(sums.baseAll, sums.all);
	return `base ${shortAmount(sums.baseAll)} \u2192 new ${shortAmount(sums.all)}${of}: ${changeText(pair)}`;
}

const totalLine = make('p', {class: 'total'});
const head = make('header', {class: 'bar'},
	make('div', {class: 'titles'}, make('h1', {title: conf.title}, conf.title),
		...(conf.subtitle ? [make('p', {}, conf.subtitle)] : []), totalLine),
	make('div', {class: 'tools', role: 'toolbar', 'aria-label': 'View'}, tools.type,
		make('span', {class: 'search'}, tools.term, tools.cased), tools.found,
		tools.icicle, tools.reversed, tools.order, tools.shape, tools.help));
watchers.push(() => totalLine.textContent = totalText());

// Keys

const keys = [
	['1 \u2026 9', 'the tabs in their order'],
	['/', 'search'], ['n N', 'the next match, or the one before'],
	['Esc', 'end the search, then the zoom'],
	['\u2191 \u2193', 'flame graph: to the caller, or to the widest callee; tables: rows'],
	['\u2190 \u2192', 'flame graph: to the frame beside; call tree: close or open'],
	['Enter', 'flame graph: zoom in; table: callers and callees'],
	['+ \u2212 0', 'zoom in or out by one frame, or show everything'],
	['F X H', 'focus on the frame, ignore stacks with it, hide it'],
	['m', 'the menu of the frame'],
	['c C', 'copy the name, or the folded stack'],
	['i r s w', 'flip, reverse, sort; the width in a comparison'],
	['?', 'this list'],
];
const help = make('dialog', {class: 'help', 'aria-label': 'Keys'},
	make('dl', {}, ...keys.flatMap(([key, does]) => [make('dt', {}, key), make('dd', {}, does)])),
	make('form', {method: 'dialog'}, make('button', {}, 'Close')));
help.querySelector('button').addEventListener('click', e => {
	e.preventDefault();
	help.close();
});

function toggleHelp() {
	if (help.open)
		help.close();
	else
		help.showModal();
}
