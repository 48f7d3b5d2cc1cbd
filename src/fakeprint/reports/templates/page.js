// The page reads well without this: it only adds a filter, sorting and "open all".
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  addEventListener("beforeprint", () => all("details:not([open])").forEach((one) => { one.open = true; one.dataset.print = ""; }));
  addEventListener("afterprint", () => all("details[data-print]").forEach((one) => { one.open = false; delete one.dataset.print; }));

  const tools = document.getElementById("tools");
  if (!tools) return;
  tools.hidden = false;
  const [words, level, expand, shown] = ["filter", "level", "expand", "shown"].map((id) => document.getElementById(id));
  const body = document.querySelector("#overview tbody");
  const rows = all("tr", body).map((row) => ({
    row,
    file: document.getElementById(`f${row.dataset.row}`),
    text: row.textContent.toLowerCase(),
  }));

  const filter = () => {
    const wanted = words.value.trim().toLowerCase();
    let count = 0;
    for (const { row, file, text } of rows) {
      const fits = text.includes(wanted) && (!level.value || row.dataset.level === level.value);
      row.hidden = file.hidden = !fits;
      count += fits;
    }
    shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} shown`;
  };
  words.addEventListener("input", filter);
  level.addEventListener("change", filter);

  expand.addEventListener("click", () => {
    const open = expand.getAttribute("aria-pressed") !== "true";
    expand.setAttribute("aria-pressed", String(open));
    expand.textContent = open ? "Close all" : "Open all";
    all(".file:not([hidden])").forEach((one) => { one.open = open; });
  });

  const order = ["signed_statement", "strong", "some", "inconclusive", "none_found", "error"];
  const value = (row, column) => {
    const cell = row.cells[Math.min(column, row.cells.length - 1)];
    if (column === 0) return Number(cell.textContent);
    return cell.dataset.sort ? order.indexOf(cell.dataset.sort) : cell.textContent.toLowerCase();
  };
  all("#overview th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      all("#overview th").forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down === 1 ? "ascending" : "descending");
      const compare = (a, b) => {
        const [left, right] = [value(a.row, column), value(b.row, column)];
        if (typeof left !== typeof right) return typeof left === "number" ? 1 : -1;
        return left < right ? -down : left > right ? down : 0;
      };
      rows.sort(compare).forEach(({ row }) => body.append(row));
    });
  });
})();
