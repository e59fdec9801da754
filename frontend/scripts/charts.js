// Draws the charts that a page describes as JSON, in the colours of the theme that is on.
import { BarChart, GraphChart, HeatmapChart, LineChart, SankeyChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  GraphChart,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  SankeyChart,
  TooltipComponent,
  VisualMapComponent,
]);

const drawn = new Map();

const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const palette = () => ({
  ink: colour("--color-base-content"),
  quiet: colour("--quiet"),
  line: colour("--color-base-300"),
  paper: colour("--color-base-100"),
  track: colour("--track"),
  sea: colour("--color-secondary"),
  seaPale: colour("--sea-pale"),
  wine: colour("--color-primary"),
  amber: colour("--color-accent"),
});

const number = new Intl.NumberFormat(document.documentElement.lang || "en");

// Lines differ by dash and bars by decal as well, so that a chart can be read in grey.
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];

function axes(spec, look) {
  const text = { color: look.quiet, fontSize: 12 };
  return {
    grid: { left: 8, right: 16, top: spec.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    xAxis: {
      type: "category",
      data: spec.labels,
      axisLabel: { ...text, hideOverlap: true },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look.line } },
    },
    yAxis: {
      type: "value",
      axisLabel: { ...text, formatter: (value) => number.format(value) },
      splitLine: { lineStyle: { color: look.line } },
      minInterval: spec.whole ? 1 : 0,
    },
  };
}

function lines(spec, look) {
  const colours = [look.sea, look.wine, look.amber, look.quiet];
  const series = spec.series.map((one, at) => ({
    name: one.name,
    type: spec.kind,
    stack: spec.stacked ? "all" : undefined,
    data: one.values,
    color: colours[at % colours.length],
    symbol: "none",
    step: spec.steps ? "end" : false,
    lineStyle: { width: 2, type: DASHES[at % DASHES.length] },
    areaStyle: spec.kind === "line" && spec.series.length === 1 ? { opacity: 0.12 } : undefined,
    barMaxWidth: 28,
    itemStyle: spec.kind === "bar" ? { borderRadius: [3, 3, 0, 0] } : undefined,
  }));
  return {
    ...axes(spec, look),
    legend: {
      show: series.length > 1, top: 0, left: 0, icon: "roundRect", textStyle: { color: look.ink },
    },
    tooltip: tip(look, "axis"),
    series,
  };
}

// Each bar says its number above it, with its sign, so that its colour need not be seen.
function waterfall(spec, look) {
  const colours = { total: look.sea, in: look.sea, out: look.amber };
  const said = (bar) => (bar.way === "total" ? "" : bar.says > 0 ? "+" : "") + number.format(bar.says);
  const nothing = { color: "transparent", borderColor: "transparent" };
  return {
    ...axes({ ...spec, series: [], whole: true }, look),
    grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
    tooltip: { ...tip(look, "item"), formatter: (at) => `${at.name}: ${said(spec.bars[at.dataIndex])}` },
    series: [
      {
        type: "bar", stack: "all", silent: true, itemStyle: nothing, barMaxWidth: 56,
        data: spec.bars.map((bar) => bar.from), tooltip: { show: false },
      },
      {
        type: "bar", stack: "all", barMaxWidth: 56,
        data: spec.bars.map((bar) => ({
          value: bar.size,
          itemStyle: {
            color: colours[bar.way], borderRadius: 3,
            borderColor: look.ink, borderWidth: bar.way === "out" ? 1 : 0, borderType: "dashed",
          },
        })),
        label: {
          show: true, position: "top", color: look.ink,
          formatter: (at) => said(spec.bars[at.dataIndex]),
        },
      },
    ],
  };
}

function heat(spec, look) {
  const highest = Math.max(1, ...spec.cells.map((cell) => cell[2]));
  const text = { color: look.quiet, fontSize: 12 };
  const axis = (data) => ({
    type: "category", data, splitArea: { show: false }, axisTick: { show: false },
    axisLine: { show: false }, axisLabel: text,
  });
  return {
    grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
    xAxis: axis(spec.labels),
    yAxis: { ...axis(spec.rows), inverse: true },
    visualMap: {
      show: false, min: 0, max: highest, inRange: { color: [look.seaPale, look.sea] },
    },
    tooltip: tip(look, "item"),
    series: [{
      type: "heatmap", data: spec.cells,
      itemStyle: { borderColor: look.paper, borderWidth: 2, borderRadius: 4 },
    }],
  };
}

function network(spec, look) {
  return {
    tooltip: tip(look, "item"),
    series: [{
      type: "graph", layout: "force", roam: false, force: { repulsion: 260, edgeLength: 120 },
      label: { show: true, color: look.ink },
      lineStyle: { color: look.quiet, opacity: 0.5 },
      itemStyle: { color: look.sea },
      nodes: spec.nodes, links: spec.links,
    }],
  };
}

function flow(spec, look) {
  return {
    tooltip: tip(look, "item"),
    series: [{
      type: "sankey", nodes: spec.nodes, links: spec.links,
      label: { color: look.ink }, lineStyle: { color: "source", opacity: 0.3 },
      itemStyle: { color: look.sea, borderColor: look.sea },
    }],
  };
}

// Rich text instead of HTML: a tip of HTML would need style attributes, which our policy refuses.
function tip(look, trigger) {
  return {
    trigger,
    renderMode: "richText",
    backgroundColor: look.paper,
    borderColor: look.line,
    textStyle: { color: look.ink },
    valueFormatter: (value) => (typeof value === "number" ? number.format(value) : value),
  };
}

const KINDS = { line: lines, bar: lines, heat, network, flow, waterfall };

function paint(figure) {
  const { chart, spec } = drawn.get(figure);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  chart.setOption(
    {
      animation: !still, animationDuration: 300,
      aria: { enabled: true, decal: { show: spec.kind === "bar" && spec.series.length > 1 } },
      ...KINDS[spec.kind](spec, palette()),
    },
    true,
  );
}

function save(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

function sheet(figure) {
  const rows = [...figure.querySelectorAll("table tr")].map((row) =>
    [...row.cells].map((cell) => `"${cell.textContent.trim().replaceAll('"', '""')}"`).join(","),
  );
  return URL.createObjectURL(new Blob(["\ufeff" + rows.join("\r\n")], { type: "text/csv" }));
}

// Draws one <figure data-chart>; drawn again when its size or the theme changes.
export function show(figure) {
  const place = figure.querySelector("[data-chart-place]");
  const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  drawn.set(figure, { chart, spec });
  paint(figure);
  new ResizeObserver(() => chart.resize()).observe(place);
  figure.querySelector("[data-save=png]")?.addEventListener("click", () =>
    save(
      chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: palette().paper }),
      `${spec.name}.png`,
    ),
  );
  figure.querySelector("[data-save=csv]")?.addEventListener("click", () =>
    save(sheet(figure), `${spec.name}.csv`),
  );
}

const repaint = () => {
  for (const figure of drawn.keys()) {
    if (figure.isConnected) paint(figure);
    else drawn.delete(figure);
  }
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
