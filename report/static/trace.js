// A trace as a timeline, with the critical path drawn into it. A dialog: the browser keeps the focus within,
// Escape closes it, and the focus goes back to where it came from.
const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'];
const [FAILED, FOLLOWS, ORPHAN] = [1, 2, 4];

// Of each span its place, its caller's service, and its times in nanoseconds.
const rowsOf = (trace) => {
  const rows = [];
  const above = [];
  let start = 0;
  for (let at = 0; at * 5 < trace.rows.length; at += 1) {
    const [depth, operation, later, lasted, flags] = trace.rows.slice(at * 5, at * 5 + 5);
    const [service, name, pod, kind] = data.operations[operation];
    start += later;
    above[depth] = service;
    const caller = depth ? above[depth - 1] : -1;
    rows.push({ at, depth, caller, service, name, pod, kind, flags, start: start * 1e3, lasted: lasted * 1e3, sections: [], folded: false });
  }
  return rows;
};

// The sections of the critical path: [row, start, nanoseconds].
const pathThrough = (trace) => {
  const found = [];
  let end = 0;
  for (let at = 0; at < trace.path.length; at += 3) {
    const [row, later, lasted] = trace.path.slice(at, at + 3);
    found.push([row, end + later, lasted]);
    end += later + lasted;
  }
  return found;
};

const openTrace = (place, span, opener) => {
  const trace = data.traces[place];
  const dialog = byId('trace');
  const rows = rowsOf(trace);
  const path = pathThrough(trace);
  for (const [row, start, lasted] of path) rows[row].sections.push([start, lasted]);
  const total = trace.ns || 1;
  const state = { only: false, current: Math.max(0, span) };

  const services = new Set(rows.map((row) => row.service));
  const failed = rows.filter((row) => row.flags & FAILED).length;
  const close = el('button', { type: 'button', class: 'close', onclick: () => dialog.close() }, 'Close');
  const only = el('input', { type: 'checkbox', id: 'only-path', onchange: () => { state.only = only.checked; draw(); } });
  const tree = el('div', { class: 'tree', role: 'tree', tabindex: '0', 'aria-label': 'Spans' });
  const details = el('div', { class: 'details', 'aria-live': 'polite' });

  const visible = () => {
    const found = [];
    let under = Infinity;
    for (const row of rows) {
      if (row.depth > under) continue;
      under = Infinity;
      if (state.only && !row.sections.length && row.at !== state.current) continue;
      found.push(row);
      if (row.folded && !state.only) under = row.depth;
    }
    return found;
  };

  const line = (row) => {
    const parent = rows[row.at + 1] && rows[row.at + 1].depth > row.depth;
    const left = (row.start / total) * 100;
    const bar = el('span', { class: 'bar', css: { left: `${left}%`, width: `${(row.lasted / total) * 100}%` } });
    const marks = row.sections.map(([start, lasted]) => el('i', {
      class: 'critical', css: { left: `${(start / total) * 100}%`, width: `${(lasted / total) * 100}%` },
    }));
    const end = left + (row.lasted / total) * 100;
    const side = end < 80 ? { left: `calc(${end}% + 6px)` } : { right: `calc(${100 - left}% + 6px)` };
    return el('div', {
      id: `span-${row.at}`, role: 'treeitem', 'aria-level': row.depth + 1, css: { '--hue': hue(row.service) },
      'aria-selected': String(row.at === state.current), 'aria-expanded': parent ? String(!row.folded) : null,
      class: `span${row.flags & FAILED ? ' failed' : ''}${row.flags & ORPHAN ? ' orphan' : ''}`,
      onclick: () => choose(row.at),
    }, el('span', { class: 'label', css: { '--depth': state.only ? 0 : Math.min(row.depth, 14) } },
      el('span', {
        class: `fold${parent ? '' : ' leaf'}`, 'aria-hidden': 'true',
        onclick: (event) => { event.stopPropagation(); fold(row, !row.folded); },
      }, row.folded ? '+' : '\u2212'),
      el('span', { class: 'service' }, state.only || row.caller !== row.service ? texts[row.service] : ''), el('span', { class: 'name' }, texts[row.name])),
    el('span', { class: 'track' }, bar, ...marks, el('span', { class: 'lasted', css: side }, duration(row.lasted))));
  };

  const draw = () => {
    clear(tree, ...visible().map(line));
    tree.setAttribute('aria-activedescendant', `span-${state.current}`);
    describeRow(rows[state.current]);
  };
  const fold = (row, folded) => { row.folded = folded; draw(); };
  const choose = (at, scroll = false) => {
    const before = tree.querySelector('[aria-selected=true]');
    if (before) before.setAttribute('aria-selected', 'false');
    state.current = at;
    const now = tree.querySelector(`#span-${at}`);
    if (now) { now.setAttribute('aria-selected', 'true'); if (scroll) now.scrollIntoView({ block: scroll }); }
    tree.setAttribute('aria-activedescendant', `span-${at}`);
    describeRow(rows[at]);
  };
  const describeRow = (row) => {
    const waited = row.sections.reduce((sum, [, lasted]) => sum + lasted, 0);
    clear(details, el('h4', {}, `${texts[row.service]}: ${texts[row.name]}`), facts([
      ['starts', `+${duration(row.start)}`], ['lasts', duration(row.lasted)], ['kind', KINDS[row.kind] || ''],
      ['on the critical path', waited ? `${duration(waited)}, ${plain.format((waited / total) * 100)} %` : 'no'],
      ['pod', texts[row.pod]],
      ['remark', [row.flags & FAILED ? 'failed' : '', row.flags & FOLLOWS ? 'its parent does not wait for it' : '',
        row.flags & ORPHAN ? 'its parent is missing' : ''].filter(Boolean).join(', ')],
    ]));
  };

  tree.addEventListener('keydown', (event) => {
    const found = visible();
    const at = found.findIndex((row) => row.at === state.current);
    const row = rows[state.current];
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); if (found[to]) choose(found[to].at, 'nearest'); }
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      event.preventDefault();
      if (rows[row.at + 1] && rows[row.at + 1].depth > row.depth) fold(row, event.key === 'ArrowLeft');
    }
  });

  const ruler = el('div', { class: 'rulers', 'aria-hidden': 'true' }, el('div', { class: 'ruler' }, el('span', { class: 'label' }, ''),
    el('span', { class: 'track' }, ...[0, 0.25, 0.5, 0.75, 1].map((part) => el('time', { css: { left: `${part * 100}%` } }, duration(Math.round(total * part)))))),
  el('div', { class: 'ruler strip' }, el('span', { class: 'label' }, 'critical path, by service'), el('span', { class: 'track' },
    ...path.map(([row, start, lasted]) => el('i', { css: { '--hue': hue(rows[row].service), left: `${(start / total) * 100}%`, width: `${(lasted / total) * 100}%` } })))));
  clear(dialog,
    el('header', {}, el('div', {}, el('h2', { id: 'trace-title' }, `${texts[rows[0].service]}: ${texts[rows[0].name]}`),
      el('p', {}, `${duration(trace.ns)} from ${day(trace.at)} ${clock(trace.at, 3)} UTC; ${plural(rows.length + trace.more, 'span')} of ${plural(services.size, 'service')}; ${failed ? `${failed} failed` : 'none failed'}`),
      el('p', { class: 'id' }, `trace ${trace.id}`)), close),
    el('div', { class: 'switches' }, only, el('label', { for: 'only-path' }, 'Only what is on the critical path'),
      el('span', { class: 'key critical' }, 'critical path: only making this faster helps')),
    el('div', { class: 'body' }, el('div', { class: 'timeline' }, ruler, tree),
      el('aside', {}, details, ...waits(path, rows, choose))),
    trace.more ? el('p', { class: 'note' }, `${plural(trace.more, 'more span')} of this trace are not shown.`) : null);
  draw();
  dialog.onclose = () => { clear(dialog); returnTo(opener); };
  dialog.showModal();
  tree.focus();
  choose(state.current, 'center');
};

// The focus goes back to where it came from; if that was drawn anew meanwhile, to what stands there now.
const returnTo = (opener) => {
  const place = opener && opener.isConnected ? opener : document.querySelector('#chart [tabindex="0"]');
  if (place) place.focus();
};

// What the trace waited for: by service, and section by section.
const waits = (path, rows, choose) => {
  const sums = new Map();
  for (const [row, , lasted] of path) {
    sums.set(rows[row].service, (sums.get(rows[row].service) || 0) + lasted);
  }
  const order = [...sums].sort((a, b) => b[1] - a[1]);
  const most = order.length ? order[0][1] : 1;
  return [
    el('h4', {}, 'What it waited for'),
    el('ul', { class: 'waits' }, ...order.map(([service, lasted]) => el('li', { css: { '--hue': hue(service) } },
      el('span', { class: 'service' }, texts[service]), el('span', { class: 'number' }, duration(lasted)),
      el('span', { class: 'share' }, el('i', { css: { width: `${(lasted / most) * 100}%` } }))))),
    el('h4', {}, plural(path.length, 'section of the critical path', 'sections of the critical path')),
    el('ol', { class: 'sections', tabindex: '0', 'aria-label': 'Sections of the critical path' }, ...path.map(([row, start, lasted]) => el('li', {
      onclick: () => choose(row, 'center'), css: { '--hue': hue(rows[row].service) },
    }, el('span', { class: 'number' }, `+${duration(start)}`), el('span', { class: 'service' }, texts[rows[row].service]),
    el('span', { class: 'number' }, duration(lasted)), el('span', { class: 'name' }, texts[rows[row].name])))),
  ];
};
