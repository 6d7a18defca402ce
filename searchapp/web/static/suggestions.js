// Suggestions under the search box while somebody types: the combobox with a listbox of the WAI-ARIA practices, where
// what was typed stays as it is until something is chosen. Without this file the box is a plain one.
"use strict";
(() => {
  const WAIT_MS = 120;
  const KINDS = { phrase: "phrase", author: "author", source: "source", headline: "article" };
  const box = document.getElementById("q");
  if (!box) return;

  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  box.form.append(list, status);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", list.id);

  const known = new Map();
  let pages = [];
  let active = -1;
  let timer = 0;
  let asking = null;

  function close() {
    clearTimeout(timer);
    if (asking) asking.abort();
    list.hidden = true;
    status.textContent = "";
    box.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(number) {
    if (active >= 0) list.children[active].setAttribute("aria-selected", "false");
    active = number;
    if (active < 0) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    const option = list.children[active];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  // Spans count code points, which JavaScript's own strings do not.
  function mark(text, spans) {
    const shown = document.createElement("span");
    shown.className = "text";
    shown.dir = "auto";
    const points = Array.from(text);
    let done = 0;
    for (const [start, end] of spans) {
      const marked = document.createElement("mark");
      marked.textContent = points.slice(start, end).join("");
      shown.append(points.slice(done, start).join(""), marked);
      done = end;
    }
    shown.append(points.slice(done).join(""));
    return shown;
  }

  function describe(suggestion) {
    const kind = document.createElement("span");
    kind.className = "kind";
    const count = suggestion.articles;
    const counted = suggestion.kind === "headline" || count === null;
    kind.textContent = KINDS[suggestion.kind] + (counted ? "" : `, ${count.toLocaleString("en")} article${count === 1 ? "" : "s"}`);
    return kind;
  }

  function show(suggestions) {
    activate(-1);
    pages = suggestions.map((suggestion) => suggestion.page);
    list.replaceChildren(
      ...suggestions.map((suggestion, number) => {
        const option = document.createElement("li");
        option.id = `suggestion-${number}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(mark(suggestion.text, suggestion.spans), " ", describe(suggestion));
        return option;
      }),
    );
    if (!suggestions.length) {
      close();
      return;
    }
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    status.textContent = `${suggestions.length} suggestion${suggestions.length === 1 ? "" : "s"}`;
  }

  async function suggest() {
    const typed = box.value;
    if (asking) asking.abort();
    if (typed.trim().length < 2) {
      close();
      return;
    }
    if (!known.has(typed)) {
      asking = new AbortController();
      try {
        const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
        if (!answer.ok) return;
        known.set(typed, (await answer.json()).suggestions);
      } catch (error) {
        if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
        return; // typed on, or gone offline: a search is still a key away
      }
    }
    if (box.value === typed && document.activeElement === box) show(known.get(typed));
  }

  function choose(number) {
    const page = pages[number];
    close();
    location.assign(page);
  }

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(suggest, WAIT_MS);
  });
  box.addEventListener("compositionend", () => {
    timer = setTimeout(suggest, WAIT_MS);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.shiftKey) {
      event.preventDefault();
      if (list.hidden) suggest();
      // One place more than there are suggestions: the box itself.
      else if (event.altKey) close();
      else activate(((active + 1 + step + pages.length + 1) % (pages.length + 1)) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      activate(-1);
    }
  });
  box.form.addEventListener("submit", close);
  // Pressing on a suggestion must not take the focus away before it is chosen.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose([...list.children].indexOf(option));
  });
})();
