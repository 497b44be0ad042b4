// One series over time: its line, known faults, exemplars and anomalies. The points are one stop for the
// tab key; the arrow keys go from one to the next.
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...LETTERS].map((letter, place) => [letter, place]));
const STEPS = LETTERS.length ** 2 - 1;

const seriesAt = (place) => {
  const [id, pod, service, metric, low, high, phase, points] = data.series[place];
  return {
    place, low, high, phase, points,
    pod: texts[pod], service: texts[service], metric: texts[metric],
    id: id || `${texts[pod]}:${texts[metric]}`,
    anomalies: data.anomalies[place] || [],
    exemplars: data.exemplars[place] || [],
  };
};

// [seconds after the start, value], null where a slot holds no sample.
const coursesOf = (series) => {
  const pairs = series.points.length / 2;
  const each = Math.max(1, Math.round(pairs / data.slots));
  const found = [];
  for (let place = 0; place < pairs; place += 1) {
    const letters = series.points.slice(2 * place, 2 * place + 2);
    if (letters === '..') { if (place % each === 0) found.push(null); continue; }
    const step = VALUES.get(letters[0]) * LETTERS.length + VALUES.get(letters[1]);
    const at = Math.floor(place / each) * data.width + series.phase + (each > 1 ? (place % each - 0.5) * 0.4 * data.width : 0);
    found.push([at, series.low + (step / STEPS) * (series.high - series.low)]);
  }
  return found;
};

const pathOf = (course, x, y) => {
  let path = '';
  let open = false;
  for (const point of course) {
    if (!point) { open = false; continue; }
    path += `${open ? 'L' : 'M'}${x(point[0]).toFixed(1)} ${y(point[1]).toFixed(1)}`;
    if (!open) path += 'h.01'; // a lone sample is a dot
    open = true;
  }
  return path;
};

const ticksOf = (low, high, most) => {
  const rough = (high - low) / most || 1;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((f) => f * size).find((s) => s >= rough);
  const found = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-6; tick += step) {
    found.push(Math.abs(tick) < step * 1e-6 ? 0 : tick);
  }
  return found;
};

const drawChart = (series) => {
  const place = byId('chart');
  const width = Math.max(260, place.clientWidth);
  const [height, left, right, top, bottom] = [width < 500 ? 240 : 330, 56, 14, 34, 26];
  const span = data.width * data.slots;
  const values = [series.low, series.high, ...series.anomalies.flatMap((a) => [a[1], a[2]])];
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (low >= 0 && low < (high - low)) low = 0;
  if (high === low) { high += Math.abs(high) * 0.1 || 1; low -= low === 0 ? 0 : Math.abs(low) * 0.1; }
  const x = (at) => left + (Math.min(Math.max(at, 0), span) / span) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom - 6);
  const picture = svg('svg', {
    width, height, viewBox: `0 0 ${width} ${height}`, role: 'group',
    'aria-label': `${series.id}: from ${number(series.low)} to ${number(series.high)}`,
  });
  for (const tick of ticksOf(low, high, 5)) {
    picture.append(svg('line', { class: 'grid', x1: left, x2: width - right, y1: y(tick), y2: y(tick) }));
    picture.append(svg('text', { class: 'tick', x: left - 7, y: y(tick) + 4 }, number(tick)));
  }
  for (const at of moments(data.start, span, width < 500 ? 4 : 9)) {
    const words = span > 172800 ? day(data.start + at).slice(5) : clock(data.start + at).slice(0, span < 600 ? 8 : 5);
    picture.append(svg('line', { class: 'grid', x1: x(at), x2: x(at), y1: height - bottom, y2: height - bottom + 4 }));
    picture.append(svg('text', { class: 'stamp', x: x(at), y: height - 6, 'text-anchor': 'middle' }, words));
  }
  drawMarks(picture, series, x, top, height - bottom);
  for (const [at, , expected] of series.anomalies) {
    picture.append(svg('path', { class: 'expected', d: `M${x(at) - 5} ${y(expected)}h10` }));
  }
  picture.append(svg('path', { class: 'course', d: pathOf(coursesOf(series), x, y) }));
  picture.append(points(series, x, y));
  clear(place, picture);
};

// A fault of this pod is drawn in full with its name; those of other pods faintly, to tell one from the other.
const drawMarks = (picture, series, x, top, bottom) => {
  let free = -1;
  for (const [at, pod, service, type] of data.marks) {
    const here = texts[pod] ? texts[pod] === series.pod : texts[service] === series.service;
    const where = texts[pod] || texts[service];
    const line = svg('line', { class: here ? 'fault' : 'elsewhere', x1: x(at), x2: x(at), y1: top - 8, y2: bottom });
    line.append(svg('title', {}, `known fault: ${texts[type]} on ${where}, ${clock(data.start + at)}`));
    picture.append(line);
    if (here && x(at) > free) {
      const words = `fault: ${texts[type]}`;
      const end = x(at) + words.length * 6.6 > x(1e18);
      picture.append(svg('text', {
        class: 'fault-name', x: x(at) + (end ? 3 : -3), y: top - 14, 'text-anchor': end ? 'end' : 'start',
      }, words));
      free = x(at) + words.length * 7;
    }
  }
};

const points = (series, x, y) => {
  const found = [
    ...series.exemplars.map((e) => ({ kind: 'exemplar', at: e[0], value: e[1], of: e })),
    ...series.anomalies.map((a) => ({ kind: 'anomaly', at: a[0], value: a[1], of: a })),
  ].sort((a, b) => a.at - b.at || (a.kind < b.kind ? 1 : -1));
  const group = svg('g', { class: 'points', role: 'group', 'aria-label': 'Anomalies and exemplars' });
  const nodes = found.map((point) => {
    const [px, py] = [x(point.at), y(point.value)];
    const shape = point.kind === 'exemplar'
      ? svg('path', { d: `M${px} ${py - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z` })
      : svg('circle', { cx: px, cy: py, r: 5 });
    const trace = traceOf(point);
    const node = svg('g', {
      class: point.kind, tabindex: '-1', role: trace === null ? 'img' : 'button', 'aria-label': wordsOf(point),
    }, svg('circle', { class: 'hit', cx: px, cy: py, r: 10 }), shape);
    node.addEventListener('focus', () => {
      nodes.forEach((other) => other.setAttribute('tabindex', other === node ? '0' : '-1'));
      describe(point);
    });
    return node;
  });
  const first = Math.max(0, found.findIndex((point) => point.kind === 'anomaly'));
  if (nodes.length) nodes[first].setAttribute('tabindex', '0');
  if (found.length) describe(found[first]); else clear(byId('point'), 'No anomaly and no exemplar on this series.');
  // Points may lie close together: the nearest is meant, not the one that happens to lie on top.
  const nearest = (event) => {
    const box = group.ownerSVGElement.getBoundingClientRect();
    const far = (point) => Math.hypot(x(point.at) + box.x - event.clientX, y(point.value) + box.y - event.clientY);
    return found.reduce((best, point, at) => (far(point) < far(found[best]) ? at : best), 0);
  };
  group.addEventListener('pointermove', (event) => describe(found[nearest(event)]));
  group.addEventListener('click', (event) => {
    const at = event.clientX || event.clientY ? nearest(event) : nodes.indexOf(event.target.closest('[tabindex]'));
    const trace = traceOf(found[at]);
    describe(found[at]);
    if (trace !== null) openTrace(...trace, nodes[at]);
  });
  group.addEventListener('keydown', (event) => {
    const at = nodes.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: nodes.length - 1 }[event.key];
    if (to !== undefined && nodes[to]) { event.preventDefault(); nodes[to].focus(); }
    if (event.key === 'Enter' || event.key === ' ') {
      const trace = traceOf(found[at]);
      event.preventDefault();
      if (trace !== null) openTrace(...trace, nodes[at]);
    }
  });
  group.append(...nodes);
  return group;
};

// [place of the trace, row of the span], or null where the trace is not on the page.
const traceOf = (point) => {
  if (!point) return null;
  if (point.kind === 'exemplar') return point.of[3] < 0 ? null : [point.of[3], point.of[4]];
  return point.of[7] < 0 ? null : [point.of[7], -1];
};

const wordsOf = (point) => {
  const at = clock(data.start + point.at);
  if (point.kind === 'exemplar') return `exemplar at ${at}, value ${number(point.value)}`;
  const [, value, expected, score] = point.of;
  return `anomaly at ${at}, value ${number(value)}, expected ${number(expected)}, score ${number(score)}`;
};

const describe = (point) => {
  const at = clock(data.start + point.at, 3);
  const trace = traceOf(point);
  const open = trace === null ? null
    : el('button', { type: 'button', onclick: (e) => openTrace(...trace, e.currentTarget) }, 'Open the trace');
  if (point.kind === 'exemplar') {
    const [, value, lasted, place, last] = point.of;
    clear(byId('point'), el('h4', { class: 'exemplar' }, 'Exemplar'), facts([
      ['at', `${at} UTC`], ['value', number(value)], ["span's value", number(lasted)],
      ['trace', place < 0 ? texts[last] : data.traces[place].id],
    ]), open || el('p', {}, 'This trace is not on the page.'));
    return;
  }
  const [, value, expected, score, threshold, model, reason] = point.of;
  clear(byId('point'), el('h4', { class: 'anomaly' }, 'Anomaly'), facts([
    ['at', `${at} UTC`], ['value', number(value)], ['expected', number(expected)],
    ['score', `${number(score)} (threshold ${number(threshold)})`],
    ['model', texts[model]], ['reason', texts[reason].replaceAll('_', ' ')],
  ]), open);
};
