// The list of series: searched, filtered, and only as far in the document as it can be seen.
const ROW = 46; // pixels, as in the style sheet
const SPARE = 6; // rows above and below what can be seen

const explorer = () => {
  const list = byId('list');
  const search = byId('search');
  const inside = el('div', { class: 'rows', role: 'presentation' });
  const all = data.series.map((_, place) => seriesAt(place));
  const sought = all.map((series) => `${series.id} ${series.service} ${series.metric}`.toLowerCase());
  let filter = 'all';
  let shown = all.map((_, place) => place);
  let chosen = 0; // place in shown
  list.append(inside);
  byId('explorer').hidden = false;

  const row = (at) => {
    const series = all[shown[at]];
    const marks = [];
    if (series.anomalies.length) marks.push(el('b', { class: 'key anomaly' }, grouped.format(series.anomalies.length)));
    if (series.exemplars.length) marks.push(el('b', { class: 'key exemplar' }, grouped.format(series.exemplars.length)));
    return el('div', {
      id: `option-${at}`, role: 'option', 'aria-selected': String(at === chosen), 'aria-setsize': shown.length,
      'aria-posinset': at + 1, title: series.id, 'aria-label': spoken(series), css: { top: `${at * ROW}px` }, onclick: () => choose(at),
    }, spark(series), el('span', { class: 'metric' }, series.metric),
    el('span', { class: 'pod' }, series.pod || series.id), el('span', { class: 'marks' }, ...marks));
  };

  const draw = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - SPARE);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + SPARE);
    inside.style.height = `${shown.length * ROW}px`;
    const rows = [];
    for (let at = first; at < last; at += 1) rows.push(row(at));
    clear(inside, ...rows);
    if (shown.length) list.setAttribute('aria-activedescendant', `option-${chosen}`);
    else list.removeAttribute('aria-activedescendant');
  };

  const choose = (at) => {
    chosen = Math.min(Math.max(at, 0), shown.length - 1);
    if (chosen < 0) return;
    const top = chosen * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
    draw();
    show(all[shown[chosen]]);
  };

  const find = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = all.filter((series) => (filter === 'all' || series[filter].length)
      && words.every((word) => sought[series.place].includes(word))).map((series) => series.place);
    byId('matches').textContent = `${grouped.format(shown.length)} of ${grouped.format(all.length)} series`;
    list.scrollTop = 0;
    chosen = 0;
    draw();
    if (shown.length) choose(0);
  };

  let current = null;
  const show = (series) => {
    current = series;
    byId('shown-name').textContent = series.metric + (unitOf(series.metric) ? ` (${unitOf(series.metric)})` : '');
    byId('shown-facts').textContent = `${series.pod || series.id}${series.service ? `, ${series.service}` : ''}, ${day(data.start)} UTC`;
    drawChart(series);
  };

  search.addEventListener('input', find);
  search.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') { event.preventDefault(); list.focus(); }
  });
  list.addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true });
  list.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
    const to = {
      ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: chosen + page, PageUp: chosen - page,
      Home: 0, End: shown.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  });
  for (const button of document.querySelectorAll('[data-filter]')) {
    button.addEventListener('click', () => {
      filter = button.dataset.filter;
      for (const other of document.querySelectorAll('[data-filter]')) {
        other.setAttribute('aria-pressed', String(other === button));
      }
      find();
    });
  }
  for (const button of document.querySelectorAll('[data-series]')) {
    button.addEventListener('click', () => {
      filter = 'all';
      search.value = seriesAt(Number(button.dataset.series)).id;
      document.querySelector('[data-filter=all]').click();
      byId('series').scrollIntoView();
      list.focus({ preventScroll: true });
    });
  }
  // Drawn anew only for another width: what is pointed at must not be taken away for a change of height.
  let width = byId('chart').clientWidth;
  new ResizeObserver(() => {
    if (byId('chart').clientWidth === width) return;
    width = byId('chart').clientWidth;
    if (current) drawChart(current);
    draw();
  }).observe(byId('explorer'));

  find();
  // Something worth seeing at once: a series with anomalies, exemplars and faults of its own, as far as there is one.
  const hit = new Set(data.marks.map(([, pod, service]) => texts[pod] || texts[service]));
  const worth = (series) => (series.anomalies.length ? 4 : 0) + (series.exemplars.length ? 2 : 0)
    + (hit.has(series.pod) || hit.has(series.service) ? 1 : 0);
  choose(all.reduce((best, series) => (worth(series) > worth(all[best]) ? series.place : best), 0));
  list.scrollTop = Math.max(0, (chosen + 0.5) * ROW - list.clientHeight / 2);
};

const spoken = (series) => [series.id, series.anomalies.length ? plural(series.anomalies.length, 'anomaly', 'anomalies') : '',
  series.exemplars.length ? plural(series.exemplars.length, 'exemplar') : ''].filter(Boolean).join(', ');

const spark = (series) => {
  const scale = series.high - series.low || 1;
  const span = data.width * data.slots;
  const [x, y] = [(at) => 2 + (at / span) * 76, (value) => 25 - ((value - series.low) / scale) * 22];
  const picture = svg('svg', { class: 'spark', width: 80, height: 28, 'aria-hidden': 'true' },
    svg('path', { class: 'course', d: pathOf(coursesOf(series), x, y) }));
  for (const [at, value] of series.anomalies.slice(0, 20)) {
    picture.append(svg('circle', { class: 'dot', cx: x(at), cy: y(value), r: 2.2 }));
  }
  return picture;
};
