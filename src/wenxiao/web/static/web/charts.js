/* Draws the charts of the overview from the JSON beside each. Every mark opens its orders; the table twin under it
   says the same to those who cannot see it. Tooltips are drawn on the canvas, because the content policy forbids
   inline styles. */
"use strict";
(() => {
  const ink = "#17242f", soft = "#5f6e7b", line = "#dce2e8", act = "#12558c", seal = "#a8281f";
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const charts = [];
  for (const box of document.querySelectorAll("[data-chart]")) {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const chart = echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(option(data));
    chart.on("click", (event) => { const href = data.hrefs[event.dataIndex]; if (href) location.href = href; });
    charts.push(chart);
  }
  function option(data) {
    const flat = data.shape === "bars";
    const names = { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, fontSize: 12, interval: data.shape === "line" ? "auto" : 0 }, inverse: flat };
    const numbers = { type: "value", minInterval: 1, axisLabel: { show: !flat, color: soft }, splitLine: { show: !flat, lineStyle: { color: line } } };
    const style = data.shape === "line"
      ? { type: "line", symbol: "circle", symbolSize: 8, lineStyle: { color: act, width: 2.5 }, itemStyle: { color: act }, areaStyle: { color: "rgba(18,85,140,.1)" } }
      : { type: "bar", barMaxWidth: 26, itemStyle: { color: (p) => (data.shape === "columns" && p.dataIndex === 0 ? seal : act), borderRadius: 2 } };
    return {
      animation: !still, aria: { enabled: true, decal: { show: data.shape === "columns" } },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: flat ? 44 : 16, top: flat ? 4 : 28, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: flat ? "shadow" : "line" }, formatter: (p) => `${p[0].name}：${data.values[p[0].dataIndex] ?? "–"} ${data.unit}${p[0].dataIndex === data.running ? `（${data.runningWord}）` : ""}${data.before ? `\n${data.beforeWord}：${data.before[p[0].dataIndex] ?? "–"} ${data.unit}` : ""}` },
      xAxis: flat ? numbers : names, yAxis: flat ? names : numbers,
      legend: data.before ? { top: 0, right: 0, data: [data.title, data.beforeWord], textStyle: { color: ink } } : undefined,
      series: series(data, style, { show: data.labels.length <= 16, formatter: (p) => Number(p.value).toLocaleString("en"), position: flat ? "right" : "top", color: ink, fontWeight: 600 }),
    };
  }
  // A month that is not over is no fall: it hangs on the line by a dash, with a hollow mark, and says so.
  function series(data, style, label) {
    const whole = { ...style, name: data.title, cursor: "pointer", label, data: data.values.map((v, n) => (n === data.running ? null : v)) };
    const before = data.before ? [{ type: "line", name: data.beforeWord, symbol: "emptyDiamond", symbolSize: 7, silent: true, lineStyle: { color: soft, width: 1.5, type: "dotted" }, itemStyle: { color: soft }, data: data.before }] : [];
    if (data.running < 0) return [whole, ...before];
    const near = (n) => n === data.running || n === data.running - 1;
    const mark = { symbol: "emptyCircle", symbolSize: 8, itemStyle: { color: act }, label };
    const open = { type: "line", cursor: "pointer", symbol: "none", lineStyle: { color: act, width: 2, type: "dashed" },
      data: data.values.map((v, n) => (!near(n) ? null : n === data.running ? { value: v, ...mark } : { value: v, symbol: "none", label: { show: false } })) };
    return [whole, open, ...before];
  }
  const fit = () => charts.forEach((c) => c.resize());
  addEventListener("resize", fit);
  addEventListener("beforeprint", fit);
})();
