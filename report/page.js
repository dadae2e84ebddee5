"use strict";
(function () {
  const read = (name) => JSON.parse(document.getElementById(name).textContent);
  const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d"] };
  const figures = read("figures");
  const cells = read("cells");
  const isNarrow = window.innerWidth < 600;
  const isTouched = window.matchMedia("(pointer: coarse)").matches;
  const drawn = Object.keys(figures).map((name) => {
    const layout = figures[name].layout;
    if (isNarrow && layout.legend) { layout.margin.t += 40; }  // the legend takes more lines
    if (isTouched) { layout.dragmode = false; }  // a finger scrolls the page
    return Plotly.newPlot(name, figures[name].data, layout, config);
  });

  // Numbers of 16 bits, a row of cells an instant; see report/decimation.py.
  function levels(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Uint16Array(bytes.buffer);
  }

  function startMap() {
    const get = (name) => document.getElementById(name);
    const quantities = cells.quantities.map((given) => ({ ...given, numbers: levels(given.data) }));
    const count = cells.groups * cells.parallel;
    const value = (of, frame, cell) => of.low + of.step * of.numbers[frame * count + cell];

    function rows(of, frame) {
      return Array.from({ length: cells.parallel }, (_, place) =>
        Array.from({ length: cells.groups }, (_, group) => value(of, frame, group * cells.parallel + place)));
    }

    function drawMap() {
      const of = quantities[Number(get("quantity").value)];
      const frame = Number(get("frame").value);
      const z = rows(of, frame);
      const own = get("own-scale").checked;
      const all = z.flat();
      const least = own ? all.reduce((a, b) => Math.min(a, b)) : of.low;
      const greatest = own ? all.reduce((a, b) => Math.max(a, b)) : of.low + of.step * 65535;
      const widened = Math.max(of.least_span - (greatest - least), greatest > least ? 0 : 1e-9) / 2;
      Plotly.restyle("map", { z: [z], zmin: least - widened, zmax: greatest + widened,
        "colorbar.title.text": of.unit });
      const told = cells.times[frame] + " " + cells.time_unit;
      get("instant").textContent = told;
      get("frame").setAttribute("aria-valuetext", told);
    }

    function drawCell() {
      const within = (name, most) => Math.min(Math.max(Math.round(Number(get(name).value)) || 1, 1), most);
      const group = within("group", cells.groups);
      const place = within("place", cells.parallel);
      const cell = (group - 1) * cells.parallel + place - 1;
      get("chosen").textContent = "cell " + (cell + 1);
      figures.course.data.forEach((trace, number) => {
        const of = quantities.find((each) => each.name === trace.meta);
        if (!of) { return; }
        const y = cells.times.map((_, frame) => value(of, frame, cell));
        Plotly.restyle("course", { x: [cells.times], y: [y] }, [number]);
      });
      Plotly.restyle("map", { x: [[group]], y: [[place]] }, [1]);
    }

    ["quantity", "frame", "own-scale"].forEach((name) => get(name).addEventListener("input", drawMap));
    ["group", "place"].forEach((name) => get(name).addEventListener("change", drawCell));
    get("map").on("plotly_click", (event) => {
      get("group").value = event.points[0].x;
      get("place").value = event.points[0].y;
      drawCell();
    });
    drawMap();
    drawCell();
  }

  Promise.all(drawn).then(() => {
    if (cells) { startMap(); }
    document.body.dataset.drawn = String(drawn.length);
  });
})();
