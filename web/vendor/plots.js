// The figures of a run as charts, by uPlot. One chart a figure, one cursor for all of them: what stands
// under the pointer is written under each chart. Colours are the page's own tokens in both themes.
import uPlot from "uplot";
import css from "uplot/dist/uPlot.min.css";

const OWN = `
.plot { margin: 0 0 14px; border-radius: 5px; }
.plot figcaption { font-size: 12px; color: var(--ink-soft); display: flex; justify-content: space-between; gap: 8px; }
.plot figcaption b { color: var(--ink); font-weight: 600; }
.plot:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.plot .uplot { font: inherit; width: 100%; }
.plot .u-legend { font-size: 12px; text-align: left; margin: 0; font-variant-numeric: tabular-nums; }
.plot .u-legend th { font-weight: 400; color: var(--ink-soft); padding: 1px 2px; }
.plot .u-legend td { padding: 1px 8px 1px 0; min-width: 46px; }
.plot .u-series > * { padding: 1px 2px; }
.plot .u-cursor-x { border-right: 1px dashed var(--ink-soft); }
.plot .u-cursor-y { display: none; }
`;

let styled = false;
function style() {
  if (styled) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css + OWN);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  styled = true;
}

const grouped = (n) => Math.round(n).toLocaleString("en").replaceAll(",", "\u202f");
const few = (n) => (n >= 100 ? grouped(n) : String(Number(n.toPrecision(3))));
const UNITS = {
  ms: (v) => (v >= 10_000 ? `${few(v / 1000)} s` : v >= 1000 ? `${(v / 1000).toFixed(2)} s` : `${few(v)} ms`),
  count: few,
  bytes: (v) => (v >= 1_048_576 ? `${few(v / 1_048_576)} MB` : v >= 1024 ? `${few(v / 1024)} kB` : `${few(v)} B`),
};

// Columns in the order the worker writes them, then copies and bytes by kind.
const COLUMNS = [
  "height", "at", "interval", "interval50", "interval95", "interval99", "latency50", "latency95", "latency99",
  "rounds", "transactions", "rate", "gas", "mempool",
];

// A kind's colour is the chart's; a dash beside it, since colour alone must not carry meaning.
const KIND_DASH = [[], [], [5, 3], [2, 3], [8, 3, 2, 3], [1, 2]];
const kindLine = (k) => ({ colour: `--kind-${Math.min(k, 3)}`, dash: KIND_DASH[Math.min(k, 5)] });
const PERCENTILES = [
  { colour: "--kind-2", dash: [] },
  { colour: "--kind-0", dash: [5, 3] },
  { colour: "--ink-soft", dash: [2, 3] },
];

function figures(kinds) {
  const spread = (name) => ["50", "95", "99"].map((p, k) => ({ key: name + p, label: k ? `p${p}` : "median", ...PERCENTILES[k] }));
  const one = (key, label) => [{ key, label, colour: "--kind-2", dash: [] }];
  const byKind = (what) => kinds.map((kind, k) => ({ key: `${what}${k}`, label: kind, ...kindLine(k), hideIfNone: k > 2 }));
  return [
    { title: "Block interval", note: "percentiles of the newest 32", unit: "ms", lines: [{ key: "interval", label: "interval", colour: "--chart-lifeline", dash: [] }, ...spread("interval")] },
    { title: "Commit latency", note: "over the validators", unit: "ms", lines: spread("latency") },
    { title: "Rounds a height", unit: "count", lines: one("rounds", "rounds") },
    { title: "Messages a block", note: "copies, by kind", unit: "count", lines: byKind("copies") },
    { title: "Bytes a block", note: "by kind", unit: "bytes", lines: byKind("bytes") },
    { title: "Throughput", note: "transactions a second", unit: "count", lines: one("rate", "a second") },
    { title: "Mempool", note: "waiting at the decision", unit: "count", lines: one("mempool", "waiting") },
    { title: "Gas a block", unit: "count", lines: one("gas", "gas") },
  ];
}

/// Charts in `host` and, in `table`, the same figures as a table. `kinds`: names of kinds of message.
export function create(host, table, kinds) {
  style();
  return new Plots(host, table, kinds);
}

class Plots {
  constructor(host, table, kinds) {
    this.host = host;
    this.table = table;
    this.kinds = kinds;
    this.names = [...COLUMNS, ...kinds.map((_, k) => `copies${k}`), ...kinds.map((_, k) => `bytes${k}`)];
    this.byTime = false;
    this.probe = host.appendChild(document.createElement("span"));
    this.probe.hidden = true;
    this.forget();
    this.build();
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(host);
    const anew = () => this.build();
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", anew);
    this.theme = new MutationObserver(anew);
    this.theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    this.anew = anew;
  }

  forget() {
    this.columns = this.names.map(() => []);
    this.open = 0;
  }

  /// Rows as 64-bit floats, column by column; the last `open` of them come again and replace themselves.
  feed(bytes, rows, open, reset) {
    if (reset) this.forget();
    for (const column of this.columns) column.length -= this.open;
    const values = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
    this.columns.forEach((column, k) => {
      for (let i = 0; i < rows; i++) {
        const v = values[k * rows + i];
        column.push(Number.isNaN(v) ? null : v);
      }
      // As many as the world keeps itself.
      if (column.length > 8_200) column.splice(0, column.length - 8_200);
    });
    this.open = Math.min(open, this.columns[0].length);
    this.show();
  }

  /// What lies along the charts: heights or simulated time.
  axis(byTime) {
    this.byTime = byTime;
    this.build();
  }

  column(key) {
    return this.columns[this.names.indexOf(key)];
  }

  show() {
    const x = this.column(this.byTime ? "at" : "height");
    for (const { plot, lines } of this.plots) {
      plot.setData([x, ...lines.map((l) => this.column(l.key))]);
    }
    if (!this.table.closest("details") || this.table.closest("details").open) this.writeTable();
  }

  colour(token) {
    // A custom property may say light-dark(); a computed colour is one colour.
    this.probe.style.color = `var(${token})`;
    return getComputedStyle(this.probe).color;
  }

  build() {
    this.destroy();
    const width = this.width();
    const ink = this.colour("--ink-soft");
    const grid = this.colour("--line");
    this.plots = figures(this.kinds).map(({ title, note = "", unit, lines: all }, place) => {
      const lines = all.filter((l) => !l.hideIfNone || this.column(l.key).some((v) => v > 0));
      const figure = document.createElement("figure");
      figure.className = "plot";
      figure.tabIndex = 0;
      figure.setAttribute("aria-label", `${title}, chart. Arrow keys move along it; the same figures are in the table below.`);
      figure.innerHTML = "<figcaption><b></b><span></span></figcaption>";
      figure.querySelector("b").textContent = title;
      figure.querySelector("span").textContent = note;
      this.host.insertBefore(figure, this.probe);
      const say = UNITS[unit];
      const plot = new uPlot({
        width,
        height: 116,
        padding: [6, 6, 0, 0],
        scales: { x: { time: false }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.08 : 1] } },
        cursor: { sync: { key: "consensusforge" }, drag: { x: true, y: false }, points: { size: 6 } },
        legend: { live: true },
        axes: [
          { stroke: ink, grid: { show: false }, ticks: { stroke: grid, size: 4 }, size: 22, font: "11px system-ui", gap: 3, values: (_, at) => at.map((v) => (this.byTime ? `${v} s` : Number.isInteger(v) ? v : "")) },
          { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { show: false }, size: 54, font: "11px system-ui", gap: 4, values: (_, at) => at.map(say) },
        ],
        series: [
          { label: this.byTime ? "time" : "height", value: (_, v) => (v == null ? "–" : this.byTime ? `${v.toFixed(3)} s` : grouped(v)) },
          ...lines.map((l) => ({
            label: l.label,
            stroke: this.colour(l.colour),
            dash: l.dash,
            width: 1.5,
            spanGaps: true,
            points: { show: false },
            value: (_, v) => (v == null ? "–" : say(v)),
          })),
        ],
      }, [[], ...lines.map(() => [])], figure);
      figure.addEventListener("keydown", (event) => this.key(event, plot));
      figure.dataset.plot = place;
      return { plot, lines, figure };
    });
    this.show();
  }

  key(event, plot) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const x = plot.data[0];
    if (!x.length) return;
    const from = plot.cursor.idx ?? (by < 0 ? x.length : -1);
    const to = Math.min(Math.max(from + by, 0), x.length - 1);
    // All of them, as with a pointer.
    for (const { plot: each } of this.plots) each.setCursor({ left: each.valToPos(x[to], "x"), top: 10 });
  }

  /// The newest heights, newest first.
  writeTable() {
    const most = 200;
    const kinds = this.kinds.filter((_, k) => k < 3);
    const head = ["height", "decided", "interval", "latency, median", "95 %", "99 %", "rounds", "transactions", "gas", "mempool", ...kinds.map((k) => `${k}s`)];
    const ms = (v) => (v == null ? "–" : UNITS.ms(v));
    const n = (v) => (v == null ? "–" : grouped(v));
    const cells = [
      ["height", n], ["at", (v) => `${v.toFixed(3)} s`], ["interval", ms], ["latency50", ms], ["latency95", ms], ["latency99", ms],
      ["rounds", n], ["transactions", n], ["gas", n], ["mempool", n], ...kinds.map((_, k) => [`copies${k}`, n]),
    ].map(([key, say]) => [this.column(key), say]);
    const rows = [];
    const last = this.columns[0].length - 1;
    for (let i = last; i >= 0 && i > last - most; i--) {
      const row = document.createElement("tr");
      cells.forEach(([column, say], k) => {
        const cell = document.createElement(k ? "td" : "th");
        if (!k) cell.scope = "row";
        cell.textContent = say(column[i]);
        row.append(cell);
      });
      rows.push(row);
    }
    if (!this.table.tHead) {
      const row = this.table.createTHead().insertRow();
      for (const name of head) {
        const cell = document.createElement("th");
        cell.scope = "col";
        cell.textContent = name;
        row.append(cell);
      }
      this.table.createTBody();
    }
    this.table.tBodies[0].replaceChildren(...rows);
  }

  width() {
    return Math.max(this.host.clientWidth, 120);
  }

  resize() {
    const width = this.width();
    if (width === this.last) return;
    this.last = width;
    for (const { plot } of this.plots) plot.setSize({ width, height: 116 });
  }

  destroy() {
    for (const { plot, figure } of this.plots ?? []) {
      plot.destroy();
      figure.remove();
    }
    this.plots = [];
  }

  end() {
    this.sizes.disconnect();
    this.theme.disconnect();
    this.dark.removeEventListener("change", this.anew);
    this.destroy();
    this.probe.remove();
  }
}
