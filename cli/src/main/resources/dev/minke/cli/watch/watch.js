// Asks for the picture again and again; shows values under the pointer; zooms. Curves are drawn by the server.
'use strict';
const view = document.getElementById('view');
const note = document.getElementById('note');
const tip = document.getElementById('tip');
const cross = document.createElementNS('http://www.w3.org/2000/svg', 'line');
let range = {};
let tag = '';
let drag = null;
let pointer = null;

async function refresh() {
  if (drag || document.hidden) {
    return;
  }
  try {
    const answer = await fetch('/view?' + new URLSearchParams(range), {headers: tag ? {'If-None-Match': tag} : {}});
    note.hidden = true;
    if (answer.status === 200) {
      const text = await answer.text();
      if (!drag) {
        view.innerHTML = text;
        tag = answer.headers.get('ETag');
        show();
      }
    } else if (answer.status !== 304) {
      tell(await answer.text());
    }
  } catch {
    tell('minke watch has ended; what you see is how it was.');
  }
}

function tell(text) {
  note.textContent = text;
  note.hidden = false;
}

function zoom(next) {
  range = next;
  tag = '';
  document.getElementById('all').disabled = Object.keys(range).length === 0;
  refresh();
}

// Where a pointer is in a chart: its step, and whether it is on the curves.
function place(svg, event) {
  const [left, top, width, height] = svg.dataset.plot.split(' ').map(Number);
  const [first, last] = svg.dataset.range.split(' ').map(Number);
  const box = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / box.width;
  const x = Math.min(left + width, Math.max(left, (event.clientX - box.left) * scale));
  return {x, top, bottom: top + height, step: first + (x - left) / width * (last - first), left, width, first, last};
}

function nearest(steps, step) {
  let low = 0;
  let high = steps.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    steps[middle] < step ? low = middle : high = middle;
  }
  return Math.abs(steps[low] - step) <= Math.abs(steps[high] - step) ? low : high;
}

function show() {
  const svg = pointer && document.elementFromPoint(pointer.clientX, pointer.clientY)?.closest('svg[data-plot]');
  tip.hidden = !svg;
  cross.remove();
  if (!svg) {
    return;
  }
  const at = place(svg, pointer);
  const lines = [];
  for (const path of svg.querySelectorAll('path[data-x]')) {
    const steps = path.dataset.x.split(' ').map(Number);
    const i = nearest(steps, at.step);
    lines.push(`${path.dataset.name} ${path.dataset.y.split(' ')[i]} (step ${steps[i]})`);
  }
  tip.textContent = lines.join('\n');
  tip.style.left = Math.max(4, Math.min(pointer.clientX + 14, innerWidth - tip.offsetWidth - 4)) + 'px';
  tip.style.top = pointer.clientY + 18 + 'px';
  for (const [name, value] of [['x1', at.x], ['x2', at.x], ['y1', at.top], ['y2', at.bottom]]) {
    cross.setAttribute(name, value);
  }
  cross.setAttribute('class', 'cross');
  svg.append(cross);
}

view.addEventListener('pointermove', event => {
  pointer = event;
  if (drag) {
    drag.to = place(drag.svg, event);
    drag.band.setAttribute('x', Math.min(drag.from.x, drag.to.x));
    drag.band.setAttribute('width', Math.abs(drag.from.x - drag.to.x));
  }
  show();
});
view.addEventListener('pointerleave', () => {
  pointer = null;
  show();
});
view.addEventListener('pointerdown', event => {
  pointer = event;
  const svg = event.target.closest('svg[data-plot]');
  if (svg && event.pointerType === 'mouse' && event.button === 0) {
    const from = place(svg, event);
    const band = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    for (const [name, value] of [['class', 'band'], ['x', from.x], ['y', from.top], ['width', 0], ['height', from.bottom - from.top]]) {
      band.setAttribute(name, value);
    }
    svg.append(band);
    drag = {svg, from, to: from, band};
    event.preventDefault();
  }
  show();
});
addEventListener('pointerup', () => {
  if (drag) {
    const ends = [drag.from, drag.to].sort((a, b) => a.x - b.x);
    drag.band.remove();
    drag = null;
    if (ends[1].x - ends[0].x > 6) {
      zoom({from: Math.floor(ends[0].step), to: Math.ceil(ends[1].step)});
    }
  }
});
view.addEventListener('dblclick', () => zoom({}));
document.getElementById('all').addEventListener('click', () => zoom({}));
for (const button of document.querySelectorAll('button[data-last]')) {
  button.addEventListener('click', () => zoom({last: button.dataset.last}));
}
document.addEventListener('visibilitychange', refresh);
refresh();
setInterval(refresh, 2000);
