// The tabs. A tab is a file in js/tabs that pushes one onto `tabs`:
//
//	id, title	its names in the address and for the reader
//	at		its place among the tabs
//	there()		is there anything to show? Called once
//	make()		make the panel's element; called when the tab is first shown
//	show(was)	show `state` and `sums`; called after each change while the tab is in sight
//	key(e)		handle a key that nothing else has; true if the tab uses it. May be missing

const tabs = [];
const shell = {bar: null, panel: null, made: new Map()};

const currentTab = () => tabs.find(t => t.id === state.tab) || tabs[0];

function makeTabs() {
	tabs.sort((a, b) => a.at - b.at);
	shell.bar = make('div', {role: 'tablist', class: 'tabs', 'aria-label': 'Views'});
	tabs.forEach((tab, i) => {
		tab.button = make('button', {type: 'button', role: 'tab', id: `tab-${tab.id}`,
			'aria-controls': 'panel', title: `${tab.title} (${i + 1})`,
			onclick: () => go({tab: tab.id})}, tab.title);
		shell.bar.append(tab.button);
	});
	shell.bar.addEventListener('keydown', e => {
		const shown = tabs.filter(t => t.button.offsetParent);
		const by = {ArrowRight: 1, ArrowLeft: -1}[e.key], at = shown.indexOf(currentTab());
		if (!by)
			return;
		e.preventDefault();
		const to = shown[(at + by + shown.length) % shown.length];
		go({tab: to.id});
		to.button.focus();
	});
	shell.panel = make('div', {role: 'tabpanel', class: 'panel', id: 'panel'});
	watchers.push(showTab);
	return make('section', {class: 'views', 'aria-label': 'Views'}, shell.bar, shell.panel);
}

function showTab(was) {
	const tab = currentTab();
	document.body.dataset.tab = tab.id;
	for (const t of tabs) {
		t.button.setAttribute('aria-selected', t === tab);
		t.button.tabIndex = t === tab ? 0 : -1;
	}
	if (!shell.made.has(tab.id))
		shell.made.set(tab.id, tab.make());
	const element = shell.made.get(tab.id);
	if (shell.panel.firstChild !== element)
		shell.panel.replaceChildren(element);
	shell.panel.setAttribute('aria-labelledby', tab.button.id);
	tab.show(was);
	showTools();
}

const empty = text => make('p', {class: 'empty'}, text);
