// Small helpers. Text from data becomes text nodes and attributes, never markup.
const data = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';

const fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'css') for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};
const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

const texts = data.texts;
const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const grouped = new Intl.NumberFormat('en');
const UNITS = [['_mib', 'MiB'], ['_seconds', 's'], ['_percent', '%'], ['_millicores', 'm'], ['_bytes', 'B']];
const unitOf = (metric) => (UNITS.find(([end]) => metric.endsWith(end)) || ['', ''])[1];
const number = (value) => (Math.abs(value) >= 1e15 || (value && Math.abs(value) < 1e-4)
  ? value.toExponential(2) : plain.format(value));
const plural = (count, one, many) => `${grouped.format(count)} ${count === 1 ? one : many || one + 's'}`;
const duration = (ns) => {
  if (ns < 1e3) return ns ? `${ns} ns` : '0';
  if (ns < 1e6) return `${plain.format(ns / 1e3)} µs`;
  if (ns < 1e9) return `${plain.format(ns / 1e6)} ms`;
  return `${plain.format(ns / 1e9)} s`;
};
const clock = (seconds, digits = 0) => {
  const iso = new Date(seconds * 1000).toISOString();
  return iso.slice(11, digits ? 20 + digits : 19);
};
const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

// A hue for each service, far from those of its neighbours in the table of texts.
const hue = (place) => String(Math.round((place * 137.508) % 360));

// Round moments within a stretch of time, in seconds after its start.
const WHOLE = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 604800];
const moments = (start, span, most) => {
  const step = WHOLE.find((s) => span / s <= most) || span / most;
  const found = [];
  for (let at = Math.ceil(start / step) * step; at <= start + span; at += step) found.push(at - start);
  return found;
};

const clear = (element, ...children) => element.replaceChildren(...children.filter(Boolean));

const facts = (pairs) => el('dl', {}, ...pairs.filter(([, value]) => value !== '').flatMap(
  ([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));

// Light, dark, or what the system says; remembered where the browser allows it.
const THEMES = ['system', 'light', 'dark'];
const themes = () => {
  const button = byId('theme');
  let chosen = 'system';
  const show = () => {
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    button.textContent = `Theme: ${chosen}`;
  };
  try { chosen = localStorage.getItem('traceo-theme') || chosen; } catch { /* not allowed for files */ }
  if (!THEMES.includes(chosen)) chosen = 'system';
  button.hidden = false;
  button.addEventListener('click', () => {
    chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
    try { localStorage.setItem('traceo-theme', chosen); } catch { /* as above */ }
    show();
  });
  show();
};
