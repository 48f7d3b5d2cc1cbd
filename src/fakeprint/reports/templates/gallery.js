// The pages read well without this: it only adds filters and search.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  const tools = document.getElementById("tools");
  if (!tools) return;
  tools.hidden = false;
  const words = document.getElementById("filter");
  const shown = document.getElementById("shown");

  const cards = all(".card").map((card) => ({ card, text: card.textContent.toLowerCase() }));
  const selects = all("select", tools);
  if (cards.length) {
    for (const select of selects) {
      const values = [...new Set(cards.map(({ card }) => card.dataset[select.dataset.facet]).filter(Boolean))].sort();
      select.append(...values.map((value) => new Option(value, value)));
      if (values.length < 2) select.parentElement.hidden = true;
    }
    const filter = () => {
      const wanted = words.value.trim().toLowerCase();
      let count = 0;
      for (const { card, text } of cards) {
        const fits = text.includes(wanted) && selects.every((one) => !one.value || card.dataset[one.dataset.facet] === one.value);
        card.hidden = !fits;
        count += fits;
      }
      shown.textContent = count === cards.length ? "" : `${count} of ${cards.length} shown`;
    };
    words.addEventListener("input", filter);
    selects.forEach((one) => one.addEventListener("change", filter));
    return;
  }

  const data = document.getElementById("index");
  if (!data) return;
  const most = 200;
  const rows = JSON.parse(data.textContent).map((row) => ({ row, text: `${row[2]} ${row[3]} ${row[4]}`.toLowerCase() }));
  const found = document.getElementById("found");
  words.addEventListener("input", () => {
    const wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const hits = wanted.length ? rows.filter(({ text }) => wanted.every((one) => text.includes(one))) : [];
    found.replaceChildren(...hits.slice(0, most).map(({ row: [file, anchor, title, label, text] }) => {
      const [item, link, note] = ["li", "a", "span"].map((name) => document.createElement(name));
      link.href = `${file}#${anchor}`;
      link.textContent = text || title;
      note.className = "small";
      note.textContent = `${title} · ${label}`;
      item.append(link, note);
      return item;
    }));
    shown.textContent = wanted.length ? `${hits.length} found${hits.length > most ? `, the first ${most} shown` : ""}` : "";
  });
  reveal();
})();
