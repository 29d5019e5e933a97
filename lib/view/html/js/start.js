// Assembles the page and shows it.

let names, colors;

function typed(e) {
	const find = (e.ctrlKey || e.metaKey) && e.key === 'f';
	if (find || (e.key === '/' && e.target !== tools.term)) {
		e.preventDefault();
		return tools.term.select();
	}
	if (e.target === tools.term) {
		if (e.key === 'Escape') {
			go({search: ''}, 'replaceState');
			tools.term.blur();
		} else if (e.key === 'Enter') {
			currentTab().key?.({key: e.shiftKey ? 'N' : 'n'});
			tools.term.focus();
		}
		return;
	}
	if (e.ctrlKey || e.metaKey || e.altKey || help.open || ['input', 'select', 'textarea'].includes(e.target.localName))
		return;
	const own = e.target.localName === 'button' && [' ', 'Enter'].includes(e.key);
	if (own || e.defaultPrevented)
		return;
	const tab = /^[1-9]$/.test(e.key) && tabs.filter(t => t.id !== 'functions' || t.button.offsetParent)[e.key - 1];
	if (tab)
		go({tab: tab.id});
	else if (e.key === '?')
		toggleHelp();
	else if (e.key === 'Escape')
		escape();
	else if (!currentTab().key?.(e))
		return;
	e.preventDefault();
}

function escape() {
	hideTip();
	if (state.search)
		go({search: ''}, 'replaceState');
	else if (state.zoom)
		go({zoom: ''});
}

// A wide window has the table beside the tabs.
const narrow = matchMedia('(max-width: 899px)');

function leaveFunctionsTab() {
	if (!narrow.matches && state.tab === 'functions')
		go({tab: 'flame'}, 'replaceState');
}

function buildPage() {
	for (let i = tabs.length - 1; i >= 0; i--)
		if (!tabs[i].there())
			tabs.splice(i, 1);
	const views = makeTabs(), functions = makeTable();
	document.body.append(make('div', {id: 'app'}, head, legend, chips, details,
		make('main', {}, functions, views),
		...(conf.origin ? [make('footer', {class: 'origin'}, conf.origin)] : [])), tip, menu, help);
	document.getElementById('still').remove();
}

async function begin() {
	performance.mark('begin'); // for tests/bench/page.js
	({names, colors} = await readNames());
	model.places = await readPlaces();
	await readModel();
	theme.read();
	for (const look of ['(prefers-color-scheme: dark)', '(min-width: 2400px)'])
		matchMedia(look).addEventListener('change', () => {
			theme.read();
			showState(state);
		});
	buildPage();
	state = fromAddress();
	showState(usual);
	say(`all \u2014 ${amount(sums.all)}`);
	leaveFunctionsTab();
	narrow.addEventListener('change', leaveFunctionsTab);
	addEventListener('keydown', typed);
	addEventListener('popstate', () => {
		const was = state;
		state = fromAddress();
		showState(was);
		leaveFunctionsTab();
	});
	document.documentElement.dataset.ready = Math.round(performance.now());
}

begin().catch(e => {
	document.body.prepend(make('p', {class: 'failed', role: 'alert'},
		`This browser cannot show the whole page (${e.message}); below is its first view.`));
});
